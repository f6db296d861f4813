import { atom, onMount } from 'nanostores'
import type { Demo } from '../lockers.ts'
import { tight } from './hex.ts'
import { type Disk, type DiskHeader, type DiskRecord, readDisk } from './read_disk.ts'

export interface DiskView extends Disk {
  /** How often each id has been seen to change; a row shows a mark when its number goes up. */
  changes: ReadonlyMap<string, number>
}

function fingerprint({ rev, writer, epoch, expires, nonce, box }: DiskRecord): string {
  return `${rev} ${tight(writer)} ${epoch} ${expires} ${tight(nonce)} ${box.length} ${checksum(box)}`
}

/** FNV-1a: any one byte that is another one gives another number. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193)
  return sum >>> 0
}

/** Every byte of it, as text. */
function whole(header: DiskHeader): string {
  return JSON.stringify(header, (_, part: unknown) => (part instanceof Uint8Array ? tight(part) : part))
}

function signature(disk: Disk): string {
  return JSON.stringify([
    disk.database,
    disk.header && whole(disk.header),
    disk.root && fingerprint(disk.root),
    disk.records.map((record) => [record.id, fingerprint(record)]),
    disk.journals.map((journal) => [journal.database, journal.records.map(fingerprint)]),
    disk.keys,
    disk.notes,
  ])
}

/** The disk as a store: read again when the locker says something changed, and every second, because
 *  another tab's journal says nothing to this one. */
export function diskStore({ locker, name }: Pick<Demo, 'locker' | 'name'>) {
  const $disk = atom<DiskView | undefined>(undefined)
  let seen = ''
  let fingerprints = new Map<string, string>()
  let reading = false
  let again = false

  async function refresh() {
    if (reading) {
      again = true
      return
    }
    reading = true
    try {
      do {
        again = false
        publish(await readDisk(name))
      } while (again)
    } finally {
      reading = false
    }
  }

  function publish(disk: Disk) {
    const next = signature(disk)
    if (next === seen) return
    seen = next
    const changes = new Map($disk.get()?.changes)
    const known = fingerprints
    fingerprints = new Map(disk.records.map((record) => [record.id, fingerprint(record)]))
    for (const [id, print] of fingerprints) {
      // The first reading is no change.
      if ($disk.get() && known.get(id) !== print) changes.set(id, (changes.get(id) ?? 0) + 1)
    }
    $disk.set({ ...disk, changes })
  }

  onMount($disk, () => {
    const unsubscribe = locker.subscribe(() => void refresh())
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), 1000)
    void refresh()
    return () => {
      unsubscribe()
      clearInterval(timer)
    }
  })

  return { $disk, refresh }
}

export type DiskStore = ReturnType<typeof diskStore>
