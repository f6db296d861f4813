/** Opens a backup with a secret: in a page, and in the command line. */
import type { Core } from '../core.ts'
import { isFailure, LockerError } from '../errors.ts'
import type { SealedRecord } from '../format.ts'
import { sameBytes } from '../header_json.ts'
import { asManifest, type Manifest, partId } from '../parts.ts'
import { slotModule, type Unlocked } from '../slot_modules.ts'
import { memoryStorage } from '../storage/memory.ts'
import type { Secret } from '../types.ts'
import { sessionPrefix } from '../values.ts'
import { chunks } from '../vault.ts'
import type { Backup } from './backup_file.ts'
import { backupPieces, macOf } from './mac.ts'

/** A record of a backup, and what it holds. */
export interface OpenedRecord {
  record: SealedRecord
  /** Parsed, bytes, or `undefined` for a deletion. */
  value: unknown
  /** The application's migration has made it: what `record` has sealed is not this value, but what it was made from. */
  made?: true
}

export interface OpenedBackup extends Unlocked {
  records: readonly OpenedRecord[]
  /** Ids of records that do not open. */
  damaged: readonly string[]
  /** Sealed parts of large values, by id: each of every manifest, and no others. */
  parts: ReadonlyMap<string, SealedRecord>
}

export interface OpeningOptions {
  secret: Secret
  signal: AbortSignal
  schemaJson: string
}

/** Rejects with `wrong_secret`; with `tampered` where the secret is right and the backup is not as it was written.
 *  The caller wipes the vault. */
export async function openBackup(
  core: Core,
  backup: Backup,
  { secret, signal, schemaJson }: OpeningOptions,
): Promise<OpenedBackup> {
  const { header, records, parts, root, mac } = backup
  const { unlock } = await slotModule(secret)
  // A disk of its own: what unlocking notes beside a header is not to be noted beside another one.
  const session = await memoryStorage().open(header, { writer: new Uint8Array(8), onEvent: () => {} })
  const unlocked = await unlock({
    now: Date.now,
    core,
    opening: Promise.resolve(session),
    header,
    schemaJson,
    secret,
    cost: {},
    signal,
  })
  const { vault } = unlocked
  try {
    if (!vault.genuine || !sameBytes(macOf(vault, backupPieces(backup)), mac)) throw notAsWritten()
    vault.beginSum()
    const opened: OpenedRecord[] = []
    const damaged: string[] = []
    for (const chunk of chunks(records)) {
      for (const [i, result] of vault.openChunk(chunk, true).entries()) {
        const record = chunk[i] as SealedRecord
        // A session belongs to one device: two that renew it would end it for both.
        if (record.id.startsWith(sessionPrefix)) continue
        if (result.opens) opened.push({ record, value: result.value })
        else damaged.push(record.id)
      }
    }
    const check = vault.checkRoot(root)
    if (isFailure(check) || check !== 'ok') throw notAsWritten()
    const found = [...parts]
    if (!areParts(found, opened)) throw notAsWritten()
    return { ...unlocked, records: opened, damaged, parts: new Map(found.map((part) => [part.id, part])) }
  } catch (error) {
    vault.wipe()
    throw error
  }
}

/** What the record of a large value says, where this is one. */
export function manifestOf({ record, value }: OpenedRecord): Manifest | undefined {
  return record.kind === 'parts' ? asManifest(value) : undefined
}

/** The bytes that part `n` has. */
export function partSize({ size, part }: Manifest, n: number): number {
  return Math.min(part, size - n * part)
}

/** Whether these are the parts that the manifests name, one after the other and none more, of the right size. */
function areParts(parts: readonly SealedRecord[], records: readonly OpenedRecord[]): boolean {
  let at = 0
  for (const record of records) {
    if (record.record.kind !== 'parts') continue
    const manifest = manifestOf(record)
    if (!manifest || manifest.part > 1 << 20 || manifest.count > parts.length - at) return false
    for (let n = 0; n < manifest.count; n++) {
      const part = parts[at++] as SealedRecord
      const padded = (Math.floor(partSize(manifest, n) / 64) + 1) * 64
      if (part.id !== partId(manifest.id, n) || part.box.length !== padded + 16) return false
    }
  }
  return at === parts.length
}

function notAsWritten(): LockerError {
  return new LockerError(
    'tampered',
    'The backup was changed after it was written, or is damaged, and nothing of it was used. Use another copy of it.',
  )
}
