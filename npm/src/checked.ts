/**
 * What is read from a disk is anything until its shape has been checked here. Whether it is genuine only
 * the core can say.
 */
import type { Header, JournalEntry, RecordKind, SealedRecord } from './format.ts'
import { recordKinds } from './packed.ts'

type Fields = Record<string, unknown>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isBytes(value: unknown, length?: number): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && (length === undefined || value.length === length)
}

function isCount(value: unknown, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
}

const maxIdBytes = 512
/** Nonce of no record is shorter, and a box is at least one padded block and its tag. */
const minBox = 64 + 16

/** The record, or `undefined` where it is none. `id`: the key under which it was found. */
export function asRecord(value: unknown, id?: string): SealedRecord | undefined {
  if (!isObject(value)) return undefined
  const { id: own, rev, writer, epoch, kind, expires, nonce, box } = value
  if (typeof own !== 'string' || own === '' || own.length > maxIdBytes || (id !== undefined && own !== id))
    return undefined
  if (!isCount(rev) || !isBytes(writer, 8) || !isCount(epoch, 0xffff_ffff)) return undefined
  if (!recordKinds.includes(kind as RecordKind)) return undefined
  if (!isCount(expires) || !isBytes(nonce, 12) || !isBytes(box)) return undefined
  // Without a box only what has expired. Sealed before that: else a forged one could outlast whatever is written.
  if (box.length < minBox && (box.length > 0 || rev >= expires * 1024)) return undefined
  return { id: own, rev, writer, epoch, kind: kind as RecordKind, expires, nonce, box }
}

/** The entry, or the ids it seems to be about where something in it is not a record. */
export function asEntry(value: unknown): JournalEntry | { bad: string[] } {
  if (!isObject(value) || !Array.isArray(value.records)) return { bad: ['journal'] }
  const records: SealedRecord[] = []
  const bad: string[] = []
  for (const item of value.records as unknown[]) {
    const record = asRecord(item)
    if (record) records.push(record)
    else bad.push(isObject(item) && typeof item.id === 'string' ? item.id : 'journal')
  }
  return bad.length > 0 ? { bad } : { records }
}

/**
 * The header, as far as this side of the core looks at it; `'unknown'` where its format is one this version does
 * not know; `undefined` where it is none. The rest the core checks before any key exists: see `checkHeader`.
 */
export function asHeader(value: unknown): Header | 'unknown' | undefined {
  if (!isObject(value)) return undefined
  const { format, rev, locker_id, key_id, slots, mac } = value
  if (format !== 1) return typeof format === 'number' ? 'unknown' : undefined
  const whole = isCount(rev) && isBytes(locker_id, 16) && isBytes(key_id, 16) && isBytes(mac, 32)
  return whole && Array.isArray(slots) ? (value as unknown as Header) : undefined
}
