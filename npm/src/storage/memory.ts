/** `memoryStorage()`: the same port without a disk, for node, tests and servers. */
import type { Disk } from './memory_session.ts'
import { databaseName, type LockerStorage } from './storage.ts'

/** Keeps lockers as long as it is kept itself. Those given the same object share it, as tabs share a disk. */
export function memoryStorage(): LockerStorage {
  const disks = new Map<string, Disk>()
  const notes = new Map<string, string>()
  return {
    notes: {
      get: (key) => notes.get(key) ?? null,
      set: (key, value) => void notes.set(key, value),
      remove: (key) => void notes.delete(key),
    },
    async open(name, { onEvent }) {
      // Apart, so that a page that keeps its lockers on the disk does not download it.
      const { emptyDisk, MemorySession } = await import('./memory_session.ts')
      const database = databaseName(name)
      const disk = disks.get(database) ?? emptyDisk()
      disks.set(database, disk)
      return new MemorySession(disk, onEvent, () => {
        // A locker that stands in its place by now is not this session's to destroy.
        if (disks.get(database) !== disk) return
        disks.delete(database)
        for (const key of notes.keys()) if (key.startsWith(`${database}/`)) notes.delete(key)
      })
    },
  }
}
