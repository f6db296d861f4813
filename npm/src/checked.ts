/**
 * What is read from a disk is anything until its shape has been checked here. Whether it is genuine only
 * the core can say.
 */
import type { Header, JournalEntry, Kdf, SealedRecord, Slot } from './format.ts'

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
  if (kind !== 'json' && kind !== 'bytes' && kind !== 'gone') return undefined
  if (!isCount(expires) || !isBytes(nonce, 12) || !isBytes(box) || box.length < minBox) return undefined
  return { id: own, rev, writer, epoch, kind, expires, nonce, box }
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

function asKdf(value: unknown): Kdf | undefined {
  if (!isObject(value)) return undefined
  const { alg, memory_kib, passes, lanes, salt } = value
  if (alg === 'webcrypto-a256gcm') return { alg }
  if (alg !== 'argon2id13' || !isCount(memory_kib) || !isCount(passes) || lanes !== 1 || !isBytes(salt, 16))
    return undefined
  return { alg, memory_kib, passes, lanes, salt }
}

function asSlot(value: unknown): Slot | undefined {
  if (!isObject(value)) return undefined
  const { id, kind, label, created, nonce, wrapped } = value
  const kdf = asKdf(value.kdf)
  if (!isBytes(id, 16) || typeof label !== 'string' || !isCount(created) || !kdf) return undefined
  if (!isBytes(nonce, 12) || !isBytes(wrapped, 48)) return undefined
  const fitting = kdf.alg === 'argon2id13' ? 'passphrase' : 'device'
  if (kind !== fitting) return undefined
  return { id, kind: fitting, label, created, kdf, nonce, wrapped }
}

/** The header; `'unknown'` where its format is one this version does not know; `undefined` where it is none. */
export function asHeader(value: unknown): Header | 'unknown' | undefined {
  if (!isObject(value)) return undefined
  const { format, rev, locker_id, key_id, tenant, name, created, epoch, slots, mac } = value
  if (format !== 1) return typeof format === 'number' ? 'unknown' : undefined
  if (!isCount(rev) || !isBytes(locker_id, 16) || !isBytes(key_id, 16) || !isCount(created)) return undefined
  if (typeof tenant !== 'string' || typeof name !== 'string' || !isCount(epoch, 0xffff_ffff)) return undefined
  if (!Array.isArray(slots) || slots.length === 0 || slots.length > 64 || !isBytes(mac, 32)) return undefined
  const checked = (slots as unknown[]).map(asSlot)
  if (!checked.every((slot) => slot !== undefined)) return undefined
  return { format, rev, locker_id, key_id, tenant, name, created, epoch, slots: checked, mac }
}
