/** The public types of cookies. */
import type { LockerError } from '../errors.ts'
import type { Json } from '../types.ts'

/** One cookie: what it holds, whether it is sealed, and its attributes (RFC 6265bis section 4.1.2). */
export interface CookieOptions {
  /** What the cookie is called in the browser; what it is called here if not said. `__Host-` and `__Secure-`
   *  are kept to what they promise. */
  readonly name?: string
  /** `true`: nobody reads it without the key, nor here while the locker is locked. `false`, if not said: it lies in
   *  clear. */
  readonly sealed?: boolean
  /** 32 bytes to seal with instead of the locker's key, such as the application's server gave this session. */
  readonly key?: Uint8Array
  /** What that key goes by; it is written into the sealed value, in clear. */
  readonly kid?: string
  /** Profile fields: the cookie holds them as an object and follows the profile while the locker is open. */
  readonly fields?: readonly string[]
  /** It holds an object or a list, as JSON. Otherwise a text. */
  readonly json?: boolean
  /** `'/'` if not said. */
  readonly path?: string
  /** Only the host that set it, if not said. */
  readonly domain?: string
  /** Seconds; until the browser is closed, if not said. Browsers keep nothing longer than 400 days. */
  readonly maxAge?: number
  /** In a page, where it is https; on a server, `true`; if not said. */
  readonly secure?: boolean
  /** `'lax'` if not said. `'none'` takes `secure`. */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** One jar for each site that embeds this one (CHIPS). Takes `secure`. */
  readonly partitioned?: boolean
  /** Kept from scripts: for `serverCookies` alone, because no page can set such a cookie. */
  readonly httpOnly?: boolean
}

/**
 * The application's cookies by name. `token` and `user` are what most have; any other name may be added. `key`
 * and `kid` are no cookies, but what every sealed one without a key of its own is sealed with; call a cookie
 * otherwise here and give it that name by its option `name`.
 */
export interface CookieTable {
  /** A text, such as a JWT. */
  readonly token?: CookieOptions
  /** Chosen profile fields. */
  readonly user?: CookieOptions
  readonly key?: Uint8Array
  readonly kid?: string
  readonly [name: string]: CookieOptions | Uint8Array | string | undefined
}

/** The names of a table's cookies. */
export type CookieName<C extends CookieTable> = Exclude<keyof C & string, 'key' | 'kid'>

/** What a cookie holds. Of profile fields any may be missing: whoever has the browser can change a plain one. */
export type CookieValue<O, P> = O extends { readonly fields: readonly (infer F)[] }
  ? { readonly [K in F & keyof P]?: P[K] }
  : O extends { readonly json: true }
    ? Exclude<Json, null | boolean | number | string>
    : string

/** A cookie that takes its value from `set`, not from the profile. */
export type SettableName<C extends CookieTable> = {
  [N in CookieName<C>]: C[N] extends { readonly fields: readonly string[] } ? never : N
}[CookieName<C>]

/** Everything a look at a cookie can find. */
export type CookieReading<V> =
  | { readonly state: 'there'; readonly value: V }
  /** `loading`: the module is not loaded yet, or this is no page. */
  | { readonly state: 'absent' | 'loading' }
  /** `locked`: sealed, and the locker is not open. `invalid`: sealed elsewhere, changed, or a part is missing. */
  | { readonly state: 'locked' | 'invalid'; readonly error: LockerError }

/** What reads alike in a page and on a server. */
export interface ReadsCookies<C extends CookieTable, P> {
  /** Never throws; good for rendering. The same object until something changes. */
  read<N extends CookieName<C>>(name: N): CookieReading<CookieValue<C[N], P>>
  /**
   * The value; `undefined` where there is no such cookie; `null` where there is one that is invalid, because that
   * is what anybody can put there and no reason to fall over. Throws `locked` for a sealed one while the locker is
   * not open, `unsupported` before `ready`. `read` says which it was without throwing.
   */
  get<N extends CookieName<C>>(name: N): CookieValue<C[N], P> | undefined | null
}

/** A locker's cookies in a page. Make it with `lockerCookies`. */
export interface LockerCookies<C extends CookieTable, P> extends ReadsCookies<C, P>, Disposable {
  /** The module for cookies is loaded. The first look at it loads; rejects with `unsupported` when that fails. */
  readonly ready: Promise<void>
  /**
   * Measures, seals and hands over; `get` gives it from then on. Throws `locked`, `read_only`, `cookie_too_large`
   * (then nothing is written), `cookie_invalid` (with the attribute as `field`), `storage_unavailable` when the
   * browser does not take it.
   */
  set<N extends SettableName<C>>(name: N, value: CookieValue<C[N], P>): void
  /** Removes a cookie and its second part. */
  remove(name: CookieName<C>): void
  /** For signing out: removes all of them, at once or as soon as the module is loaded. Those of profile fields come
   *  back with the next unlocking or `set`. */
  clear(): void
  /** Resolves when everything is in the browser's jar; rejects with `storage_unavailable` when it took something not. */
  flush(): Promise<void>
  /** Calls `listener` after whatever can change what `read` says. Returns how to stop it. */
  subscribe(listener: () => void): () => void
  /** Follows neither profile nor locker any more. The cookies stay. */
  [Symbol.dispose](): void
}

/** The cookies of one request and its answer. Make it with `serverCookies`. */
export interface ServerCookies<C extends CookieTable, P> extends ReadsCookies<C, P> {
  /** Throws `cookie_too_large`, `cookie_invalid` (with the attribute as `field`). */
  set<N extends CookieName<C>>(name: N, value: CookieValue<C[N], P>): void
  remove(name: CookieName<C>): void
  /** A value for a `Set-Cookie` header each: what `set` and `remove` have asked for until now. */
  readonly setCookie: string[]
}
