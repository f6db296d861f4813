/**
 * How /cookies gets at a locker's cookie key, and nobody else does: the way is kept beside the locker, not on it,
 * and this module is no entry of the package.
 */
import type { Audience } from './events.ts'

/** A cookie key (locker format 1, "Keys") and what it goes by. Whoever has it fills `key` with zeros after use. */
export interface CookieKey {
  readonly key: Uint8Array<ArrayBuffer>
  /** 16 bytes. */
  readonly keyId: Uint8Array
  readonly epoch: number
}

export interface CookieAccess {
  /** Whoever adds himself here hears of the locker without opening it. */
  readonly audience: Audience
  /** Whoever adds a function here has it called before the locker gets other keys, and what that gives, after it. */
  readonly rekeying: Set<() => () => void>
  /** The key to seal with. Throws `locked`, `read_only`. */
  sealingKey(): CookieKey
  /** The id of the root key the cookie keys belong to: 16 bytes. Throws `locked`. */
  keyId(): Uint8Array
  /** The key that opens what was sealed in `epoch`. Throws `locked`; `cookie_invalid` for one not reached yet. */
  openingKey(epoch: number): CookieKey
}

const granted = /* @__PURE__ */ new WeakMap<object, CookieAccess>()

export function grantCookies(locker: object, access: CookieAccess): void {
  granted.set(locker, access)
}

export function cookieAccess(locker: object): CookieAccess | undefined {
  return granted.get(locker)
}
