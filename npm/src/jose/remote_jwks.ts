/** Keys that an issuer publishes (RFC 7517 section 5), fetched, kept, and fetched again when a key is new. */
import { hasCode, LockerError } from '../errors.ts'
import { loadDoor } from './door.ts'
import { fetchJwks } from './fetch_jwks.ts'
import { type JoseKeys, joseKeys } from './keys.ts'
import { verifyJwt } from './tokens.ts'
import type { Jwt, JwtClaims, VerifyOptions } from './types.ts'

/** What is needed of a locker: its entries. */
export interface JwksLocker {
  readonly entries: {
    get(name: string): unknown
    put(name: string, value: unknown, options?: { expiresIn?: number }): void
  }
}

export interface RemoteJwksOptions {
  /** Keeps the last good set sealed, for when the issuer cannot be reached. */
  readonly locker?: JwksLocker
  /** `globalThis.fetch` if not said. */
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds for one request with its whole answer; 5,000 if not said. */
  readonly timeout?: number
  /** Bytes an answer may have, up to 262,144; that if not said. */
  readonly maxBytes?: number
  /** Milliseconds between two requests at least; 30,000 if not said. */
  readonly cooldown?: number
  /** Milliseconds a set is used without asking again at most, whatever `Cache-Control` says; 600,000 if not said. */
  readonly maxAge?: number
  /** Milliseconds a set is used while the issuer cannot be reached; 604,800,000 (7 days) if not said. */
  readonly offlineFor?: number
  /** Milliseconds since 1970; `Date.now` if not said. */
  readonly clock?: () => number
}

/** A checked token, and what is to be said about the keys. */
export interface JwksVerified<C extends object = JwtClaims> extends Jwt<C> {
  /** Milliseconds since the keys were fetched. */
  readonly keysAge: number
  /** The keys should have been fetched again, and could not be. */
  readonly offline: boolean
}

/** Keys at an address. */
export interface RemoteJwks {
  readonly url: string
  /** The set at hand: give this object to `verifyJwt` for a check that does not wait. */
  readonly keys: JoseKeys | undefined
  /** Milliseconds since the set at hand was fetched. */
  readonly age: number | undefined
  /** Fetches where there is no set or it is too old. Rejects with `jwt_key_not_found` when there is none at all. */
  load(): Promise<void>
  /** Checks as `verifyJwt` does; fetches again, once, when the token's key is not in the set. */
  verify<C extends object = JwtClaims>(token: string, options: VerifyOptions): Promise<JwksVerified<C>>
}

/** What lies in the locker. */
interface Stored {
  readonly fetched: number
  readonly text: string
}

interface KeysAtHand {
  readonly keys: JoseKeys
  readonly fetched: number
  readonly goodFor: number
}

const mostBytes = 262_144
const longestUrl = 480

function addressOf(given: string | URL): URL {
  const url = new URL(given)
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new LockerError(
      'invalid_field',
      'Keys are fetched over https only (http from this machine itself).',
      {
        field: 'url',
      },
    )
  }
  if (url.username || url.password || url.href.length > longestUrl) {
    throw new LockerError(
      'invalid_field',
      `The address has no name and password in it, and at most ${longestUrl} letters.`,
      {
        field: 'url',
      },
    )
  }
  url.hash = ''
  return url
}

function duration(value: unknown, name: string, otherwise: number, most = Number.MAX_SAFE_INTEGER): number {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new TypeError(`remoteJwks: ${name} is a number from 0 to ${most}.`)
}

/** A JWKS of public keys. A secret that anybody can fetch is none. */
function publicKeys(text: string): JoseKeys {
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the answer is no set of keys')
  if (keys.some((key: unknown) => (key as { kty?: unknown } | null)?.kty === 'oct')) {
    throw new Error('the set has secrets in it, which everybody can fetch')
  }
  return joseKeys(text)
}

/**
 * Keys that are published at `url`: https only, no redirects, a limit on time and size. Kept as long as
 * `Cache-Control` says, within `cooldown` and `maxAge`; fetched again, once, when a token names a key that is not
 * there. With a locker the last good set is kept in it, sealed, and used while the issuer cannot be reached.
 */
