/**
 * Whose journal is whose. With Web Locks a tab owns journal n while it holds the lock of the
 * journal's name, and the browser frees it when the tab dies, however it dies. Without them (plain
 * http) a journal is named after the tab's writer, and a heartbeat says that the tab lives.
 */

/** How often the owner's heartbeat is renewed. */
export const BEAT_MS = 3_000

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

/**
 * Notes in localStorage that this journal exists, and that its owner lives. It is found by that where databases
 * cannot be listed, and where there are no locks it belongs to its owner as long as the note is young.
 */
export function note(local: Storage | undefined, journal: string): void {
  try {
    local?.setItem(journal, String(Date.now()))
  } catch {
    // No room: others may apply what lies in the journal, which changes nothing.
  }
}

/** How long ago the owner gave a sign of life; one from the future says nothing and counts as old. */
export function noteAge(local: Storage | undefined, journal: string): number {
  const age = Date.now() - Number(local?.getItem(journal) ?? 0)
  return age > -60_000 ? age : Number.POSITIVE_INFINITY
}

/** The lock, if nobody has it. */
export function claim(locks: LockManager, name: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock) return new Promise<void>((release) => resolve({ name, release }))
        return resolve(undefined)
      })
      .catch(reject)
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
    for (let n = preferred ? -1 : 0; n < MOST_JOURNALS; n++) {
      const got = await claim(locks, n < 0 && preferred ? preferred : journalName(database, n))
      if (got) return got
    }
  } catch {
    // Locks are refused here (a document without an origin, or not active): the heartbeat serves.
  }
  return undefined
}
