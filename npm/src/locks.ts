/** One tab at a time, with a limit: a frozen tab must not hang all others. */
import { LockerError } from './errors.ts'
import { inBrowser, unref } from './node.ts'
import type { LockerStorage } from './storage/storage.ts'
import type { ExclusiveOptions } from './types.ts'

/** The part of `navigator.locks` that is used. */
export interface LocksPort {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>
}

/** Web Locks; outside browsers a queue for all lockers of this storage; in a browser without Web Locks nothing
 *  that would hold, so `unsupported`. */
export function defaultLocks(storage: LockerStorage): LocksPort {
  const { navigator } = globalThis as { navigator?: { locks?: LocksPort } }
  if (inBrowser()) {
    if (navigator?.locks) return navigator.locks
    throw new LockerError(
      'unsupported',
      'One tab at a time needs Web Locks: serve the page over https (or localhost).',
    )
  }
  return { request: (name, { signal }, work) => queued(storage, name, signal, work) }
}

// Keyed by the storage, which is what lockers of one process share; goes when the storage goes.
const queues = new WeakMap<LockerStorage, Map<string, Promise<unknown>>>()

async function queued<T>(
  storage: LockerStorage,
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let queue = queues.get(storage)
  if (!queue) {
    queue = new Map()
    queues.set(storage, queue)
  }
  const before = queue.get(name)
  let release: () => void = () => {}
  const turn = new Promise<void>((resolve) => {
    release = resolve
  })
  const mine = Promise.resolve(before).then(() => turn)
  queue.set(name, mine)
  try {
    await Promise.race([before, rejected(signal)])
    return await work()
  } finally {
    release()
    if (queue.get(name) === mine) queue.delete(name)
  }
}

/** Rejects when the signal fires, with its reason. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
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
  const timer = setTimeout(
    () => {
      const message = `Not done within ${timeout} seconds: another tab may hold the lock. Try again, or allow more time.`
      limit.abort(new LockerError('aborted', message))
    },
    Math.min(timeout * 1000, 0x7fff_ffff),
  )
  unref(timer)
  const onAbort = () =>
    limit.abort(
      new LockerError('aborted', 'The work was given up before it was done.', { cause: signal?.reason }),
    )
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    if (limit.signal.aborted) throw limit.signal.reason
    const granted = () => {
      const end = rejected(limit.signal)
      // Letting go at the limit is what frees the other tabs, whatever the work is still doing.
      return Promise.race([work(limit.signal), end])
    }
    return await locks.request(name, { signal: limit.signal }, granted)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
