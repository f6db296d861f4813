/** Brings the values of an earlier version of the application up to this one. Loaded when that is due. */
import { merge } from './apply.ts'
import { asRecord } from './checked.ts'
import { LockerError, newerSchema } from './errors.ts'
import type { SealedRecord } from './format.ts'
import type { LoadOptions } from './opening.ts'
import { serialize } from './serialize.ts'
import type { Changes, Snapshot, StorageSession } from './storage/storage.ts'
import type { Migrate, StoredValues } from './types.ts'
import { schemaId } from './values.ts'
import type { OpenVault, PlainItem } from './vault.ts'

type Options = Pick<LoadOptions, 'now' | 'version' | 'migrate'>

/** A value as it lies there, in a form that the application cannot change. */
interface Stored {
  expires: number
  /** JSON text, or bytes. */
  content: string | Uint8Array
}

/** A record that opens, and what it holds. */
interface Opened {
  record: SealedRecord
  value: unknown
}

/** Characters or bytes sealed in one call: WASM memory never shrinks. */
const batchSize = 1 << 20

/**
 * One transaction: reads everything, calls `migrate`, writes what has become different, and the new version with it.
 * Of several tabs that want the same one does it, and the others find it done. Resolves with what was written.
 * `check` throws where the header is not the one expected.
 */
export async function bringUp(
  session: StorageSession,
  vault: OpenVault,
  check: (header: unknown) => void,
  { now, version, migrate }: Options,
): Promise<readonly SealedRecord[]> {
  let written: readonly SealedRecord[] = []
  const write = (found: Snapshot): Changes | undefined => {
    written = []
    check(found.header)
    const stored = storedOf(openAll(found, vault), now())
    const from = Number(stored.get(schemaId)?.content ?? 0)
    if (from > version) throw newerSchema()
    if (from === version) return undefined
    if (!vault.genuine) throw notGenuine()
    const items = migrate ? changesBy(migrate, from, version, stored) : []
    items.push({ id: schemaId, expires: 0, kind: 'json', text: String(version) })
    const records = sealAll(items, vault, now())
    const { won, changes } = merge(found, records, vault, now())
    written = won
    return changes
  }
  await session.transact('all', write, { durability: 'strict' })
  return written
}

/** Everything that is there and opens. */
function openAll(found: Snapshot, vault: OpenVault): Opened[] {
  const records: SealedRecord[] = []
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    if (record) records.push(record)
  }
  return vault.open(records).flatMap((result, i) => {
    const record = records[i] as SealedRecord
    return result.opens ? [{ record, value: result.value }] : []
  })
}

/** What is given to the application; large values are no plain ones, and stay. */
export function storedOf(opened: Iterable<Opened>, now: number): Map<string, Stored> {
  const stored = new Map<string, Stored>()
  for (const { record, value } of opened) {
    const { id, kind, expires } = record
    if (value === undefined || kind === 'parts') continue
    if (expires !== 0 && expires <= now) continue
    stored.set(id, { expires, content: value instanceof Uint8Array ? value : JSON.stringify(value) })
  }
  return stored
}

/** What is to be sealed so that these are values of `version`. */
export function changesBy(
  migrate: Migrate,
  from: number,
  version: number,
  stored: ReadonlyMap<string, Stored>,
): PlainItem[] {
  return differences(stored, migrated(migrate, from, version, stored))
}

const rooms = { profile: 'profile/', entries: 'entry/' } as const

/** What the application makes of them, by id. */
function migrated(
  migrate: Migrate,
  from: number,
  version: number,
  stored: ReadonlyMap<string, Stored>,
): Map<string, unknown> {
  const given: StoredValues = { profile: {}, entries: {} }
  for (const [id, { content }] of stored) {
    for (const [room, prefix] of Object.entries(rooms) as [keyof StoredValues, string][]) {
      if (!id.startsWith(prefix)) continue
      const value: unknown = content instanceof Uint8Array ? content.slice() : JSON.parse(content)
      // Not an assignment: an entry may be called __proto__.
      Object.defineProperty(given[room], id.slice(prefix.length), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
  }
  const out = new Map<string, unknown>()
  try {
    const made = migrate(from, given)
    for (const [room, prefix] of Object.entries(rooms) as [keyof StoredValues, string][]) {
      const values: unknown = made?.[room]
      if (typeof values !== 'object' || values === null)
        throw new TypeError('migrate returns { profile, entries } itself, not a promise of it.')
      for (const [name, value] of Object.entries(values))
        if (value !== undefined) out.set(prefix + name, value)
    }
  } catch (cause) {
    throw new LockerError(
      'unsupported_format',
      `The values of version ${from} could not be brought up to version ${version}: the function migrate failed. Nothing was changed; mend it and reload the page.`,
      { cause },
    )
  }
  return out
}

/** What is to be sealed so that `after` is what is there. What stays the same is not sealed again. */
function differences(before: ReadonlyMap<string, Stored>, after: ReadonlyMap<string, unknown>): PlainItem[] {
  const items: PlainItem[] = []
  for (const [id, value] of after) {
    const old = before.get(id)
    const expires = old?.expires ?? 0
    if (value instanceof Uint8Array) {
      if (!(old?.content instanceof Uint8Array && sameContent(old.content, value)))
        items.push({ id, expires, kind: 'bytes', bytes: value })
      continue
    }
    const text = serialize(value, id.slice(id.indexOf('/') + 1))
    if (text !== old?.content) items.push({ id, expires, kind: 'json', text })
  }
  for (const id of before.keys()) {
    const known = Object.values(rooms).some((prefix) => id.startsWith(prefix))
    // What is of no room is not the application's, such as a session.
    if (known && !after.has(id)) items.push({ id, expires: 0, kind: 'gone' })
  }
  return items
}

function sameContent(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function sealAll(items: readonly PlainItem[], vault: OpenVault, now: number): SealedRecord[] {
  const records: SealedRecord[] = []
  let batch: PlainItem[] = []
  let size = 0
  const seal = () => {
    for (const { record } of vault.seal(batch, now)) records.push(record)
    batch = []
    size = 0
  }
  for (const item of items) {
    batch.push(item)
    size += 'text' in item ? item.text.length : 'bytes' in item ? item.bytes.length : 0
    if (size > batchSize) seal()
  }
  seal()
  return records
}

function notGenuine(): LockerError {
  return new LockerError(
    'read_only',
    "The locker's header is not the one that was sealed, so its values cannot be brought up to this version of the application. Restore a backup.",
  )
}
