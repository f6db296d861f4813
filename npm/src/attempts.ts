/**
 * How often a passphrase was tried in vain, and how long the next try has to wait (locker format 1, "Attempts"). It is
 * counted on the disk, for all tabs together, and in clear: it stops a person at the keyboard, nobody else. Whatever
 * lies there, and wherever the clock jumps, nobody waits longer than `longest`.
 */
import { hasCode, LockerError } from './errors.ts'
import type { StorageSession } from './storage/storage.ts'

/** Tries that may fail one after another. */
const free = 5
/** Milliseconds. */
const longest = 15 * 60_000

interface Attempts {
  failed: number
  /** When the last one began; milliseconds since 1970. */
  last: number
  /** Not before then. */
  until: number
}

const none: Attempts = { failed: 0, last: 0, until: 0 }

/** What the present number of failures costs: 2, 4, 8 … seconds after the free ones. */
function delay(failed: number): number {
  return failed < free ? 0 : Math.min(longest, 1000 * 2 ** (failed - free + 1))
}

function number(value: unknown, most: number): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), most) : 0
}

/** What lies there, as far as it can be meant. */
function read(value: unknown, now: number): Attempts {
  const found = Object(value) as Record<string, unknown>
  const failed = number(found.failed, 1_000)
  const last = number(found.last, Number.MAX_SAFE_INTEGER)
  const until = number(found.until, Number.MAX_SAFE_INTEGER)
  // A clock that was ahead: what remained to be waited then begins now.
  const ahead = Math.max(0, last - now)
  return { failed, last: last - ahead, until: Math.min(until - ahead, now + longest) }
}

function same(value: unknown, { failed, last, until }: Attempts): boolean {
  const found = Object(value) as Record<string, unknown>
  return found.failed === failed && found.last === last && found.until === until
}

export interface Attempt {
  /** When the next one may be made, if this one fails; 0 for at once. */
  readonly retryAt: number
  /** The passphrase was right: nothing is counted any more. */
  succeeded(): Promise<void>
  /** It could not be tried to the end, and does not count. */
  givenBack(): Promise<void>
}

/** Counts a try before it is made. Rejects with `too_many_attempts`. */
export async function attempt(session: StorageSession, now: () => number): Promise<Attempt> {
  let refused: number | undefined
  let before = none
  let mine = none
  await change(session, (value) => {
    const time = now()
    before = read(value, time)
    refused = before.until > time ? before.until : undefined
    // Also where it is refused: a bound that moves along with the clock would be none.
    if (refused !== undefined) return same(value, before) ? undefined : before
    const failed = before.failed + 1
    mine = { failed, last: time, until: delay(failed) && time + delay(failed) }
    return mine
  })
  if (refused !== undefined) {
    const seconds = Math.ceil((refused - now()) / 1000)
    const message = `Too many wrong passphrases were tried; try again in ${seconds} s, or use another secret.`
    throw new LockerError('too_many_attempts', message, { retryAt: refused })
  }
  return {
    retryAt: mine.until,
    succeeded: () => change(session, () => none),
    givenBack: () =>
      change(session, (value) => {
        // As it was, except where another tab has tried since.
        if (same(value, mine)) return before
        const { failed, last, until } = read(value, now())
        return { failed: Math.max(0, failed - 1), last, until }
      }),
  }
}

async function change(
  session: StorageSession,
  next: (value: unknown) => Attempts | undefined,
): Promise<void> {
  try {
    await session.transact([], (found) => {
      const attempts = next(found.attempts)
      return attempts && { attempts }
    })
  } catch (error) {
    // A full disk must keep nobody out.
    if (!hasCode(error, 'storage_full')) throw error
  }
}
