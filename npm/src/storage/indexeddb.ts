/**
 * `indexedDBStorage()`: the locker's storage in a browser. A main database for all tabs, a journal of
 * its own for each tab, localStorage for what a page could not finish.
 */
import { disposed, hasCode } from '../errors.ts'
import { loaded } from '../wasm_source.ts'
import { deleteDatabase, openDatabase, storageError, unavailable } from './idb.ts'
import { Journal } from './journal.ts'
import { beginClaim } from './journal_place.ts'
import { keysUnder, LateEntries } from './late.ts'
import { MainDatabase } from './main_database.ts'
import { pageNotes, pageStorage } from './notes.ts'
import { findOrphans, journalNames, type OrphanSource, watchBusy } from './orphans.ts'
import {
  type AtOnce,
  databaseName,
  type LockerStorage,
  releaseAll,
  type StorageEvent,
  type StorageSession,
} from './storage.ts'

/** What `indexedDBStorage` uses instead of the page's own. */
export interface IndexedDBStorageOptions {
  /** The page's `indexedDB` unless given; `null` for none. */
  indexedDB?: IDBFactory | null
  /** The page's Web Locks unless given; `null` for none, as on plain http. */
  locks?: LockManager | null
  /** The page's `localStorage` unless given; `null` for none. */
  localStorage?: Storage | null
  /** How long `destroy()` waits for other tabs to let go, in ms. */
  destroyLimit?: number
}

/** The default in browsers: IndexedDB, with localStorage beside it for what must be written at once. */
export function indexedDBStorage(options: IndexedDBStorageOptions = {}): LockerStorage {
  const local = () => given(options.localStorage, pageStorage)
  return {
    notes: pageNotes(local),
    open(name, { writer, onEvent, ahead }) {
      const factory = given(options.indexedDB, pageIndexedDB)
      if (!factory) return Promise.reject(unavailable())
      const source = {
        factory,
        locks: given(options.locks, () => globalThis.navigator?.locks),
        local,
        database: databaseName(name),
        writer: Array.from(writer, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      }
      return openSession(source, options.destroyLimit ?? 5_000, onEvent, ahead)
    },
  }
}

async function openSession(
  given: Omit<OrphanSource, 'local'> & { local(): Storage | undefined },
  destroyLimit: number,
  onEvent: (event: StorageEvent) => void,
  ahead: ((read: () => AtOnce) => void) | undefined,
): Promise<StorageSession> {
  const { factory, database, writer } = given
  let over = false
  let stopWatching = () => {}
  const end = () => {
    over = true
    stopWatching()
  }
  const main = new MainDatabase(factory, database, (event, error) => {
    if (!error) return onEvent(event)
    end()
    journal.end(error)
    // What was pending belongs to a locker that is no more; the locker itself still knows it.
    if (event.type === 'evicted') late.clear()
    onEvent(event)
  })
  const opening = main.open().then(() => ahead?.(() => main.atOnce()))
  const claiming = beginClaim(given)
  // The page stands still while localStorage is read for the first time; by now the disk is at work.
  const local = given.local()
  const source = { ...given, local }
  const late = new LateEntries(local, database, writer)
  const journal = new Journal(source, late, () => main.ensure())

  const failure = await firstFailure([opening, journal.open(claiming)])
  if (failure) {
    main.close()
    journal.end(failure)
    throw failure
  }

  return {
    append: (entry) => journal.append(entry),
    pending: () => journal.pending(),
    settle: (entries) => journal.settle(entries),
    retry: () => journal.retry(),
    transact: (ids, fn, { durability = 'relaxed' } = {}) => main.transact(ids, fn, durability),
    async upgrade(fn) {
      journal.careful = true
      try {
        return await main.upgrade(fn)
      } finally {
        journal.careful = false
      }
    },
    load: (ids) => main.load(ids),
    key: (name) => main.key(name),
    parts: async () => (await loaded('part_store.js', import('./part_store.ts'))).partStore(main),

    async orphans() {
      await journal.settled()
      const others = findOrphans(source, journal.name)
      const own = await journal.strangers().catch((error: unknown) => {
        others.then(({ orphans }) => releaseAll(orphans)).catch(() => {})
        throw error
      })
      const { orphans, busy } = await others
      stopWatching()
      if (!over) stopWatching = watchBusy(source, busy, () => onEvent({ type: 'orphans' }))
      return own ? [own, ...orphans] : orphans
    },

    async close() {
      end()
      await journal.close()
      main.close()
    },

    async destroy() {
      end()
      try {
        await main.clearKeys()
      } catch (cause) {
        if (!hasCode(cause, 'evicted')) throw cause
        // Gone already, with its keys: what lies around it is still to be cleared away. But a locker
        // that stands in its place by now is not this session's to destroy.
        const other = await openDatabase(factory, database, {})
        other?.close()
        if (other) return
      }
      main.close()
      const remove = (name: string) => deleteDatabase(factory, name, destroyLimit)
      // The main database first: a tab that loses its journal makes no new one for a locker that is gone.
      const first = await firstFailure([remove(database)])
      const names = [...(await journalNames(source)), `${database}/exclusive`]
      journal.end(disposed())
      const second = await firstFailure(names.map(remove))
      late.clear()
      for (const key of keysUnder(local, `${database}/`)) local?.removeItem(key)
      if (first ?? second) throw first ?? second
    },
  }
}

/** Waits for all; the first that failed, if any, as an error with a way out. */
async function firstFailure(work: Promise<unknown>[]) {
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected')
  return failed && storageError(failed.reason)
}

function pageIndexedDB(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB
  } catch {
    // Merely asking throws where site data is blocked.
    return undefined
  }
}

function given<T>(option: T | null | undefined, otherwise: () => T | undefined): T | undefined {
  return option === undefined ? otherwise() : (option ?? undefined)
}
