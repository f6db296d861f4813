/**
 * What lies in the journals and late entries of a locker in IndexedDB, of all tabs, read as anybody with this disk
 * reads it: without locks, and without taking anything.
 */
import { fromJson } from '../base64url.ts'
import { completed } from '../storage/idb.ts'
import { keysUnder } from '../storage/late.ts'
import { pageStorage } from '../storage/notes.ts'

export interface Beside {
  name: string
  /** Unchecked. */
  entries: unknown[]
}

/** Empty where there is no IndexedDB that lists its databases. */
export async function journalsBeside(database: string): Promise<Beside[]> {
  const names = await databasesUnder(`${database}/journal/`)
  const found: Beside[] = []
  for (const name of names.sort()) {
    const entries = await entriesIn(name)
    if (entries.length > 0) found.push({ name, entries })
  }
  const store = pageStorage()
  for (const key of keysUnder(store, `${database}/late/`)) {
    try {
      const entries = fromJson(store?.getItem(key) ?? '', ['writer', 'nonce', 'box'])
      found.push({ name: key, entries: entries as unknown[] })
    } catch {
      // Not what it should be: it harms nobody, and says nothing.
    }
  }
  return found
}

async function databasesUnder(prefix: string): Promise<string[]> {
  try {
    const listed = (await globalThis.indexedDB?.databases?.()) ?? []
    return listed.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name] : []))
  } catch {
    // Not allowed here, or not in this browser.
    return []
  }
}

async function entriesIn(name: string): Promise<unknown[]> {
  const database = await existing(name)
  if (!database) return []
  try {
    if (!database.objectStoreNames.contains('entries')) return []
    const transaction = database.transaction('entries')
    const all = transaction.objectStore('entries').getAll()
    await completed(transaction)
    return all.result
  } catch {
    // Deleted while it was being read.
    return []
  } finally {
    database.close()
  }
}

/** Never makes one, and never stands in the way of a deletion. */
function existing(name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => request.transaction?.abort()
    request.onerror = (event) => {
      event.preventDefault()
      resolve(undefined)
    }
    request.onsuccess = () => {
      const database = request.result
      database.onversionchange = () => database.close()
      resolve(database)
    }
  })
}
