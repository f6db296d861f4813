/** What every use of IndexedDB here needs: opening within a time limit, and errors with a way out. */
import { closed, LockerError } from '../errors.ts'

/** How long a database may take to answer. */
export const ANSWER_LIMIT_MS = 10_000

/** A database's object stores by name, and how they are made. */
export type Stores = Readonly<Record<string, IDBObjectStoreParameters>>

/**
 * Opens a database in whatever version it is: rekeying raises the number, and whether its content can be read
 * is said by the header. Without `create`, one that does not exist is left so and `undefined` returned.
 * Rejects with `storage_unavailable`, and with `storage_closed` where it has not these stores.
 */
export async function openDatabase(
  factory: IDBFactory,
  name: string,
  stores: Stores,
  create = false,
): Promise<IDBDatabase | undefined> {
  let missing = false
  let database: IDBDatabase
  try {
    const request = factory.open(name)
    // Without a version in the call, this happens to a new database only.
    request.onupgradeneeded = () => {
      // Aborting the upgrade of a database that was not there removes it again.
      missing = !create
      if (missing) request.transaction?.abort()
      else for (const store in stores) request.result.createObjectStore(store, stores[store])
    }
    database = await answer(request, ANSWER_LIMIT_MS, noAnswer())
  } catch (cause) {
    if (missing) return undefined
    throw cause instanceof LockerError ? cause : unavailable(cause)
  }
  // Until somebody else listens, a connection must not stand in the way of a deletion or an upgrade.
  database.onversionchange = () => database.close()
  if (Object.keys(stores).every((store) => database.objectStoreNames.contains(store))) return database
  database.close()
  throw new LockerError(
    'storage_closed',
    `The database "${name}" is not one this version of the application can use. Reload the page to get a newer one, or delete the data of this site.`,
  )
}

/** Deletes a database; others that have it open are asked to close it, for at most `limit` ms. */
export async function deleteDatabase(factory: IDBFactory, name: string, limit: number): Promise<void> {
  await answer(
    factory.deleteDatabase(name),
    limit,
    new LockerError(
      'storage_closed',
      'Another tab still holds this locker open. Its keys are deleted; the rest goes when that tab is closed.',
    ),
  )
}

/** A request that is never answered (a browser's bug, a tab that blocks) must not hang the page. */
function answer(request: IDBOpenDBRequest, limit: number, late: LockerError): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      request.onupgradeneeded = () => request.transaction?.abort()
      // A deletion has no result.
      request.onsuccess = () => (request.result as IDBDatabase | undefined)?.close()
      reject(late)
    }, limit)
    request.onsuccess = () => {
      clearTimeout(timer)
      resolve(request.result)
    }
    request.onerror = (event) => {
      clearTimeout(timer)
      event.preventDefault()
      reject(request.error)
    }
  })
}

/** What one request answers, before its transaction is complete. A request that fails leaves the others be. */
export function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      event.preventDefault()
      reject(request.error)
    }
  })
}

/** Resolves when the transaction is complete, rejects with the browser's reason when it is not. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(abortReason(transaction))
  })
}

export function abortReason(transaction: IDBTransaction): Error {
  return transaction.error ?? new DOMException('', 'AbortError')
}

/** The connection is gone, or the browser dropped the transaction: worth one more try after reopening. */
export function isLost(cause: unknown): boolean {
  return ['InvalidStateError', 'AbortError', 'UnknownError'].includes(nameOf(cause))
}

/** Calls `lost` when the connection is taken away. */
export function whenLost(database: IDBDatabase, lost: () => void): void {
  database.onversionchange = lost
  database.onclose = lost
}

/** Closes a connection of which nothing more is to be heard. */
export function letGo(database: IDBDatabase): void {
  database.onversionchange = null
  database.onclose = null
  database.close()
}

/** The browser is too busy, or another tab (perhaps a frozen one) does not let go. */
export function noAnswer(): LockerError {
  return new LockerError(
    'storage_unavailable',
    'The database of this locker did not answer in time. Close other tabs of this site and try again.',
  )
}

/** Where the browser lets a page store nothing. */
export function unavailable(cause?: unknown): LockerError {
  return new LockerError(
    'storage_unavailable',
    'The browser does not let this page store data. Allow site data (cookies) for this site, leave private browsing, or give createLocker another storage.',
    { cause },
  )
}

/** What an IndexedDB error means to the person using the locker. */
export function storageError(cause: unknown): LockerError {
  if (cause instanceof LockerError) return cause
  return nameOf(cause) === 'QuotaExceededError'
    ? new LockerError(
        'storage_full',
        'There is no room left for the data of this site. Free some space and try again; what was not written is kept until then.',
        { cause },
      )
    : closed(cause)
}

function nameOf(cause: unknown): string {
  return (cause as Error | null | undefined)?.name ?? ''
}
