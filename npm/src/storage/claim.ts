/**
 * Whose journal is whose. With Web Locks a tab owns journal n while it holds the lock of the
 * journal's name, and the browser frees it when the tab dies, however it dies. Without them (plain
 * http) a journal is named after the tab's writer, and a heartbeat in it says that the tab lives.
 */

/** A heartbeat older than this: others may apply the journal. Applying one twice changes nothing. */
export const STALE_MS = 10_000
/** How often the owner's heartbeat is renewed. */
export const BEAT_MS = 3_000
/** Timers of hidden tabs run once a minute; only well beyond that is an empty journal deleted. */
export const ABANDONED_MS = 300_000

/** No site has this many tabs; a browser whose locks do not work must not make us count for ever. */
const MOST_JOURNALS = 10_000

export interface Claim {
  /** The journal's database, and its lock. */
  name: string
  release(): void
}

export function journalName(database: string, n: number | string): string {
  return `${database}/journal/${n}`
}

/** What comes after `/journal/`: a number under a lock, a writer under a heartbeat. */
export function journalKind(database: string, name: string): 'locked' | 'beating' | undefined {
  const prefix = journalName(database, '')
  if (!name.startsWith(prefix)) return undefined
  const n = name.slice(prefix.length)
  if (/^(0|[1-9]\d{0,4})$/.test(n)) return 'locked'
  return /^[0-9a-f]{16}$/.test(n) ? 'beating' : undefined
}

/** The lock, if nobody has it. */
export function claim(locks: LockManager, name: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    const held = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined)
        return undefined
      }
      return new Promise<void>((release) => resolve({ name, release }))
    })
    held.catch(reject)
  })
}

/** The first journal nobody owns; `preferred` first. `undefined` where locks cannot be used. */
export async function claimFirst(
  locks: LockManager | undefined,
  database: string,
  preferred?: string,
): Promise<Claim | undefined> {
  if (locks === undefined) return undefined
  try {
    if (preferred !== undefined) {
      const again = await claim(locks, preferred)
      if (again) return again
    }
    for (let n = 0; n < MOST_JOURNALS; n++) {
      const got = await claim(locks, journalName(database, n))
      if (got) return got
    }
  } catch {
    // Locks are refused here (a document without an origin, or not active): the heartbeat serves.
  }
  return undefined
}
