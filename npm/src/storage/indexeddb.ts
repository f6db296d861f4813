/**
 * `indexedDBStorage()`: the locker's storage in a browser. A main database for all tabs, a journal of
 * its own for each tab, localStorage for what a page could not finish.
 */
import { LockerError } from '../errors.ts'
import { deleteDatabase, noIndexedDB, openDatabase, storageError } from './idb.ts'
import { Journal } from './journal.ts'
import { keysUnder, LateEntries } from './late.ts'
import { MainDatabase } from './main_database.ts'
import { pageNotes, pageStorage } from './notes.ts'
import { findOrphans, journalNames, noteJournal, type OrphanSource, watchBusy } from './orphans.ts'
import {
  type Changes,
  databaseName,
  type LockerStorage,
  type Orphan,
  type Snapshot,
  type StorageEvent,
  type StorageSession,
} from './storage.ts'

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

export function indexedDBStorage(options: IndexedDBStorageOptions = {}): LockerStorage {
  const local = () => given(options.localStorage, pageStorage)
  return {
    notes: pageNotes(local),
    async open(name, { writer, onEvent }) {
      const factory = given(options.indexedDB, pageIndexedDB)
      if (factory === undefined) throw noIndexedDB()
      const session = new IndexedDBSession(
        {
          factory,
          locks: given(options.locks, pageLocks),
          local: local(),
          database: databaseName(name),
          writer: Array.from(writer, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        },
        options.destroyLimit ?? 5_000,
        onEvent,
      )
      await session.open()
      return session
    },
  }
}

class IndexedDBSession implements StorageSession {
  readonly #source: OrphanSource
  readonly #destroyLimit: number
  readonly #onEvent: (event: StorageEvent) => void
  readonly #main: MainDatabase
  readonly #journal: Journal
  readonly #late: LateEntries
  #stopWatching = () => {}
  #over = false

  constructor(source: OrphanSource, destroyLimit: number, onEvent: (event: StorageEvent) => void) {
    const { factory, locks, local, database, writer } = source
    this.#source = source
    this.#destroyLimit = destroyLimit
    this.#onEvent = onEvent
    this.#main = new MainDatabase(factory, database, (event, error) => this.#end(event, error))
    this.#late = new LateEntries(local, database, writer)
    this.#journal = new Journal({
      factory,
      locks,
      database,
      writer,
      late: this.#late,
      ensureMain: () => this.#main.ensure(),
    })
  }

  async open(): Promise<void> {
    const opened = await Promise.allSettled([this.#main.open(), this.#journal.open()])
    const failed = opened.find((outcome) => outcome.status === 'rejected')
    if (failed === undefined) {
      noteJournal(this.#source, this.#journal.name)
      return
    }
    const error = storageError(failed.reason)
    this.#main.close()
    this.#journal.end(error)
    throw error
  }

  append(entry: Parameters<StorageSession['append']>[0]) {
    return this.#journal.append(entry)
  }

  pending() {
    return this.#journal.pending()
  }

  settle(entries: Parameters<StorageSession['settle']>[0]) {
    return this.#journal.settle(entries)
  }

  retry() {
    return this.#journal.retry()
  }

  transact(
    ids: readonly string[] | 'all',
    fn: (found: Snapshot) => Changes | undefined,
    options: { durability?: 'strict' | 'relaxed' } = {},
  ): Promise<Snapshot> {
    return this.#main.transact(ids, fn, options.durability ?? 'relaxed')
  }

  load(ids: readonly string[] | 'all') {
    return this.#main.load(ids)
  }

  key(name: string) {
    return this.#main.key(name)
  }

  async orphans(): Promise<Orphan[]> {
    const own = await this.#journal.strangers()
    const { orphans, busy } = await findOrphans(this.#source, this.#journal.name)
    this.#stopWatching()
    if (!this.#over) {
      this.#stopWatching = watchBusy(this.#source, busy, () => this.#onEvent({ type: 'orphans' }))
    }
    return own ? [own, ...orphans] : orphans
  }

  async close(): Promise<void> {
    this.#over = true
    this.#stopWatching()
    await this.#journal.close()
    this.#main.close()
  }

  async destroy(): Promise<void> {
    const { factory, local, database } = this.#source
    this.#over = true
    this.#stopWatching()
    const destroyed = new LockerError(
      'storage_closed',
      'This locker was destroyed. Create it anew to use it again.',
    )
    try {
      await this.#main.clearKeys()
    } catch (cause) {
      if (!(cause instanceof LockerError && cause.code === 'evicted')) throw cause
      // Gone already, with its keys: what lies around it is still to be cleared away. But a locker
      // that stands in its place by now is not this session's to destroy.
      const other = await openDatabase(factory, database)
      other?.close()
      if (other) return
    }
    this.#main.close()
    // The main database first: a tab that loses its journal makes no new one for a locker that is gone.
    const remaining = await Promise.allSettled([deleteDatabase(factory, database, this.#destroyLimit)])
    const names = await journalNames(this.#source)
    this.#journal.end(destroyed)
    const journals = names.map((name) => deleteDatabase(factory, name, this.#destroyLimit))
    remaining.push(...(await Promise.allSettled(journals)))
    this.#late.clear()
    for (const key of keysUnder(local, `${database}/`)) local?.removeItem(key)
    const failed = remaining.find((outcome) => outcome.status === 'rejected')
    if (failed) throw storageError(failed.reason)
  }

  #end(event: StorageEvent, error: LockerError): void {
    this.#over = true
    this.#stopWatching()
    this.#journal.end(error)
    // What was pending belongs to a locker that is no more; the locker itself still knows it.
    if (event.type === 'evicted') this.#late.clear()
    this.#onEvent(event)
  }
}

function pageIndexedDB(): IDBFactory | undefined {
  try {
    return globalThis.indexedDB
  } catch {
    // Merely asking throws where site data is blocked.
    return undefined
  }
}

function pageLocks(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks
}

function given<T>(option: T | null | undefined, otherwise: () => T | undefined): T | undefined {
  return option === undefined ? otherwise() : (option ?? undefined)
}
