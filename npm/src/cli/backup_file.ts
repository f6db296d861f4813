/** Backups as the commands work with them. */
import { type Backup, readBackup, textOf } from '../backup/backup_file.ts'
import {
  manifestOf,
  type OpenedBackup,
  type OpenedRecord,
  openBackup,
  partSize,
} from '../backup/opened_backup.ts'
import { type Core, loadCore } from '../core.ts'
import { LockerError } from '../errors.ts'
import { PartCipher } from '../part_cipher.ts'
import { partId } from '../parts.ts'
import { bytesOf } from './files.ts'
import { askSecret, type SecretOptions } from './secret.ts'

export interface FoundBackup {
  core: Core
  backup: Backup
  bytes: number
}

export async function foundAt(path: string): Promise<FoundBackup> {
  const bytes = bytesOf(path)
  const core = await loadCore()
  return { core, backup: readBackup(core, await textOf(bytes)), bytes: bytes.length }
}

export async function openedWith(
  { core, backup }: FoundBackup,
  options: SecretOptions,
  signal: AbortSignal,
): Promise<OpenedBackup> {
  const secret = await askSecret(options)
  return openBackup(core, backup, { secret, signal, schemaJson: '' })
}

/** The bytes of a large value, part by part; `undefined` for one that does not open. */
export async function* bytesInParts(
  { vault, parts }: OpenedBackup,
  record: OpenedRecord,
): AsyncGenerator<Uint8Array | undefined> {
  const manifest = manifestOf(record)
  const cipher = new PartCipher(vault)
  for (let n = 0; n < (manifest?.count ?? 0); n++) {
    const part = manifest && parts.get(partId(manifest.id, n))
    const bytes = part && (await cipher.open(part))
    yield manifest && bytes?.length === partSize(manifest, n) ? bytes : undefined
  }
}

/** Ids of what does not open: records, and large values of which a part does not. */
export async function damagedIn(opened: OpenedBackup): Promise<string[]> {
  const damaged = [...opened.damaged]
  for (const record of opened.records) {
    for await (const bytes of bytesInParts(opened, record)) {
      if (bytes) continue
      damaged.push(record.record.id)
      break
    }
  }
  return damaged
}

/** The bytes of an entry: of JSON its text. */
export async function bytesOfEntry(opened: OpenedBackup, name: string): Promise<Uint8Array[]> {
  const id = `entry/${name}`
  const found = opened.records.find(({ record }) => record.id === id)
  const expires = found?.record.expires ?? 0
  if (found?.value === undefined || (expires !== 0 && expires <= Date.now())) {
    if (opened.damaged.includes(id)) throw damagedEntry(name)
    throw new LockerError('invalid_field', 'The backup has no entry of this name; "open" lists them.', {
      field: name,
    })
  }
  if (!manifestOf(found)) {
    const { value } = found
    return [value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value))]
  }
  const pieces: Uint8Array[] = []
  for await (const bytes of bytesInParts(opened, found)) {
    if (!bytes) throw damagedEntry(name)
    pieces.push(bytes)
  }
  return pieces
}

function damagedEntry(name: string): LockerError {
  return new LockerError('tampered', 'This entry does not open. Use another copy of the backup.', {
    field: name,
  })
}
