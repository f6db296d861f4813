/** `exposeLockers`: lockers under a global name, for whoever works in the browser's console. */
import { insideOf } from '../inside.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker, Status } from '../types.ts'
import { inspectLocker } from './inspect_locker.ts'
import type { LockerInspection } from './types.ts'

/** A locker as the console sees it: no way from here to a value. */
export interface ExposedLocker {
  readonly tenant: string
  readonly name: string
  readonly status: Status
  inspect(): Promise<LockerInspection>
  /** Prints records and keyslots as tables. */
  print(): Promise<void>
}

/** Where `exposeLockers` puts them. */
export interface ExposedWindow {
  __KBVE_LOCKERS__?: readonly ExposedLocker[]
}

/**
 * Adds these lockers to `target.__KBVE_LOCKERS__`. What lies there is not the lockers themselves: it has their status
 * and their inspection, so that no script finds values by this name that it did not have before. Call it in
 * development only. What it returns takes them away again.
 */
export function exposeLockers<P extends kbveLocker>(
  lockers: Locker<P> | readonly Locker<P>[],
  target: object = globalThis,
): () => void {
  const place = target as ExposedWindow
  const exposed = [lockers].flat().map((locker) => handleOf(locker as Locker<P>))
  put(place, [...(place.__KBVE_LOCKERS__ ?? []), ...exposed])
  return () => {
    const rest = (place.__KBVE_LOCKERS__ ?? []).filter((one) => !exposed.includes(one))
    if (rest.length > 0) put(place, rest)
    else delete place.__KBVE_LOCKERS__
  }
}

function put(place: ExposedWindow, all: ExposedLocker[]): void {
  place.__KBVE_LOCKERS__ = Object.freeze(all)
}

function handleOf<P extends kbveLocker>(locker: Locker<P>): ExposedLocker {
  const name = insideOf(locker)?.ports.name
  if (!name)
    throw new TypeError(
      'exposeLockers takes lockers that createLocker of the same copy of @kbve/locker made.',
    )
  return Object.freeze({
    ...name,
    get status() {
      return locker.status
    },
    inspect: () => inspectLocker(locker),
    async print() {
      const { records, slots, status } = await inspectLocker(locker)
      console.info(`${name.tenant}/${name.name}: ${status.state}, integrity ${status.integrity}`)
      console.table(slots)
      console.table(records)
    },
  })
}
