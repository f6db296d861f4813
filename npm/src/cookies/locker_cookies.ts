/** `lockerCookies`: a table of cookies, a locker, and the page around them. */
import { cookieAccess } from '../cookie_access.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker } from '../types.ts'
import type { WasmSource } from '../wasm_source.ts'
import { definitionsOf } from './definition.ts'
import { type CookieJar, pageJar } from './jar.ts'
import { type AnyLocker, PageCookies } from './page_cookies.ts'
import type { CookieTable, LockerCookies } from './types.ts'

export interface LockerCookiesPorts {
  /** Where the cookies lie; the page's jar if not said. */
  jar?: CookieJar
  /** Where `jose.wasm` comes from; the file beside the package if not said. */
  wasm?: WasmSource
}

/**
 * The cookies that belong to a locker. Make it where the locker is made: from then on they go with `destroy()`, in
 * whichever tab that is called, and those of profile fields follow the profile. It does not open the locker. What
 * goes wrong when nobody waits for it is told by `locker.on('error')`, with the cookie's name as `field`.
 */
export function lockerCookies<const C extends CookieTable, P extends kbveLocker>(
  locker: Locker<P>,
  cookies: C,
  ports: LockerCookiesPorts = {},
): LockerCookies<C, P> {
  const access = cookieAccess(locker)
  if (!access)
    throw new TypeError(
      'lockerCookies takes a locker that createLocker of the same copy of @kbve/locker made.',
    )
  const secure = typeof location !== 'undefined' && location.protocol === 'https:'
  const isField = (name: string) => Object.hasOwn(locker.initial, name)
  const definitions = definitionsOf(cookies, { on: 'page', secure, isField })
  const { jar = pageJar(), wasm } = ports
  const held = new PageCookies(locker as unknown as AnyLocker, access, definitions, { jar, wasm })
  // The types of the values are known from the table alone.
  return Object.freeze({
    get ready() {
      return held.ready
    },
    read: (name: string) => held.read(name),
    get: (name: string) => held.get(name),
    set: (name: string, value: unknown) => held.set(name, value),
    remove: (name: string) => held.remove(name),
    clear: () => held.clear(),
    flush: () => held.flush(),
    subscribe: (listener: () => void) => held.listeners.add(listener),
    [Symbol.dispose ?? 'dispose']: () => held.dispose(),
  }) as unknown as LockerCookies<C, P>
}
