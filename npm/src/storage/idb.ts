/** What every use of IndexedDB here needs: opening within a time limit, and errors with a way out. */
import { LockerError } from '../errors.ts'

/** A request that is never answered (a browser's bug, a tab that blocks) must not hang the page. */
export const OPEN_LIMIT_MS = 10_000

const VERSION = 1

/** Opens a database. Without `create`, one that does not exist is left so and `undefined` returned. */
export function openDatabase(
  factory: IDBFactory,
  name: string,
  create?: (database: IDBDatabase) => void,
): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    let given = false
    let missing = false
    const timer = setTimeout(() => {
      given = true
      reject(
        new LockerError(
          'storage_unavailable',
          'The browser did not open the database of this locker in time. Close other tabs of this site and reload.',
        ),
      )
    }, OPEN_LIMIT_MS)
    let request: IDBOpenDBRequest
    try {
      request = factory.open(name, VERSION)
    } catch (cause) {
      clearTimeout(timer)
      reject(unavailable(cause))
      return
    }
    request.onupgradeneeded = (event) => {
      if (event.oldVersion === 0 && create !== undefined && !given) {
        create(request.result)
      } else {
        // Aborting the upgrade of a database that was not there removes it again.
        missing = true
        request.transaction?.abort()
      }
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      if (given) request.result.close()
      else resolve(request.result)
    }
    request.onerror = (event) => {
      clearTimeout(timer)
      event.preventDefault()
      if (missing) resolve(undefined)
      else reject(isVersionError(request.error) ? storageError(request.error) : unavailable(request.error))
    }
  })
}

/** Deletes a database; others that have it open are asked to close it, for at most `limit` ms. */
export function deleteDatabase(factory: IDBFactory, name: string, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name)
    const timer = setTimeout(() => {
      reject(
        new LockerError(
          'storage_closed',
          'Another tab still holds this locker open. Its keys are deleted; the rest goes when that tab is closed.',
        ),
      )
    }, limit)
    request.onsuccess = () => {
      clearTimeout(timer)
      resolve()
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(storageError(request.error))
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
  return transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')
}

/** The connection is gone, or the browser dropped the transaction: worth one more try after reopening. */
export function isLost(cause: unknown): boolean {
  return ['InvalidStateError', 'AbortError', 'UnknownError'].includes(nameOf(cause))
}

function isVersionError(cause: unknown): boolean {
  return nameOf(cause) === 'VersionError'
}

/** True for the `storage_closed` that no later try can change: the database is of a newer version. */
export function isSuperseded(error: unknown): boolean {
  return error instanceof LockerError && isVersionError(error.cause)
}

function unavailable(cause: unknown): LockerError {
  return new LockerError(
    'storage_unavailable',
    'The browser does not let this page store data. Allow site data (cookies) for this site, or leave private browsing.',
    { cause },
  )
}

export function noIndexedDB(): LockerError {
  return new LockerError(
    'storage_unavailable',
    'There is no IndexedDB here. Allow site data for this site, or give createLocker another storage.',
  )
}

/** What an IndexedDB error means to the person using the locker. */
export function storageError(cause: unknown): LockerError {
  if (cause instanceof LockerError) return cause
  switch (nameOf(cause)) {
    case 'QuotaExceededError':
      return new LockerError(
        'storage_full',
        'There is no room left for the data of this site. Free some space and try again; what was not written is kept until then.',
        { cause },
      )
    case 'VersionError':
      return new LockerError(
        'storage_closed',
        'This locker was opened by a newer version of the application. Reload the page.',
        { cause },
      )
    default:
      return new LockerError(
        'storage_closed',
        'The browser closed the database of this locker. Reload the page if it stays so.',
        { cause },
      )
  }
}

export function sessionClosed(): LockerError {
  return new LockerError('storage_closed', 'This locker has been closed. Open it again to use it.')
}

function nameOf(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : ''
}
