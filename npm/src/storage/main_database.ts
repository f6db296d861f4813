/**
 * The main database of a locker: header, root and attempts in `meta`, sealed records, keys.
 * Its connection may be taken away at any time; it is had again once per operation, never made anew.
 */
import { closed, disposed, evicted, hasCode, type LockerError } from '../errors.ts'
import { loaded } from '../wasm_source.ts'
import { compact } from './compact.ts'
import {
  ANSWER_LIMIT_MS,
  abortReason,
  answered,
  completed,
  isLost,
  letGo,
  noAnswer,
  openDatabase,
  type Stores,
  storageError,
  whenLost,
} from './idb.ts'
import type { AtOnce, Changes, Snapshot, StorageEvent } from './storage.ts'

/** Records read at a time: few enough to bound memory, many enough to keep the disk busy. */
const BATCH = 2_000

const stores: Stores = { meta: {}, records: { keyPath: 'id' }, keys: {}, parts: { keyPath: 'id' } }

const metaNames = ['header', 'root', 'attempts'] as const

/** What the locker's own function threw: passed on as it is, never mistaken for the disk's error. */
export class Thrown {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

export class MainDatabase {
  readonly #factory: IDBFactory
  readonly #name: string
  readonly #onEvent: (event: StorageEvent, end?: LockerError) => void
  #database: IDBDatabase | undefined
  #reopening: Promise<IDBDatabase> | undefined
  /** Set when this session is over: closed by its owner, evicted, or turned into something else. */
  #ended: LockerError | undefined
  /** The locker this session has seen, so that another one in its place is noticed. */
  #lockerId: Uint8Array | undefined

  /** `end`: after that event the session is over, for this reason. */
  constructor(factory: IDBFactory, name: string, onEvent: (event: StorageEvent, end?: LockerError) => void) {
    this.#factory = factory
    this.#name = name
    this.#onEvent = onEvent
  }

  async open(): Promise<void> {
    const database = await openDatabase(this.#factory, this.#name, stores, true)
    if (database) this.#adopt(database)
  }

  transact(
    ids: readonly string[] | 'all',
    fn: (found: Snapshot) => Changes | undefined,
    durability: IDBTransactionDurability,
  ): Promise<Snapshot> {
    return this.#withDatabase((database) => this.#run(database, 'readwrite', ids, fn, durability))
  }

  load(ids: readonly string[] | 'all'): Promise<Snapshot> {
    return this.#withDatabase((database) => this.#run(database, 'readonly', ids, undefined, 'default'))
  }

  /** See the port: one transaction, which reads first what is needed first. What of it fails by itself is waited for
   *  with the rest, never begun anew beside it: where the disk does not answer, one time limit is enough. */
  atOnce(): AtOnce {
    let header: Promise<unknown> | undefined
    let keys: Promise<[IDBValidKey[], CryptoKey[]]> | undefined
    const first = (transaction: IDBTransaction) => {
      header = answered(transaction.objectStore('meta').get('header'))
      const store = transaction.objectStore('keys')
      keys = Promise.all([answered(store.getAllKeys()), answered<CryptoKey[]>(store.getAll())])
      // Told where they are waited for.
      keys.catch(() => {})
    }
    const all = this.#withDatabase((database) =>
      this.#run(database, 'readonly', 'all', undefined, 'default', first),
    )
    const [firstHeader, firstKeys] = [header, keys]
    const headerOfAll = async () => (await all).header
    return {
      header: firstHeader?.catch(headerOfAll) ?? headerOfAll(),
      key: async (name) => {
        const found = await firstKeys?.catch(() => {})
        if (found) return found[1][found[0].indexOf(name)]
        await all
        return this.key(name)
      },
      all,
    }
  }

