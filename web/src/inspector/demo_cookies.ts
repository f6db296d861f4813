/** A sealed cookie for each of the page's lockers, so that there is one to look at. */
import type { kbveLocker } from '@kbve/locker'
import { type LockerCookies, lockerCookies } from '@kbve/locker/cookies'
import type { Demo, Mode } from '../lockers.ts'

type Jar = LockerCookies<{ token: { sealed: true } }, kbveLocker>

export function cookieName({ name }: Pick<Demo, 'name'>): string {
  return `${name}-token`
}

const made = new Map<Mode, Jar>()

/** Kept once made: from then on they go when the locker is destroyed. */
export function cookiesOf(demo: Demo): Jar {
  let found = made.get(demo.mode)
  if (!found) {
    found = lockerCookies(demo.locker, { token: { name: cookieName(demo), sealed: true } }) as Jar
    made.set(demo.mode, found)
  }
  return found
}
