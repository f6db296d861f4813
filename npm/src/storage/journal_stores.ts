/** What lies in a journal's database, and how it is read and emptied by its owner or its heirs. */
import { completed } from './idb.ts'

export interface StoredEntry {
  key: IDBValidKey
  value: unknown
}

/** `beating`: the journal is owned by heartbeat, in a store of its own so that it delays no entry. */
export function createJournal(beating: boolean): (database: IDBDatabase) => void {
  return (database) => {
    database.createObjectStore('entries', { autoIncrement: true })
    if (beating) database.createObjectStore('heartbeat').put(Date.now(), 'beat')
  }
}

export async function readEntries(database: IDBDatabase): Promise<StoredEntry[]> {
  const transaction = database.transaction('entries')
  const store = transaction.objectStore('entries')
  const keys = store.getAllKeys()
  const values = store.getAll()
  await completed(transaction)
  return keys.result.map((key, i) => ({ key, value: values.result[i] as unknown }))
}

export async function countEntries(database: IDBDatabase): Promise<number> {
  const transaction = database.transaction('entries')
  const request = transaction.objectStore('entries').count()
  await completed(transaction)
  return request.result
}

export async function deleteEntries(database: IDBDatabase, keys: readonly IDBValidKey[]): Promise<void> {
  if (keys.length === 0) return
  const transaction = database.transaction('entries', 'readwrite')
  const store = transaction.objectStore('entries')
  const span = unbroken(keys)
  if (span) store.delete(span)
  else for (const key of keys) store.delete(key)
  transaction.commit()
  await completed(transaction)
}

/** Keys that follow each other without a gap, as one range: one request instead of thousands. */
function unbroken(keys: readonly IDBValidKey[]): IDBKeyRange | undefined {
  const first = keys[0]
  if (!keys.every((key, i) => typeof key === 'number' && key === Number(first) + i)) return undefined
  return IDBKeyRange.bound(first, keys.at(-1))
}

export function beat(database: IDBDatabase, now: number): void {
  const transaction = database.transaction('heartbeat', 'readwrite')
  transaction.objectStore('heartbeat').put(now, 'beat')
  transaction.commit()
}

/** How long ago the owner gave a sign of life; a beat from the future says nothing and counts as old. */
export async function beatAge(database: IDBDatabase, now: number): Promise<number> {
  if (!database.objectStoreNames.contains('heartbeat')) return Number.POSITIVE_INFINITY
  const transaction = database.transaction('heartbeat')
  const request = transaction.objectStore('heartbeat').get('beat')
  await completed(transaction)
  const last: unknown = request.result
  if (typeof last !== 'number' || last > now + 60_000) return Number.POSITIVE_INFINITY
  return Math.max(0, now - last)
}
