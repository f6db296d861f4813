/** `canonical(…)` of locker format 1: what macs of headers and backups are made over. */
import { outOfMemory } from '../errors.ts'
import type { Header, SealedRecord } from '../format.ts'
import type { OpenVault } from '../vault.ts'
import { type Backup, formatName } from './backup_file.ts'

/** A record of the format is its values in their order, so they are passed in that order. */
type Canonical = string | number | Uint8Array | object

/** A byte string or text is a u32 length and its bytes, an integer a u64, a list a u32 count before its items; all
 *  numbers big-endian. */
function canonical(value: Canonical): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  write(parts, value)
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function write(out: Uint8Array[], value: Canonical): void {
  if (typeof value === 'string') write(out, new TextEncoder().encode(value))
  else if (typeof value === 'number') out.push(u32(value / 2 ** 32), u32(value))
  else if (value instanceof Uint8Array) out.push(u32(value.length), value)
  else {
    if (Array.isArray(value)) out.push(u32(value.length))
    for (const item of Object.values(value)) write(out, item as Canonical)
  }
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value)
}

const mostAtOnce = 65_536

/** The mac of a message in pieces, under the header key. */
export function macOf(vault: OpenVault, pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  let at = 0
  for (const piece of pieces) {
    // No more at once than the input area keeps room for: a larger one is good for one call of another kind.
    for (let from = 0; from < piece.length; from += mostAtOnce) {
      const some = piece.subarray(from, from + mostAtOnce)
      const write = vault.writer(some.length)
      write.bytes(some)
      at = vault.module._vault_mac(vault.handle, write.length, Number(at === 0))
      if (at === 0) throw outOfMemory()
    }
  }
  return vault.module.HEAPU8.slice(at, at + 32) as Uint8Array<ArrayBuffer>
}

/** What a header's mac is over. Its members stand as the core wrote them, which is the format's order. */
export function headerPieces({ mac: _, ...fields }: Header): Uint8Array[] {
  return [canonical(fields)]
}

/** What a backup's mac is over. */
export function* backupPieces({ header, records, parts, root }: Omit<Backup, 'mac'>): Generator<Uint8Array> {
  yield canonical(formatName)
  yield canonical(header)
  yield u32(records.length)
  for (const record of records) yield canonicalRecord(record)
  if (parts.length > 0) yield u32(parts.length)
  for (const part of parts) yield canonicalRecord(part)
  yield canonicalRecord(root)
}

function canonicalRecord({ id, rev, writer, epoch, kind, expires, nonce, box }: SealedRecord): Uint8Array {
  return canonical({ id, rev, writer, epoch, kind, expires, nonce, box })
}