  /** See the port. */
  async upgrade(fn: (found: Snapshot) => Changes | undefined): Promise<Snapshot> {
    const { upgraded } = await loaded('upgrade.js', import('./upgrade.ts'))
    const version = await this.#withDatabase(async (database) => {
      this.#drop(database)
      return database.version
    })
    const upgrading = upgraded(this.#factory, this.#name, version + 1, fn)
    // Whoever needs the database meanwhile waits for it, too.
    this.#reopening = upgrading
      .then(
        ({ database }) => {
          if (this.#ended) database.close()
          else this.#adopt(database)
        },
        () => {},
      )
      .then(() => this.#tryReopen())
      .finally(() => {
        this.#reopening = undefined
      })
    this.#reopening.catch(() => {})
    try {
      return (await upgrading).found
    } catch (cause) {
      throw cause instanceof Thrown ? cause.error : storageError(cause)
    }
  }

  key(name: string): Promise<CryptoKey | undefined> {
    return this.#withDatabase(async (database) => {
      const transaction = database.transaction('keys')
      const request: IDBRequest<CryptoKey | undefined> = transaction.objectStore('keys').get(name)
      await completed(transaction)
      return request.result
    })
  }

  /** One transaction on the parts of large values; gives what the last of its requests answers. */
  parts<T>(
    mode: IDBTransactionMode,
    work: (parts: IDBObjectStore) => IDBRequest<T> | undefined,
  ): Promise<T | undefined> {
    return this.#withDatabase(async (database) => {
      const transaction = database.transaction('parts', mode)
      const request = work(transaction.objectStore('parts'))
      await completed(transaction)
      return request?.result
    })
  }

  /** Forgets all keys, on the disk before it resolves: what remains of the locker opens no more. */
  clearKeys(): Promise<void> {
    return this.#withDatabase((database) => {
      const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' })
      transaction.objectStore('keys').clear()
      transaction.commit()
      return completed(transaction)
    })
  }

  /** Resolves when the database is there and is this locker's; rejects with what has happened to it. */
  async ensure(): Promise<void> {
    if (this.#database === undefined) await this.#reopen()
  }

  close(): void {
    this.#ended ??= disposed()
    if (this.#database) this.#drop(this.#database)
  }

  async #withDatabase<T>(work: (database: IDBDatabase) => Promise<T>): Promise<T> {
    if (this.#ended) throw this.#ended
    try {
      const database = this.#database ?? (await this.#reopen())
      try {
        return await work(database)
      } catch (cause) {
        if (!isLost(cause)) throw cause
        this.#drop(database)
        return await work(await this.#reopen())
      }
    } catch (cause) {
      throw cause instanceof Thrown ? cause.error : storageError(cause)
    }
  }

  #adopt(database: IDBDatabase): void {
    this.#database = database
    whenLost(database, () => {
      this.#drop(database)
      // At once and not at the next use, so that a page nobody touches learns it too. The request
      // waits behind the deletion or upgrade that took the connection away.
      this.#reopen().then(
        () => this.#onEvent({ type: 'reopened' }),
        () => {
          // Told already; anything else is tried again, and told, at the next use.
        },
      )
    })
  }

  #drop(database: IDBDatabase): void {
    letGo(database)
    if (this.#database === database) this.#database = undefined
  }

  #reopen(): Promise<IDBDatabase> {
    if (this.#ended) return Promise.reject(this.#ended)
    this.#reopening ??= this.#tryReopen().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  async #tryReopen(): Promise<IDBDatabase> {
    if (this.#ended) throw this.#ended
    if (this.#database) return this.#database
    let database: IDBDatabase | undefined
    try {
      database = await openDatabase(this.#factory, this.#name, stores)
    } catch (cause) {
      if (hasCode(cause, 'storage_closed')) this.#end({ type: 'closed' }, cause)
      throw closed(cause)
    }
    if (database && !this.#ended && (await this.#isSameLocker(database))) {
      if (!this.#ended) {
        this.#adopt(database)
        return database
      }
    }
    database?.close()
    return this.#end({ type: 'evicted' }, evicted())
  }

  #end(event: StorageEvent, error: LockerError): never {
    if (this.#ended === undefined) {
      this.#ended = error
      this.#onEvent(event, error)
    }
    throw this.#ended
  }

  async #isSameLocker(database: IDBDatabase): Promise<boolean> {
    if (this.#lockerId === undefined) return true
    const transaction = database.transaction('meta')
    const request = transaction.objectStore('meta').get('header')
    await completed(transaction)
    const there = lockerIdOf(request.result)
    return there !== undefined && this.#lockerId.every((byte, i) => byte === there[i])
  }

  #run(
    database: IDBDatabase,
    mode: 'readonly' | 'readwrite',
    ids: readonly string[] | 'all',
    fn: ((found: Snapshot) => Changes | undefined) | undefined,
    durability: IDBTransactionDurability,
    first?: (transaction: IDBTransaction) => void,
  ): Promise<Snapshot> {
    return new Promise((resolve, reject) => {
      const used = fn || first ? ['meta', 'records', 'keys'] : ['meta', 'records']
      const transaction = database.transaction(used, mode, { durability })
      const found: Snapshot = { header: undefined, root: undefined, attempts: undefined, records: new Map() }
      let written: Changes | undefined
      let thrown: Thrown | undefined
      // Another tab's transaction may stand before this one, and that of a frozen tab would for ever.
      const waiting = setTimeout(() => {
        thrown = new Thrown(noAnswer())
        transaction.abort()
      }, ANSWER_LIMIT_MS)
      const begun = () => clearTimeout(waiting)

      const settled = () => {
        this.#lockerId = lockerIdOf(written?.header ?? found.header) ?? this.#lockerId
        resolve(found)
      }
      transaction.oncomplete = settled
      transaction.onabort = () => {
        begun()
        reject(thrown ?? abortReason(transaction))
      }

      first?.(transaction)
      read(transaction, ids, found, begun, () => {
        // All is read; that the transaction is over, too, would be one more turn.
        if (fn === undefined) return settled()
        try {
          written = fn(found)
          if (written) write(transaction, written)
          transaction.commit()
        } catch (error) {
          thrown = new Thrown(error)
          transaction.abort()
        }
      })
    })
  }
}

/** Reads with callbacks alone, so that the transaction cannot end between two of them. */
export function read(
  transaction: IDBTransaction,
  ids: readonly string[] | 'all',
  found: Snapshot,
  begun: () => void,
  then: () => void,
): void {
  const meta = transaction.objectStore('meta')
  const records = transaction.objectStore('records')
  let waiting = 3 + (ids === 'all' ? 1 : ids.length)
  const arrived = () => {
    waiting -= 1
    if (waiting === 0) then()
  }
  for (const name of metaNames) {
    const request = meta.get(name)
    request.onsuccess = () => {
      begun()
      found[name] = request.result
      arrived()
    }
  }
  if (ids === 'all') {
    readAll(records, found.records, undefined, arrived)
    return
  }
  for (const id of ids) {
    const request = records.get(id)
    request.onsuccess = () => {
      if (request.result !== undefined) found.records.set(id, request.result)
      arrived()
    }
  }
}

function readAll(
  records: IDBObjectStore,
  into: Map<string, unknown>,
  after: string | undefined,
  then: () => void,
): void {
  // Text keys only: in the order of keys they stand before arrays, and no record has another id.
  const range = IDBKeyRange.bound(after ?? '', [], after !== undefined, true)
  const request: IDBRequest<{ id: string }[]> = records.getAll(range, BATCH)
  request.onsuccess = () => {
    for (const record of request.result) into.set(record.id, record)
    const last = request.result.at(-1)
    if (request.result.length < BATCH || last === undefined) then()
    else readAll(records, into, last.id, then)
  }
}

export function write(transaction: IDBTransaction, changes: Changes): void {
  const meta = transaction.objectStore('meta')
  for (const name of metaNames) {
    if (changes[name] !== undefined) meta.put(changes[name], name)
  }
  const records = transaction.objectStore('records')
  for (const record of changes.put ?? []) records.put(compact(record))
  for (const id of changes.remove ?? []) records.delete(id)
  for (const [name, key] of changes.keys ?? []) {
    if (key === null) transaction.objectStore('keys').delete(name)
    else transaction.objectStore('keys').put(key, name)
  }
}

function lockerIdOf(header: unknown): Uint8Array | undefined {
  const id = (header as { locker_id?: unknown } | null | undefined)?.locker_id
  return id instanceof Uint8Array ? id : undefined
}
