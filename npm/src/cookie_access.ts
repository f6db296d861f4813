/** What /cookies needs of a locker. */
import type { Audience } from './events.ts'
import { insideOf } from './inside.ts'

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

export function cookieAccess(locker: object): CookieAccess | undefined {
  const life = insideOf(locker)
  return (
    life && {
      audience: life.audience,
      rekeying: life.rekeying,
      sealingKey: () => life.writable().cookieKey(),
      keyId: () => life.writable().keyId,
      openingKey: (epoch) => life.writable().cookieKey(epoch),
    }
  )
}
