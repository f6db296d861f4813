/** `locker.backup()`. Loaded when it is called. */
import { asHeader, asRecord } from '../checked.ts'
import { LockerError } from '../errors.ts'
import type { Header, SealedRecord } from '../format.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { OpenVault } from '../vault.ts'
import { type Backup, backupText } from './backup_file.ts'
import { backupPieces, headerPieces, macOf } from './canonical.ts'

/** The whole locker as a file, of one moment, with everything applied that was handed over. */
export async function backup(life: Lifecycle): Promise<Blob> {
  const open = life.writable()
  await open.flush()
  const { session, check } = open.parts
  const found = await session.load('all')
  // Locked meanwhile, or without a header that can be vouched for: it throws.
  const { vault } = open.parts
  check(found.header)
  const header = asHeader(found.header)
  const root = asRecord(found.root, 'root')
  const records: SealedRecord[] = []
  const damaged: string[] = []
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    if (record) records.push(record)
    else damaged.push(id)
  }
  // Without a pause: what counts for the root is one sum, which another call must not begin anew.
  vault.beginSum()
  for (const [i, { opens }] of vault.open(records, true).entries()) {
    if (!opens) damaged.push((records[i] as SealedRecord).id)
  }
  const current = header && header !== 'unknown' && header.rev >= vault.headerRev
  if (damaged.length > 0 || !current || !root || vault.checkRoot(root) !== 'ok') throw notWhole(damaged)
  return new Blob(backupText(madeOf(vault, vault.header, records, root)), { type: 'application/json' })
}

/** A backup of what lies on a disk; `header` is the vault's own. `no_portable_slot` where nothing opens it elsewhere. */
export function madeOf(
  vault: OpenVault,
  header: Header,
  records: readonly SealedRecord[],
  root: SealedRecord,
): Backup {
  const slots = header.slots.filter((slot) => slot.kind !== 'device')
  if (slots.length === 0) {
    throw new LockerError(
      'no_portable_slot',
      "Nothing would open this backup: the locker opens with this browser's key alone. Add a passphrase, a recovery code or a passkey with slots.add first.",
    )
  }
  const portable = signed(vault, { ...header, slots })
  const rest = { header: portable, records, root }
  return { ...rest, mac: macOf(vault, backupPieces(rest)) }
}

/** The header with the mac that its vault gives it. */
export function signed(vault: OpenVault, header: Header): Header {
  return { ...header, mac: macOf(vault, headerPieces(header)) }
}

function notWhole(damaged: readonly string[]): LockerError {
  const what =
    damaged.length > 0
      ? `${damaged.length} of its records do not open`
      : 'its records are not those last sealed'
  return new LockerError(
    'tampered',
    `The locker is damaged (${what}), and a backup would keep that as if it were whole. Repair the locker first; the status names what is damaged.`,
    { field: damaged[0]?.replace(/^(profile|entry)\//, '') },
  )
}
