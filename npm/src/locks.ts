/** One tab at a time, with a limit: a frozen tab must not hang all others. */
import { abortedError, LockerError } from './errors.ts'
import type { Lifecycle } from './lifecycle.ts'
import { inBrowser, unref } from './node.ts'
import { databaseName, type LockerStorage } from './storage/storage.ts'
import type { ExclusiveOptions } from './types.ts'
import { loaded } from './wasm_source.ts'

/** The part of `navigator.locks` that is used. */
export interface LocksPort {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>
}

/** Web Locks; outside browsers a queue for all lockers of this storage; in a browser without Web Locks (plain http) a
 *  database that is held. */
export async function defaultLocks(storage: LockerStorage): Promise<LocksPort> {
  if (!inBrowser()) return (await import('./local_locks.ts')).localLocks(storage)
  if (navigator.locks) return navigator.locks
  return (await loaded('database_locks.js', import('./database_locks.ts'))).databaseLocks()
}

/** `locker.exclusive()`. */
export async function exclusive<T>(
  life: Lifecycle,
  work: (signal: AbortSignal) => T | Promise<T>,
  options: ExclusiveOptions = {},
): Promise<T> {
  if (typeof work !== 'function') throw new TypeError('exclusive takes a function.')
  const { ports } = life
  const locks = ports.locks ?? (await defaultLocks(ports.storage))
  const run = async (signal: AbortSignal) => {
    await life.open?.refresh('all')
    try {
      return await work(signal)
    } finally {
      // The next tab has to find what this one wrote. What cannot be applied is told as an error event.
      await life.open?.flush().catch(() => {})
    }
  }
  return exclusively(locks, `${databaseName(ports.name)}/exclusive`, run, options)
}

/** Rejects when the signal fires, with its reason. */
export function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Runs `work` under the lock; waiting and work together end at the limit or the caller's signal. */
export async function exclusively<T>(
  locks: LocksPort,
  name: string,
  work: (signal: AbortSignal) => Promise<T>,
  { timeout = 10, signal }: ExclusiveOptions,
): Promise<T> {
  if (!(timeout > 0)) throw new TypeError('timeout is a number of seconds above 0.')
  const limit = new AbortController()
  const late = () => {
    const message = `Not done within ${timeout} seconds: another tab may hold the lock. Try again, or allow more time.`
    limit.abort(new LockerError('aborted', message))
  }
  const timer = setTimeout(late, Math.min(timeout * 1000, 0x7fff_ffff))
  unref(timer)
  const onAbort = () => limit.abort(abortedError(signal))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    limit.signal.throwIfAborted()
    return await locks.request(name, { signal: limit.signal }, () =>
      // Letting go at the limit is what frees the other tabs, whatever the work is still doing.
      Promise.race([work(limit.signal), rejected(limit.signal)]),
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
