/** What `exclusive` waits on outside browsers: a queue for all lockers of one storage. */
import { type LocksPort, rejected } from './locks.ts'
import type { LockerStorage } from './storage/storage.ts'

// Keyed by the storage, which is what lockers of one process share; goes when the storage goes.
const queues = new WeakMap<LockerStorage, Map<string, Promise<unknown>>>()

export function localLocks(storage: LockerStorage): LocksPort {
  const queue = queues.get(storage) ?? new Map<string, Promise<unknown>>()
  queues.set(storage, queue)
  return {
    async request(name, { signal }, work) {
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
        // Not before its turn is over: whoever gave up waiting still stands behind those who work.
        void mine.then(() => queue.get(name) === mine && queue.delete(name))
      }
    },
  }
}