export function remoteJwks(url: string | URL, options: RemoteJwksOptions = {}): RemoteJwks {
  const address = addressOf(url)
  const { locker, clock = Date.now } = options
  const limits = {
    // Looked up at the call, so that what replaces it later is used.
    fetch: options.fetch ?? ((...args: Parameters<typeof fetch>) => globalThis.fetch(...args)),
    timeout: duration(options.timeout, 'timeout', 5_000, 2 ** 31 - 1),
    maxBytes: duration(options.maxBytes, 'maxBytes', mostBytes, mostBytes),
  }
  const cooldown = duration(options.cooldown, 'cooldown', 30_000)
  const maxAge = duration(options.maxAge, 'maxAge', 600_000)
  const offlineFor = duration(options.offlineFor, 'offlineFor', 604_800_000)
  const entry = `jwks/${address.href}`

  // A clock that was set back must not make anything last.
  const since = (time: number) => Math.abs(clock() - time)

  let atHand: KeysAtHand | undefined
  let asked = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined
  let lastFailure: unknown

  function store(stored: Stored): void {
    try {
      locker?.entries.put(entry, stored, { expiresIn: Math.max(1, offlineFor / 1000) })
    } catch {
      // A locker that is locked or full keeps nothing; the set at hand is as good as before.
    }
  }

  /** The set in the locker, unless there is one at hand. */
  function restore(): void {
    if (atHand || !locker) return
    try {
      const { fetched, text } = locker.entries.get(entry) as Stored
      atHand = { keys: publicKeys(text), fetched, goodFor: 0 }
    } catch {
      // None there, or one that this version does not take: it is fetched.
    }
  }

  async function request(): Promise<void> {
    asked = clock()
    try {
      const { text, freshFor } = await fetchJwks(address, limits)
      const keys = parse(text)
      const fetched = clock()
      const good = Math.max(cooldown, Math.min(freshFor ?? maxAge, maxAge))
      atHand = { keys, fetched, goodFor: good }
      lastFailure = undefined
      store({ fetched, text })
    } catch (error) {
      lastFailure = error
    }
  }

  function parse(text: string): JoseKeys {
    try {
      return publicKeys(text)
    } catch (cause) {
      const why = cause instanceof LockerError ? cause.message : (cause as Error).message
      throw new LockerError(
        'jwt_key_unfit',
        `What ${address.host} gives as keys is not to be used: ${why}${/[.!]$/.test(why) ? '' : '.'}`,
        { field: 'keys', cause },
      )
    }
  }

  /** Asks the issuer, unless it was asked just now; all who want that wait for the same answer. */
  async function refresh(): Promise<void> {
    if (!underWay && since(asked) >= cooldown) {
      underWay = request().finally(() => {
        underWay = undefined
      })
    }
    await underWay
  }

  const isFresh = () => atHand !== undefined && since(atHand.fetched) < atHand.goodFor
  const isUsable = () => atHand !== undefined && since(atHand.fetched) <= Math.max(offlineFor, maxAge)

  async function load(): Promise<void> {
    await loadDoor()
    restore()
    if (!isFresh()) await refresh()
    if (isUsable()) return
    throw (
      lastFailure ??
      new LockerError(
        'jwt_key_not_found',
        `The keys of ${address.host} are too old and could not be fetched again.`,
        {
          field: 'keys',
        },
      )
    )
  }

  const self: RemoteJwks = {
    url: address.href,
    get keys() {
      return isUsable() ? atHand?.keys : undefined
    },
    get age() {
      return atHand ? since(atHand.fetched) : undefined
    },
    load,
    async verify<C extends object>(token: string, options: VerifyOptions) {
      await load()
      const check = (): JwksVerified<C> => {
        const offline = !isFresh()
        const found = verifyJwt<C>(token, self, { now: clock(), ...options })
        return { ...found, keysAge: self.age ?? 0, offline }
      }
      try {
        return check()
      } catch (error) {
        if (!hasCode(error, 'jwt_key_not_found')) throw error
        const before = atHand
        await refresh()
        // Nothing new: what was said before is still so.
        if (atHand === before) throw error
        return check()
      }
    },
  }
  return Object.freeze(self)
}
