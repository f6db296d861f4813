/** The macs of headers and backups, and what they are made over. */
import { canonical, u32 } from '../canonical.ts'
import { outOfMemory } from '../errors.ts'
import type { Header, SealedRecord } from '../format.ts'
import type { OpenVault } from '../vault.ts'
import { type Backup, formatName } from './backup_file.ts'

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
