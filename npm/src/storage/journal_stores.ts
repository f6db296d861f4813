/** What lies in a journal's database, and how it is read and emptied by its owner or its heirs. */
import { answered, completed, type Stores } from './idb.ts'

export const journalStores: Stores = { entries: { autoIncrement: true } }

export interface StoredEntries {
  readonly keys: readonly IDBValidKey[]
  readonly values: readonly unknown[]
}

export async function readEntries(database: IDBDatabase): Promise<StoredEntries> {
  const store = database.transaction('entries').objectStore('entries')
  const [keys, values] = await Promise.all([answered(store.getAllKeys()), answered(store.getAll())])
  return { keys, values }
}

export async function deleteEntries(database: IDBDatabase, keys: readonly IDBValidKey[]): Promise<void> {
  const transaction = database.transaction('entries', 'readwrite')
  const store = transaction.objectStore('entries')
  const [first] = keys
  // Keys that follow each other without a gap go as one range: one request instead of thousands.
  if (keys.length > 0 && keys.every((key, i) => key === Number(first) + i))
    store.delete(IDBKeyRange.bound(first, keys.at(-1)))
  else for (const key of keys) store.delete(key)
  transaction.commit()
  await completed(transaction)
}
