/** A transaction while nobody else has the database open: a version upgrade. Loaded when keys are renewed. */
import { evicted, LockerError } from '../errors.ts'
import { read, Thrown, write } from './main_database.ts'
import type { Changes, Snapshot } from './storage.ts'

/** How long other tabs have to let go, in ms. */
const limit = 10_000

/** The database in its new version, and what was found in the old one. Rejects when nothing was changed. */
export function upgraded(
  factory: IDBFactory,
  name: string,
  version: number,
  fn: (found: Snapshot) => Changes | undefined,
): Promise<{ database: IDBDatabase; found: Snapshot }> {
  return new Promise((resolve, reject) => {
    const found: Snapshot = { header: undefined, root: undefined, attempts: undefined, records: new Map() }
    let failure: unknown
    const request = factory.open(name, version)
    const timer = setTimeout(() => {
      failure = new LockerError(
        'storage_closed',
        'Another tab did not let go of this locker in time; nothing was changed. Close other tabs of this site and try again.',
      )
      reject(failure)
    }, limit)
    request.onupgradeneeded = ({ oldVersion }) => {
      const transaction = request.transaction as IDBTransaction
      // A request cannot be taken back: one that comes too late, or finds a database just deleted, undoes itself.
      if (oldVersion === 0) failure = evicted()
      if (failure) return transaction.abort()
      // However long it takes to read and seal everything, nobody stands in its way any more.
      const begun = () => clearTimeout(timer)
      const attempt = (work: () => void) => {
        try {
          work()
        } catch (error) {
          failure = new Thrown(error)
          transaction.abort()
        }
      }
      read(transaction, 'all', found, begun, () =>
        attempt(() => {
          const changes = fn(found)
          transaction.objectStore('keys').clear()
          if (!changes) return
          write(transaction, changes)
          if (changes.part) eachPart(transaction.objectStore('parts'), changes.part, attempt)
        }),
      )
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      if (failure) request.result.close()
      else resolve({ database: request.result, found })
    }
    request.onerror = (event) => {
      clearTimeout(timer)
      event.preventDefault()
      reject(failure ?? request.error)
    }
  })
}

/** One after the other, because they are large. */
function eachPart(
  parts: IDBObjectStore,
  change: NonNullable<Changes['part']>,
  attempt: (work: () => void) => void,
): void {
  const request = parts.openCursor()
  request.onsuccess = () =>
    attempt(() => {
      const cursor = request.result
      if (!cursor) return
      const next = change(cursor.value)
      if (next) cursor.update(next)
      else cursor.delete()
      cursor.continue()
    })
}
