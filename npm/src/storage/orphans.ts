/**
 * What tabs that are no more have left behind: journals nobody owns, and late entries. Whoever opens
 * the locker applies them. Nothing here may break the opening: what cannot be read stays for later.
 */
import { ABANDONED_MS, type Claim, claim, journalKind, journalName, STALE_MS } from './claim.ts'
import { deleteDatabase, openDatabase } from './idb.ts'
import { beatAge, countEntries, deleteEntries, readEntries } from './journal_stores.ts'
import { discardLate, keysUnder, lateItems } from './late.ts'
import type { Orphan } from './storage.ts'

/** Empty journals that stay, so that the next tabs need not make them. */
const KEPT_EMPTY = 8

/** A killed tab's lock is free a few moments after the tab is gone: when to look again. */
const SECOND_LOOKS_MS = [150, 600, 2_500]

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
  /** Journals whose lock is held: by a tab that lives, or that is just dying. */
  busy: string[]
}

export async function findOrphans(source: OrphanSource, own: string): Promise<Found> {
  const busy: string[] = []
  const names = await journalNames(source)
  const journals = names
    .filter((name) => name !== own)
    .map((name) =>
      inherit(source, name, busy).catch(() => {
        // A journal that cannot be read now is left as it is for whoever opens the locker next.
        return undefined
      }),
    )
  const orphans = (await Promise.all(journals)).filter((orphan) => orphan !== undefined)
  for (const item of lateItems(source.local, source.database, source.writer)) {
    orphans.push({
      entries: item.entries,
      discard: async () => discardLate(source.local, item),
      release: () => {},
    })
  }
  return { orphans, busy }
}

/** Looks at busy journals a few times more; `found` is called when one is free and holds entries. */
export function watchBusy(source: OrphanSource, busy: readonly string[], found: () => void): () => void {
  const timers = SECOND_LOOKS_MS.map((delay) =>
    setTimeout(async () => {
      const freed = await Promise.all(busy.map((name) => hasEntries(source, name).catch(() => false)))
      if (!freed.includes(true)) return
      stop()
      found()
    }, delay),
  )
  const stop = () => {
    for (const timer of timers) clearTimeout(timer)
  }
  return stop
}

/** Notes a journal that nobody could find otherwise: one under a heartbeat, where databases cannot be listed. */
export function noteJournal({ factory, local, database }: OrphanSource, name: string): void {
  if (typeof factory.databases === 'function' || journalKind(database, name) !== 'beating') return
  try {
    local?.setItem(name, '')
  } catch {
    // No room for the note: its entries are found again by the late entries alone.
  }
}

/** All journals of this locker that may exist. */
export async function journalNames(source: OrphanSource): Promise<string[]> {
  const { factory, local, database } = source
  const noted = keysUnder(local, journalName(database, ''))
  if (typeof factory.databases === 'function') {
    const listed = (await factory.databases()).map(({ name }) => name ?? '')
    return [...new Set([...listed, ...noted])].filter((name) => journalKind(database, name))
  }
  const names = noted.filter((name) => journalKind(database, name))
  for (let n = 0; ; n++) {
    const name = journalName(database, n)
    const found = await openDatabase(factory, name)
    if (found === undefined) return names
    found.close()
    names.push(name)
  }
}

async function inherit(source: OrphanSource, name: string, busy: string[]): Promise<Orphan | undefined> {
  if (journalKind(source.database, name) === 'beating') return take(source, name, undefined)
  // Without locks nobody can tell whether a numbered journal has an owner; those with locks will.
  if (source.locks === undefined) return undefined
  const claimed = await claim(source.locks, name)
  if (claimed) return take(source, name, claimed)
  busy.push(name)
  return undefined
}

async function take(
  source: OrphanSource,
  name: string,
  claimed: Claim | undefined,
): Promise<Orphan | undefined> {
  let database: IDBDatabase | undefined
  const release = () => {
    database?.close()
    claimed?.release()
  }
  try {
    database = await openDatabase(source.factory, name)
    const age = database && !claimed ? await beatAge(database, Date.now()) : Number.POSITIVE_INFINITY
    if (database === undefined || age < STALE_MS) {
      release()
      return undefined
    }
    const journal = database
    journal.onversionchange = () => journal.close()
    const stored = await readEntries(journal)
    if (stored.length === 0) {
      journal.close()
      // Not waited for: the journal's lock is kept until it is gone, and the opening goes on.
      void tidy(source, name, age).then(release)
      return undefined
    }
    const keys = stored.map(({ key }) => key)
    return {
      entries: stored.map(({ value }) => value),
      discard: async () => {
        try {
          await deleteEntries(journal, keys)
        } catch {
          // They are applied; the next to open the locker applies them once more, to no effect.
        } finally {
          release()
        }
      },
      release,
    }
  } catch (cause) {
    release()
    throw cause
  }
}

/** Deletes an empty journal that is of no more use. */
async function tidy(source: OrphanSource, name: string, age: number): Promise<void> {
  const { factory, local, database } = source
  const n = Number(name.slice(journalName(database, '').length))
  // Where databases cannot be listed, numbers are counted up from 0 and must have no gap.
  const useless =
    journalKind(database, name) === 'beating'
      ? age > ABANDONED_MS
      : n >= KEPT_EMPTY && typeof factory.databases === 'function'
  if (!useless) return
  try {
    await deleteDatabase(factory, name, DELETE_LIMIT_MS)
    local?.removeItem(name)
  } catch {
    // Somebody holds it open; an empty journal does no harm.
  }
}

async function hasEntries(source: OrphanSource, name: string): Promise<boolean> {
  const claimed = source.locks && (await claim(source.locks, name))
  if (!claimed) return false
  try {
    const database = await openDatabase(source.factory, name)
    if (database === undefined) return false
    const count = await countEntries(database)
    database.close()
    return count > 0
  } finally {
    claimed.release()
  }
}
