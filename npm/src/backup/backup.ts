/** `locker.backup()`. Loaded when it is called. */
import { prune } from '../apply.ts'
import { toJson } from '../base64url.ts'
import { asHeader, asRecord } from '../checked.ts'
import { LockerError } from '../errors.ts'
import { compareVersions, type Header, type SealedRecord } from '../format.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { OpenLocker } from '../open_locker.ts'
import { PartCipher } from '../part_cipher.ts'
import { asManifest, partId } from '../parts.ts'
import { sweepRecords } from '../sweep.ts'
import { sessionPrefix } from '../values.ts'
import type { OpenVault } from '../vault.ts'
import { type Backup, backupText, mustFit, type PartRecords, recordOf } from './backup_file.ts'
import { backupPieces, headerPieces, macOf } from './mac.ts'
import { partSize } from './opened_backup.ts'

/** The whole locker as a file, of one moment, with everything applied that was handed over. */
export async function backup(life: Lifecycle): Promise<Blob> {
  const open = life.writable()
  for (;;) {
    await open.flush()
    await removeSwept(open)
    const made = await attempt(open)
    if (made) return made
  }
}

/** Values that have expired lose their boxes without a key; a backup holds none of them. */
async function removeSwept(open: OpenLocker): Promise<void> {
  const { session, check, now } = open.changing
  check((await session.load([])).header)
  await sweepRecords(session, now, 'all')
  const { records } = await session.load('all')
  const swept = [...records].flatMap(([id, value]) => asRecord(value, id) ?? [])
  const empty = swept.filter(({ box }) => box.length === 0)
  if (empty.length > 0) await prune(session, open.changing.vault, empty, now(), check)
}

/** `undefined` where a large value was replaced while its parts were being read. */
async function attempt(open: OpenLocker): Promise<Blob | undefined> {
  const { session, check } = open.changing
  const found = await session.load('all')
  // Locked meanwhile, or without a header that can be vouched for: it throws.
  const { vault } = open.changing
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
  const large: [SealedRecord, unknown][] = []
  for (const [i, result] of vault.open(records, true).entries()) {
    const record = records[i] as SealedRecord
    if (!result.opens) damaged.push(record.id)
    else if (record.kind === 'parts') large.push([record, result.value])
  }
  const current = header && header !== 'unknown' && header.rev >= vault.headerRev
  if (damaged.length > 0 || !current || !root || vault.checkRoot(root) !== 'ok') throw notWhole(damaged)
  const kept = withoutSessions(records)
  const file = kept.length < records.length ? rootOf(vault, kept, open.changing.now()) : root
  const texts: string[] = []
  for (const [record, value] of large) {
    if (await partsOf(open, value, texts)) continue
    const there = asRecord((await session.load([record.id])).records.get(record.id), record.id)
    if (there && compareVersions(there, record) === 0 && there.box.length > 0) throw notWhole([record.id])
    return undefined
  }
  // Reading took a while: locked meanwhile, it throws here.
  const present = open.changing.vault
  // Renewed keys would sign what is sealed under the old ones.
  if (present !== vault) return undefined
  // As texts, and made into records one at a time: they are not to be held twice.
  const parts: PartRecords = {
    length: texts.length,
    *[Symbol.iterator]() {
      for (const text of texts) yield recordOf(JSON.parse(text)) as SealedRecord
    },
  }
  const made = madeOf(vault, vault.header, kept, file, parts)
  return new Blob(backupText(made, texts), { type: 'application/json' })
}

/** A session belongs to one device: two that renew it would end it for both. */
function withoutSessions(records: readonly SealedRecord[]): SealedRecord[] {
  return records.filter(({ id }) => !id.startsWith(sessionPrefix))
}

/** A root for these records alone. */
function rootOf(vault: OpenVault, records: readonly SealedRecord[], now: number): SealedRecord {
  vault.beginSum()
  vault.open(records, true)
  return vault.newRoot(now)
}

/** Adds the parts of a large value to `texts`. False where one is missing or does not open. */
async function partsOf(open: OpenLocker, value: unknown, texts: string[]): Promise<boolean> {
  const manifest = asManifest(value)
  const store = await open.changing.session.parts?.()
  if (!manifest || !store) return false
  const cipher = new PartCipher(open.changing.vault)
  let length = texts.reduce((sum, text) => sum + text.length + 1, 0)
  for (let n = 0; n < manifest.count; n++) {
    const id = partId(manifest.id, n)
    const part = asRecord(await store.get(id), id)
    // Locked meanwhile, it throws.
    const bytes = open.changing && part && (await cipher.open(part))
    if (!part || bytes?.length !== partSize(manifest, n)) return false
    const text = toJson(part)
    length += text.length + 1
    mustFit(length)
    texts.push(text)
  }
  return true
}

/** A backup of what lies on a disk; `header` is the vault's own. `no_portable_slot` where nothing opens it elsewhere. */
export function madeOf(
  vault: OpenVault,
  header: Header,
  records: readonly SealedRecord[],
  root: SealedRecord,
  parts: PartRecords = [],
): Backup {
  const slots = header.slots.filter((slot) => slot.kind !== 'device')
  if (slots.length === 0) {
    throw new LockerError(
      'no_portable_slot',
      "Nothing would open this backup: the locker opens with this browser's key alone. Add a passphrase, a recovery code or a passkey with slots.add first.",
    )
  }
  const portable = signed(vault, { ...header, slots })
  const rest = { header: portable, records, parts, root }
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
