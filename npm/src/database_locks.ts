/**
 * What `exclusive` waits on in a browser without Web Locks: a readwrite transaction on a database that holds nothing
 * else. There is one such transaction at a time over all tabs, the browser ends it with its tab however that dies,
 * and the next in the row comes up by itself. It lives as long as something is asked of it, and so it is asked
 * without a pause: the processor pays for what Web Locks give for nothing.
 */
import { closed } from './errors.ts'
import type { LocksPort } from './locks.ts'
import { rejected } from './locks.ts'
import { abortReason, openDatabase, unavailable } from './storage/idb.ts'

const store = 'held'

export function databaseLocks(): LocksPort {
  return {
    async request(name, { signal }, work) {
      const database = await openDatabase(indexedDB, name, { [store]: {} }, true)
      if (!database) throw unavailable()
      let transaction: IDBTransaction | undefined
      let held = true
      try {
        signal.throwIfAborted()
        const present = database.transaction(store, 'readwrite')
        transaction = present
        const lost = new Promise<never>((_, reject) => {
          present.onabort = () => reject(closed(abortReason(present)))
        })
        const turn = new Promise<void>((resolve) => {
          const ask = () => {
            resolve()
            if (held) keepAsking()
          }
          const keepAsking = () => {
            present.objectStore(store).get(0).onsuccess = ask
          }
          keepAsking()
        })
        await Promise.race([turn, lost, rejected(signal)])
        return await Promise.race([work(), lost])
      } finally {
        held = false
        if (signal.aborted) abort(transaction)
        database.close()
      }
    },
  }
}

/** One that still waits for its turn must not get it. */
function abort(transaction: IDBTransaction | undefined): void {
  try {
    transaction?.abort()
  } catch {
    // It has ended by itself.
  }
}
