/**
 * The other side of wasm/door.hpp: jose.wasm with texts and bytes instead of pointers. Every method is one call
 * into WASM (two where a token is larger than any before) and throws what the core says as a `LockerError`.
 */

import { importsFor } from '../bare_imports.ts'
import { type ErrorCode, LockerError } from '../errors.ts'
import { joseFile } from '../jose_file.ts'
import { nodeModule } from '../node.ts'
import { Memory, PackedReader, PackedWriter, textBound } from '../packed.ts'
import { compile, type WasmSource } from '../wasm_source.ts'
import { KnownHeaders } from './headers.ts'
import { decodeInto, isStrict } from './native_base64url.ts'
import type { Jwt } from './types.ts'

/** The functions of jose.wasm; each says in wasm/*_door.cpp what it reads and writes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  output(): number
  input(size: number): number
  wipeOutput(): void
  parseKeys(size: number): number
  secretKeys(size: number): number
  countKeys(keys: number): number
  freeKeys(keys: number): void
  parsePolicy(size: number): number
  freePolicy(policy: number): void
  decodeJwt(size: number): number
  decodeClaims(size: number, header: number): number
  checkClaims(size: number): number
  verifyJwt(size: number, keys: number, policy: number, now: number, claimsAlone: number): number
  verifyJws(size: number, keys: number, policy: number): number
  sealJwe(size: number, keys: number): number
  openJwe(size: number, keys: number): number
  parseCookies(size: number): number
  readCookie(size: number): number
  writeCookie(size: number): number
  sealCookie(size: number): number
  openCookie(size: number): number
  epochOfCookie(size: number): number
}

/** Something the core keeps until it is freed. */
declare const kept: unique symbol
export type KeysHandle = number & { [kept]: 'keys' }
export type PolicyHandle = number & { [kept]: 'policy' }

/** A protected header as JSON text, and what it protects. */
export interface WithHeader {
  readonly header: string
  readonly content: Uint8Array<ArrayBuffer>
}

/** What `writeCookie` is asked; see http/cookie.hpp. */
export interface CookieRequest {
  readonly name: string
  /** `null`: the cookie goes. */
  readonly value: string | null
  readonly attributes?: CookieAttributes
  /** Names of the cookies there are. */
  readonly present?: readonly string[]
  /** Bytes of names and values of the locker's other cookies. */
  readonly others?: number
}

export interface CookieAttributes {
  readonly path?: string
  readonly domain?: string
  /** Milliseconds since 1970. */
  readonly expires?: number
  /** Seconds. */
  readonly maxAge?: number
  readonly secure?: boolean
  readonly httpOnly?: boolean
  readonly sameSite?: 'strict' | 'lax' | 'none'
  readonly partitioned?: boolean
}

/** A cookie to write: by its line, or by name and value, which is percent-encoded already. */
export interface CookieLine {
  readonly name: string
  readonly value: string
  readonly line: string
}

export interface CookiePlan {
  readonly bytes: number
  readonly write: readonly CookieLine[]
  readonly stale: readonly CookieLine[]
}

const encoder = new TextEncoder()
// A value may well begin with U+FEFF.
const decoder = new TextDecoder(undefined, { ignoreBOM: true })
const firstRoom = 4_096
/** As wasm/door.hpp has it. */
const mostInput = 2_097_152

export class Door {
  readonly #core: Exports
  readonly #stateAt: number
  readonly #headers = new KnownHeaders()
  #memory!: Memory
  /** Address and size of the output. */
  #state!: Uint32Array
  #inputView!: Uint8Array
  #input = 0
  #room = 0

  /** `core` is initialized. */
  constructor(core: Exports) {
    this.#core = core
    this.#stateAt = core.output()
    this.#show()
    this.#reserve(firstRoom)
  }

  /** The memory has grown and is another buffer now. */
  grown(): void {
    this.#show()
  }

  decodeJwt<C extends object>(token: string): Jwt<C> {
    const dot = token.indexOf('.')
    const header = this.#headers.of(token, dot)
    if (!header) return this.#headers.noted(token, dot, this.#text(this.#core.decodeJwt(this.#put(token))))
    const claims = this.#claims(token, dot) ?? this.#text(this.#core.decodeClaims(this.#put(token), dot))
    return { header, claims: JSON.parse(claims) }
  }

