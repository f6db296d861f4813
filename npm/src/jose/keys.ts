/** Keys as the core keeps them: parsed once, wiped when they go. */
import { LockerError } from '../errors.ts'
import { door, type KeysHandle } from './door.ts'
import type { Jwk, Jwks } from './types.ts'

/** Where keys come from: a JWK or JWKS, as object or JSON text; one PEM public key; or a secret's bytes. */
export type KeyMaterial = Jwk | Jwks | string | Uint8Array

/** What a token can be checked with. */
export type KeySource = KeyMaterial | JoseKeys | KeyHolder

/** What holds a set that may be another one at the next call, as `remoteJwks` does. */
export interface KeyHolder {
  /** The set at hand. */
  readonly keys: JoseKeys | undefined
}

// Made with the first keys: nothing happens at import.
let dropped: FinalizationRegistry<KeysHandle> | undefined

/** A parsed set of keys. Make one with `joseKeys`. */
export class JoseKeys {
  #handle: KeysHandle | undefined
  /** How many keys are in it; those of a type that is not known here are left out. */
  readonly size: number

  /** @internal */
  constructor(handle: KeysHandle) {
    this.#handle = handle
    this.size = door().countKeys(handle)
    dropped ??= new FinalizationRegistry((gone) => door().freeKeys(gone))
    dropped.register(this, handle, this)
  }

  /** Wipes what is secret in them. They are of no more use. */
  free(): void {
    if (this.#handle === undefined) return
    dropped?.unregister(this)
    door().freeKeys(this.#handle)
    this.#handle = undefined
  }

  /** @internal */
  get handle(): KeysHandle {
    if (this.#handle !== undefined) return this.#handle
    throw new LockerError('jwt_key_unfit', 'These keys were freed; make them anew with joseKeys.', {
      field: 'keys',
    })
  }
}

/**
 * Parses keys, to keep and use often. `algorithm` replaces the one the keys name: the application's word.
 * Throws `jwt_key_unfit` for a key that must not be used (RFC 8725 section 3.5: RSA under 2,048 bits, …),
 * `too_large` over 262,144 bytes or 256 keys.
 */
export function joseKeys(from: KeyMaterial, options: { algorithm?: string } = {}): JoseKeys {
  const { algorithm = '' } = options
  if (typeof algorithm !== 'string') throw new TypeError('algorithm is a text, such as "ES256".')
  if (from instanceof Uint8Array) return new JoseKeys(door().secretKeys(from, algorithm))
  return new JoseKeys(door().parseKeys(textOf(from), algorithm))
}

function textOf(from: unknown): string {
  if (typeof from === 'string') return from
  // Not what a runtime made: a CryptoKey or KeyObject says nothing as JSON.
  const prototype: unknown = typeof from === 'object' && from !== null && Object.getPrototypeOf(from)
  if (prototype === Object.prototype || prototype === null) return JSON.stringify(from)
  throw new TypeError(
    'Keys are a JWK or JWKS (as object or text), a PEM public key, or a secret as Uint8Array; export others as JWK first.',
  )
}

const parsed = new WeakMap<object, JoseKeys>()

/** Runs `use` with the keys; those made of a text or bytes for this one call are wiped after it. */
export function withKeys<T>(source: KeySource, use: (handle: KeysHandle) => T): T {
  if (source instanceof JoseKeys) return use(source.handle)
  if (typeof source === 'string' || source instanceof Uint8Array) {
    const keys = joseKeys(source)
    try {
      return use(keys.handle)
    } finally {
      keys.free()
    }
  }
  if (isHolder(source)) {
    if (source.keys) return use(source.keys.handle)
    throw new LockerError(
      'jwt_key_not_found',
      'No keys have been fetched yet; await load() once before checking, or await verify() instead.',
      { field: 'keys' },
    )
  }
  let keys = typeof source === 'object' && source !== null ? parsed.get(source) : undefined
  if (!keys) {
    keys = joseKeys(source)
    parsed.set(source, keys)
  }
  return use(keys.handle)
}

function isHolder(source: unknown): source is KeyHolder {
  if (typeof source !== 'object' || source === null || !('keys' in source)) return false
  return source.keys instanceof JoseKeys || (source.keys === undefined && 'verify' in source)
}
