/** Which parts belong to a large value, and what becomes of them when nothing names them any more. */
import { asRecord } from './checked.ts'
import { compareVersions } from './format.ts'
import type { OpenLocker } from './open_locker.ts'
import type { Ports } from './ports.ts'
import { partsNote } from './storage/storage.ts'
import { byValue } from './sweep.ts'

/** What the record of a large value says. */
export interface Manifest {
  /** 16 random bytes as base64url. */
  readonly id: string
  readonly kind: 'json' | 'bytes' | 'blob'
  /** Bytes of the value. */
  readonly size: number
  /** Bytes of every part but the last. */
  readonly part: number
  readonly count: number
  /** Of a blob. */
  readonly type?: string
}

/** No value is larger. */
export const mostBytes = 64 << 20

/** Parts that nothing names may belong to a value that another tab is storing; after this time no more (ms). */
const abandoned = 3_600_000

export function asManifest(value: unknown): Manifest | undefined {
  const { id, kind, size, part, count } = (value ?? {}) as Partial<Manifest>
  if (typeof id !== 'string' || (kind !== 'json' && kind !== 'bytes' && kind !== 'blob')) return undefined
  if (!isCount(size, 0) || !isCount(part, 1) || count !== Math.ceil(size / part)) return undefined
  return value as Manifest
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= mostBytes
}

export function partId(value: string, n: number): string {
  return `part/${value}/${n}`
}

export function partIds({ id, count }: Pick<Manifest, 'id' | 'count'>): string[] {
  return Array.from({ length: count }, (_, n) => partId(id, n))
}

/** `found`: what lay there before a transaction, of which some may have been replaced: their parts go. */
export async function removeReplaced(open: OpenLocker, found: ReadonlyMap<string, unknown>): Promise<void> {
  const { session, vault } = open.reader
  const replaced = [...found]
    .map(([id, value]) => asRecord(value, id))
    .filter((record) => record?.kind === 'parts') as NonNullable<ReturnType<typeof asRecord>>[]
  // What is read now decides: as long as the disk names them, they are needed.
  const present = (await session.load(replaced.map((record) => record.id))).records
  const store = await session.parts?.()
  for (const record of replaced) {
    const there = asRecord(present.get(record.id), record.id)
    if (there && compareVersions(there, record) === 0) continue
    const [opened] = vault.open([record])
    const manifest = opened?.opens ? asManifest(opened.value) : undefined
    if (manifest) await store?.remove(partIds(manifest))
  }
}

/** Removes parts that nothing names: of values whose tab was killed while it stored them. */
export async function sweep(open: OpenLocker, { now, storage, name }: Ports): Promise<void> {
  const { session } = open.reader
  const store = await session.parts?.()
  if (!store) return
  const ids = await store.ids()
  if (ids.length === 0) storage.notes.remove(partsNote(name))
  if (ids.length === 0 || open.readOnly) return
  const old = new Map<string, string[]>()
  for (const [value, parts] of byValue(ids)) {
    const part = asRecord(await store.get(parts[0] as string))
    // Where the clock was ahead when it was sealed it stays until that time has come.
    if (part && part.rev / 1024 < now() - abandoned) old.set(value, parts)
  }
  if (old.size === 0) return
  // Other tabs may have stored meanwhile; and a record that does not open may name anything.
  await open.refresh('all')
  if (open.anyDamaged) return
  for (const id of open.values.ids()) {
    const manifest = open.values.kind(id) === 'parts' ? asManifest(open.values.visible(id)) : undefined
    if (manifest) old.delete(`part/${manifest.id}`)
  }
  for (const parts of old.values()) await store.remove(parts)
}
