/**
 * Takes away what has expired, without a key: a record keeps what the root knows of it and loses its box, and the
 * parts of a large value go.
 */
import { asHeader, asRecord } from './checked.ts'
import type { SealedRecord } from './format.ts'
import type { Lifecycle } from './lifecycle.ts'
import { unref } from './node.ts'
import type { Ports } from './ports.ts'
import { partsNote, type StorageSession } from './storage/storage.ts'

/** Milliseconds: unlocking comes first; and how long nobody looks at most. */
const first = 1_000
const longest = 600_000

/** Looks now and then until the locker is not locked any more. */
export async function whileLocked(life: Lifecycle, { now, storage, name }: Ports): Promise<void> {
  let wait = first
  for (;;) {
    await new Promise<void>((resolve) => unref(setTimeout(resolve, wait)))
    life.mustLive()
    if (life.status.state !== 'locked') return
    const session = await life.opener.session()
    const next = await sweepRecords(session, now, 'all')
    if (storage.notes.get(partsNote(name))) await sweepParts(session, now)
    wait = Math.min(Math.max(next - now(), first), longest)
  }
}

/** Takes the boxes of expired records away. Resolves with when the next of those it has seen expires. */
export async function sweepRecords(
  session: StorageSession,
  now: () => number,
  ids: readonly string[] | 'all',
): Promise<number> {
  const found = await session.load(ids)
  let next = Number.POSITIVE_INFINITY
  const over: string[] = []
  // In a locker that cannot be read nothing is touched, whatever it looks like.
  if (!isKnown(found.header)) return next
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    if (!record || record.expires === 0 || record.box.length === 0) continue
    if (record.expires <= now()) over.push(id)
    else next = Math.min(next, record.expires)
  }
  if (over.length === 0) return next
  await session.transact(over, (again) => {
    if (!isKnown(again.header)) return undefined
    const put: SealedRecord[] = []
    for (const [id, value] of again.records) {
      const record = asRecord(value, id)
      // Another version may lie there by now.
      if (record && record.expires !== 0 && record.expires <= now() && record.rev < record.expires * 1024)
        put.push({ ...record, box: new Uint8Array() })
    }
    return { put }
  })
  return next
}

/** Removes the parts of values that have expired. */
export async function sweepParts(session: StorageSession, now: () => number): Promise<void> {
  const store = await session.parts?.()
  if (!store) return
  for (const ids of byValue(await store.ids()).values()) {
    const part = asRecord(await store.get(ids[0] as string))
    if (part && part.expires !== 0 && part.expires <= now()) await store.remove(ids)
  }
}

/** The ids of parts, by the value they belong to. */
export function byValue(ids: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const id of ids) {
    const value = id.slice(0, id.lastIndexOf('/'))
    const parts = values.get(value)
    if (parts) parts.push(id)
    else values.set(value, [id])
  }
  return values
}

function isKnown(header: unknown): boolean {
  const found = asHeader(header)
  return found !== undefined && found !== 'unknown'
}
