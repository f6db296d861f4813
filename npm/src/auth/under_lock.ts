/** Work that one tab does at a time, without ever waiting for a tab that does not answer. */
import type { LocksPort } from '../locks.ts'

/** Web Locks where there are any. */
export function webLocks(): LocksPort | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: LocksPort } }
  return 'document' in globalThis ? navigator?.locks : undefined
}

/** Runs `work` under the lock; or without it, where there is none or it is not to be had within `limit` milliseconds: a
 *  frozen tab must not hang the others. `work` is told which it was. */
export async function underLock<T>(
  locks: LocksPort | undefined,
  name: string,
  limit: number,
  timer: (milliseconds: number, call: () => void) => () => void,
  work: (held: boolean) => Promise<T>,
): Promise<T> {
  if (!locks) return work(false)
  let begun = false
  const give = new AbortController()
  const stop = timer(limit, () => give.abort())
  try {
    return await locks.request(name, { signal: give.signal }, () => {
      begun = true
      stop()
      return work(true)
    })
  } catch (error) {
    // Taken away meanwhile, or the work failed: it was done once, and is not done again.
    if (begun) throw error
    return work(false)
  } finally {
    stop()
  }
}