  verifyJwt<C extends object>(token: string, keys: KeysHandle, policy: PolicyHandle, now: number): Jwt<C> {
    const dot = token.indexOf('.')
    const header = this.#headers.of(token, dot)
    const text = this.#text(this.#core.verifyJwt(this.#put(token), keys, policy, now, header ? 1 : 0))
    return header ? { header, claims: JSON.parse(text) } : this.#headers.noted(token, dot, text)
  }

  verifyJws(token: string, keys: KeysHandle, policy: PolicyHandle): WithHeader {
    return this.#withHeader(this.#core.verifyJws(this.#put(token), keys, policy))
  }

  /** JWK, JWKS or PEM as text; an algorithm that is not '' replaces the one the keys name. */
  parseKeys(text: string, algorithm = ''): KeysHandle {
    return this.#handle(this.#core.parseKeys(this.#putAll(algorithm, text)))
  }

  /** A secret's bytes. */
  secretKeys(secret: Uint8Array, algorithm = ''): KeysHandle {
    return this.#handle(this.#core.secretKeys(this.#putAll(algorithm, secret)))
  }

  countKeys(keys: KeysHandle): number {
    return this.#core.countKeys(keys)
  }

  freeKeys(keys: KeysHandle): void {
    this.#core.freeKeys(keys)
  }

  parsePolicy(json: string): PolicyHandle {
    return this.#handle(this.#core.parsePolicy(this.#put(json)))
  }

  freePolicy(policy: PolicyHandle): void {
    this.#core.freePolicy(policy)
  }

  /** `header`: further protected members as JSON text, or ''. */
  sealJwe(plaintext: Uint8Array, header: string, keys: KeysHandle): string {
    return this.#text(this.#core.sealJwe(this.#putAll(header, plaintext), keys))
  }

  openJwe(token: string, keys: KeysHandle): WithHeader {
    return this.#withHeader(this.#core.openJwe(this.#put(token), keys), true)
  }

