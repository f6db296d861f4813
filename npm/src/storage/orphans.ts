/**
 * What tabs that are no more have left behind: journals nobody owns, and late entries. Whoever opens
 * the locker applies them. Nothing here may break the opening: what cannot be read stays for later.
 */
import { claim, journalName, noteAge } from './claim.ts'
import { deleteDatabase, openDatabase } from './idb.ts'
import { deleteEntries, journalStores, readEntries } from './journal_stores.ts'
import { keysUnder, lateOrphans } from './late.ts'
import type { Orphan } from './storage.ts'

/** A heartbeat older than this: others may apply the journal. Applying one twice changes nothing. */
const STALE_MS = 10_000

/** Timers of hidden tabs run once a minute; only well beyond that is an empty journal deleted. */
const ABANDONED_MS = 300_000

/** Empty journals that stay, so that the next tabs need not make them. */
const KEPT_EMPTY = 8

/** When to look again: a killed tab's lock is free a few moments after the tab is gone; without locks, its heartbeat
 *  is old by then. */
const SECOND_LOOKS_MS = [150, 600, 2_500, STALE_MS + 1_000]

const DELETE_LIMIT_MS = 5_000

export interface OrphanSource {
  factory: IDBFactory
  locks: LockManager | undefined
  local: Storage | undefined
  /** The locker's main database. */
  database: string
  /** This tab, as 16 hexadecimal digits. */
  writer: string
}

export interface Found {
  orphans: Orphan[]
  /** Journals that have an owner: a tab that lives, or that is just dying. */
  busy: string[]
}

export async function findOrphans(source: OrphanSource, own: string): Promise<Found> {
  const busy: string[] = []
  const names = (await journalNames(source)).filter((name) => name !== own)
  const journals = await takeAll(source, names, busy)
  return { orphans: [...journals, ...lateOrphans(source.local, source.database, source.writer)], busy }
}

/** Looks at busy journals a few times more; `found` is called when one is free and holds entries. */
export function watchBusy(source: OrphanSource, busy: readonly string[], found: () => void): () => void {
  const timers = SECOND_LOOKS_MS.map((delay) =>
    setTimeout(async () => {
      const freed = await takeAll(source, busy, [])
      for (const orphan of freed) orphan.release()
      if (freed.length === 0) return
      stop()
      found()
    }, delay),
  )
  const stop = () => timers.forEach(clearTimeout)
  return stop
}

/** All journals of this locker that may exist: those that are noted, and where the browser lists databases, all. */
export async function journalNames({ factory, local, database }: OrphanSource): Promise<string[]> {
  const prefix = journalName(database, '')
  // Some private windows refuse it; those that are noted are known all the same.
  const listed = (await factory.databases?.().catch(() => [])) ?? []
  const names = [...keysUnder(local, prefix), ...listed.map(({ name = '' }) => name)]
  return [...new Set(names)].filter(
    (name) => name.startsWith(prefix) && (isNumbered(name) || /\/[0-9a-f]{16}$/.test(name)),
  )
}

/** Owned by lock; otherwise by heartbeat. */
function isNumbered(name: string): boolean {
  return /\/(0|[1-9]\d{0,4})$/.test(name)
}

async function takeAll(source: OrphanSource, names: readonly string[], busy: string[]): Promise<Orphan[]> {
  const taken = names.map((name) =>
    take(source, name, busy).catch(() => {
      // A journal that cannot be read now is left as it is for whoever opens the locker next.
      return undefined
    }),
  )
  return (await Promise.all(taken)).filter((orphan) => orphan !== undefined)
}

/** A journal nobody owns and that holds entries. */
async function take(source: OrphanSource, name: string, busy: string[]): Promise<Orphan | undefined> {
  const { factory, locks, local } = source
  const numbered = isNumbered(name)
  // Without locks nobody can tell whether a numbered journal has an owner; those with locks will.
  if (numbered && !locks) return undefined
  const claimed = numbered && locks ? await claim(locks, name) : undefined
  if (numbered ? !claimed : noteAge(local, name) < STALE_MS) {
    busy.push(name)
    return undefined
  }
  let database: IDBDatabase | undefined
  const release = () => {
    database?.close()
    claimed?.release()
  }
  try {
    database = await openDatabase(factory, name, journalStores)
    if (database === undefined) {
      local?.removeItem(name)
      release()
      return undefined
    }
    const journal = database
    const { keys, values } = await readEntries(journal)
    if (keys.length > 0) {
      return {
        entries: values,
        // Where it fails: they are applied, and will be once more, to no effect.
        discard: () =>
          deleteEntries(journal, keys)
            .catch(() => {})
            .finally(release),
        release,
      }
    }
    journal.close()
    // Not waited for: the journal's lock is kept until it is gone, and the opening goes on.
    void tidy(source, name, numbered).then(release)
    return undefined
  } catch (cause) {
    release()
    throw cause
  }
}

/** Deletes an empty journal that is of no more use. */
async function tidy(
  { factory, local, database }: OrphanSource,
  name: string,
  numbered: boolean,
): Promise<void> {
  const useful = numbered
    ? Number(name.slice(journalName(database, '').length)) < KEPT_EMPTY
    : noteAge(local, name) < ABANDONED_MS
  if (useful) return
  try {
    await deleteDatabase(factory, name, DELETE_LIMIT_MS)
    local?.removeItem(name)
  } catch {
    // Somebody holds it open; an empty journal does no harm.
  }
}
