/** Backups as the commands work with them. */
import { type Backup, readBackup, textOf } from '../backup/backup_file.ts'
import { type OpenedBackup, openBackup } from '../backup/opened_backup.ts'
import { type Core, loadCore } from '../core.ts'
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