  /** The pairs of a Cookie header or `document.cookie`, not decoded; of a name the first. */
  parseCookies(header: string): [name: string, value: string][] {
    return JSON.parse(this.#text(this.#core.parseCookies(this.#put(header))))
  }

  /** A cookie's value, its parts put together and decoded; throws `absent`, `cookie_invalid`. */
  readCookie(header: string, name: string): string {
    return this.#text(this.#core.readCookie(this.#putAll(name, header)))
  }

  /** Throws `cookie_invalid`, `cookie_too_large`, `invalid_field`; then nothing is to be written. */
  writeCookie(request: CookieRequest): CookiePlan {
    return JSON.parse(this.#text(this.#core.writeCookie(this.#put(JSON.stringify(request)))))
  }

  /** `key` has 32 bytes; `kid` may be ''. */
  sealCookie(name: string, value: string, key: Uint8Array, kid: string): string {
    if (/\p{Surrogate}/u.test(name + value + kid)) {
      throw new LockerError('cookie_invalid', 'A cookie’s name and value are well-formed Unicode.', {
        field: 'value',
      })
    }
    return this.#text(this.#core.sealCookie(this.#putAll(key, name, kid, value)))
  }

  /** Throws `cookie_invalid` for what was not sealed under this name with this key. */
  openCookie(name: string, sealed: string, key: Uint8Array): string {
    return this.#text(this.#core.openCookie(this.#putAll(key, name, sealed)), true)
  }

  /** The epoch a sealed cookie belongs to, when it is one of the root key `keyId` (16 bytes); otherwise 0. */
  epochOfCookie(sealed: string, keyId: Uint8Array): number {
    return this.#core.epochOfCookie(this.#putAll(keyId, sealed)) >>> 0
  }

  /** The claims, where the browser takes the token apart and finds nothing to complain of. */
  #claims(token: string, dot: number): string | undefined {
    const end = token.indexOf('.', dot + 1)
    if (token.length > this.#room) this.#reserve(token.length)
    const size = decodeInto(token.slice(dot + 1, end), this.#inputView)
    if (size < 0 || end < 0 || !isStrict(token.slice(end + 1))) return undefined
    const changed = this.#core.checkClaims(size)
    return changed === 0 ? decoder.decode(this.#inputView.subarray(0, size)) : this.#text(changed)
  }

  #show(): void {
    const { buffer } = this.#core.memory
    if (this.#memory?.bytes.buffer !== buffer) {
      this.#memory = new Memory(new Uint8Array(buffer))
      this.#state = new Uint32Array(buffer, this.#stateAt, 2)
    }
    this.#inputView = new Uint8Array(buffer, this.#input, this.#room)
  }

  #reserve(size: number): void {
    if (size <= this.#room) return
    const at = this.#core.input(size)
    // What there was stays where it is, and the view of it holds.
    if (at === 0) {
      throw size > mostInput
        ? new LockerError(
            'too_large',
            'A token, a set of keys or a cookie may have 2 MiB with all that goes with it.',
          )
        : new LockerError(
            'out_of_memory',
            'There is not enough memory for this token, set of keys or cookie; close other pages and try again.',
          )
    }
    this.#input = at
    this.#room = size
    this.#show()
  }

  /** Puts one text where the core reads it, and says how many bytes it has. */
  #put(text: string): number {
    if (text.length > this.#room) this.#reserve(text.length)
    const { read, written } = encoder.encodeInto(text, this.#inputView)
    if (read === text.length) return written
    // Not all of it is ASCII.
    this.#reserve(textBound(text))
    return encoder.encodeInto(text, this.#inputView).written
  }

  /** Puts several values there. */
  #putAll(...values: (string | Uint8Array)[]): number {
    let bound = 0
    for (const value of values) bound += 4 + (typeof value === 'string' ? textBound(value) : value.length)
    this.#reserve(bound)
    const writer = new PackedWriter(this.#memory, this.#input)
    for (const value of values) {
      if (typeof value === 'string') {
        writer.text(value)
      } else {
        writer.u32(value.length)
        writer.bytes(value)
      }
    }
    return writer.length
  }

  #text(size: number, secret = false): string {
    if (size < 0) throw this.#failure()
    const at = this.#state[0] as number
    const text = decoder.decode(this.#memory.bytes.subarray(at, at + size))
    if (secret) this.#core.wipeOutput()
    return text
  }

  #withHeader(size: number, secret = false): WithHeader {
    if (size < 0) throw this.#failure()
    const reader = new PackedReader(this.#memory, this.#state[0] as number)
    const headerSize = reader.u32()
    const found = { header: reader.text(headerSize), content: reader.bytes(size - 4 - headerSize) }
    if (secret) this.#core.wipeOutput()
    return found
  }

  #handle<H extends KeysHandle | PolicyHandle>(handle: number): H {
    if (handle < 0) throw this.#failure()
    return handle as H
  }

  #failure(): LockerError {
    const reader = new PackedReader(this.#memory, this.#state[0] as number)
    const code = reader.text(reader.u32()) as ErrorCode
    const message = reader.text(reader.u32())
    return new LockerError(code, message, { field: reader.text(reader.u32()) })
  }
}

let opening: Promise<Door> | undefined
let opened: Door | undefined

/** Opens the door, once: whoever calls first says where the file is. A failure is not remembered. */
export function loadDoor(source?: WasmSource): Promise<Door> {
  opening ??= (source ? make(source) : makeFromFile()).then(
    (door) => {
      opened = door
      return door
    },
    (error: unknown) => {
      opening = undefined
      throw error
    },
  )
  return opening
}

/** The open door; throws `unsupported` before `loadDoor` is through. */
export function door(): Door {
  if (opened) return opened
  throw new LockerError(
    'unsupported',
    'The core for tokens and cookies is not loaded yet; await loadJose() once before the first call.',
  )
}

/** Next.js and others like it bundle servers too, and give them an address where only browsers find the file. */
async function makeFromFile(): Promise<Door> {
  try {
    return await make(joseFile())
  } catch (error) {
    const { joseWasm } = nodeModule('node:fs') ? await import('#jose_inside') : {}
    if (!joseWasm) throw error
    return make(joseWasm)
  }
}

async function make(source: WasmSource): Promise<Door> {
  const wasm = await compile(source, 'jose.wasm')
  let made: Door | undefined
  const instance: WebAssembly.Instance = await WebAssembly.instantiate(
    wasm,
    importsFor(
      () => instance.exports.memory as WebAssembly.Memory,
      () => made?.grown(),
    ),
  )
  const core = instance.exports as unknown as Exports
  core._initialize()
  made = new Door(core)
  return made
}
