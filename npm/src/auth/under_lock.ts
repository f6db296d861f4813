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
  const give = new AbortController()
  return new Promise<T>((resolve) => {
    // It is done once, whoever asks for it first.
    let begun = false
    const begin = (held: boolean): Promise<unknown> => {
      if (begun) return Promise.resolve()
      begun = true
      stop()
      const done = work(held)
      resolve(done)
      return done.catch(() => {})
    }
    const stop = timer(limit, () => {
      give.abort()
      void begin(false)
    })
    // Not granted in time, or no locks after all. One that is taken away meanwhile changes nothing.
    locks.request(name, { signal: give.signal }, () => begin(true)).catch(() => begin(false))
  })
}
