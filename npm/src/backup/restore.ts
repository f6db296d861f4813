/** `locker.restore()`. Loaded when it is called. */
import { type Merged, rootAfter } from '../apply.ts'
import { toBase64url, toJson } from '../base64url.ts'
import { asRecord } from '../checked.ts'
import { stored } from '../device_slot.ts'
import { exists, hasCode, LockerError, orThrow, throwIfAborted } from '../errors.ts'
import type { SealedRecord } from '../format.ts'
import { sameBytes } from '../header_json.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { OpenLocker } from '../open_locker.ts'
import type { Opened } from '../opener.ts'
import { emptyLoaded } from '../opening.ts'
import { removeReplaced } from '../parts.ts'
import type { Ports } from '../ports.ts'
import { overtake } from '../repair.ts'
import { type Prepared, slotModule } from '../slot_modules.ts'
import type { Changes, Snapshot } from '../storage/storage.ts'
import type { BackupSecret, RestoreOptions, RestoreReport } from '../types.ts'
import { schemaId } from '../values.ts'
import { chunks, type OpenVault, type PlainItem, type RootChange } from '../vault.ts'
import { signed } from './backup.ts'
import { type Backup, readBackup, textOf } from './backup_file.ts'
import { broughtUp } from './brought_up.ts'
import { backupPieces, macOf } from './mac.ts'
import { type OpenedBackup, openBackup } from './opened_backup.ts'
import { itemOf, numberOf, type Plan, planOf } from './plan.ts'
import { RestoredParts, writeAll } from './restore_parts.ts'

type Options = Required<Omit<RestoreOptions, 'signal'>> & { signal: AbortSignal }

export async function restore(
  life: Lifecycle,
  file: unknown,
  secret: unknown,
  given: RestoreOptions = {},
): Promise<RestoreReport> {
  const known = secretOf(secret)
  const options = optionsOf(given)
  await life.settled()
  const core = await life.opener.core()
  const backup = readBackup(core, await textOf(file))
  throwIfAborted(options.signal)
  const { schemaJson } = life.ports.fields
  const opening = async (signal: AbortSignal) => {
    const opened = await openBackup(core, backup, { secret: known, signal, schemaJson })
    try {
      return await broughtUp(opened, life.ports)
    } catch (error) {
      opened.vault.wipe()
      throw error
    }
  }
  if (life.open) return restoreInto(life, life.open, backup, await opening(options.signal), options)
  if (life.status.state !== 'absent') {
    throw new LockerError(
      'locked',
      'There is a locker, and it is not open; unlock it first, or destroy it. What cannot be opened is never overwritten.',
    )
  }
  if (options.dryRun) {
    const opened = await opening(options.signal)
    try {
      // Sealing says what the rules of a field say.
      recordsOf(opened, backup, life.ports)
      return reportOfAll(opened, life.ports.now())
    } finally {
      opened.vault.wipe()
    }
  }
  let report: RestoreReport | undefined
  await life.make(options.signal, async (abort) => {
    const made = await newLocker(life, backup, await opening(abort), abort)
    report = made.report
    return made.opened
  })
  return report as RestoreReport
}

// Into a locker that is open

async function restoreInto(
  life: Lifecycle,
  open: OpenLocker,
  backup: Backup,
  opened: OpenedBackup,
  { mode, dryRun, signal }: Options,
): Promise<RestoreReport> {
  const parts = new RestoredParts(open, opened, life.ports, signal)
  let tried = false
  try {
    throwIfAborted(signal)
    await open.flush()
    const { session, show, whole } = open.changing
    const ids = mode === 'replace' ? 'all' : [schemaId, ...opened.records.map(({ record }) => record.id)]
    const sameKey = isOwn(open.changing.vault, backup)
    const plan = (found: Snapshot): Plan => {
      throwIfAborted(signal)
      const { vault, check, now } = open.changing
      check(found.header)
      vault.beginSum()
      const refused = (item: PlainItem) => {
        try {
          vault.seal([item], now())
          return false
        } catch (error) {
          if (hasCode(error, 'invalid_field') || hasCode(error, 'too_large')) return true
          throw error
        }
      }
      return planOf(found.records, opened, {
        vault,
        now: now(),
        mode,
        sameKey,
        version: life.ports.version,
        refused,
        written: parts.written,
      })
    }
    if (dryRun) return plan(await session.load(ids)).report
    let planned = plan(await session.load(ids))
    let decided = planned
    let merged: Merged = { won: [] }
    let rootRev: number | undefined
    const write = (found: Snapshot): Changes | undefined => {
      overtake(open.changing.vault, life.opener.witness, life.opener.lockerId)
      decided = plan(found)
      // Another tab has changed something since, and now there are parts to write first.
      if (!parts.suffice(decided)) return undefined
      const { vault, now } = open.changing
      const changes = changesOf(vault, decided, found, backup, mode, now())
      merged = {
        won: [...(changes?.put ?? [])],
        ...(changes?.root ? { root: changes.root as SealedRecord } : {}),
      }
      rootRev = merged.root?.rev ?? asRecord(found.root, 'root')?.rev
      return changes
    }
    let found: Snapshot
    do {
      await parts.write(planned)
      tried = true
      found = await session.transact(ids, write, { durability: 'strict' })
      planned = decided
    } while (!parts.suffice(decided))
    show(merged)
    if (mode === 'replace' && rootRev !== undefined) whole(rootRev)
    // Their records are old, and another tab may have taken them for abandoned before these were there.
    await parts.keep(decided.kept)
    await removeReplaced(open, found.records).catch(() => {})
    return decided.report
  } finally {
    // Where this fails, too, they are taken away at a later unlocking.
    await parts.remove(tried).catch(() => {})
    opened.vault.wipe()
  }
}

/** Whether it was made under this vault's root key. */
function isOwn(vault: OpenVault, backup: Backup): boolean {
  const { header } = vault
  return (
    sameBytes(header.locker_id, backup.header.locker_id) &&
    sameBytes(header.key_id, backup.header.key_id) &&
    sameBytes(macOf(vault, backupPieces(backup)), backup.mac)
  )
}

function changesOf(
  vault: OpenVault,
  { carried, items, remove, found }: Plan,
  { root: rootFound }: Snapshot,
  backup: Backup,
  mode: Options['mode'],
  now: number,
): Changes | undefined {
  const root = asRecord(rootFound, 'root')
  // In the mode `merge` the sum is over a part of the records, and says nothing of the whole.
  const settled = mode === 'merge' || (root && vault.checkRoot(root) === 'ok' && remove.length === 0)
  // The new versions come after those of both sides, and so does the root.
  for (const { rev } of [...found.values(), ...backup.records, backup.root]) vault.observe(rev)
  const put = [...carried, ...sealed(vault, items, now)]
  if (put.length === 0 && settled) return undefined
  if (settled) {
    const changes = put.map((record): RootChange => {
      const before = found.get(record.id)
      return before ? { id: record.id, before, after: record } : { id: record.id, after: record }
    })
    const next = rootAfter(rootFound, changes, vault, now)
    // As with every write: without a root to continue the values are kept all the same, and integrity says so.
    return next ? { put, root: next } : { put }
  }
  // Everything there is now was looked at, so a root can be made that vouches for it.
  const after = new Map(found)
  for (const id of remove) after.delete(id)
  for (const record of put) after.set(record.id, record)
  vault.beginSum()
  vault.open([...after.values()], true)
  return { put, remove, root: vault.newRoot(now) }
}

/** Sealed some at a time, because the core's memory does not shrink again. */
function sealed(vault: OpenVault, items: readonly PlainItem[], now: number): SealedRecord[] {
  const most = 512
  const out: SealedRecord[] = []
  for (let from = 0; from < items.length; from += most) {
    for (const { record } of vault.seal(items.slice(from, from + most), now)) out.push(record)
  }
  return out
}

// Where there is none yet

async function newLocker(
  life: Lifecycle,
  backup: Backup,
  opening: OpenedBackup,
  signal: AbortSignal,
): Promise<{ opened: Opened; report: RestoreReport }> {
  const { ports, connection } = life.opener
  const { vault, behind, parts } = opening
  const { name, mode, now } = ports
  let slot: Prepared | undefined
  try {
    const session = await connection.open()
    if (mode === 'device') slot = await deviceSlot(life, vault, signal)
    throwIfAborted(signal)
    // A backup may be brought in under another name than the one it was made of.
    const header = { ...backup.header, tenant: name.tenant, name: name.name }
    orThrow(vault.core.takeHeader(toJson(signed(vault, header))))
    slot?.into(vault, now())
    orThrow(vault.core.raiseHeader())
    // Also where this very locker was lost: what the witness remembers of it is older now.
    const lockerId = toBase64url(vault.header.locker_id)
    overtake(vault, life.opener.witness, lockerId)
    const put = recordsOf(opening, backup, ports)
    const loaded = emptyLoaded(ports)
    vault.beginSum()
    for (const chunk of chunks(put))
      for (const [i, result] of vault.openChunk(chunk, true).entries())
        if (result.opens) loaded.values.take(chunk[i] as SealedRecord, result.value)
    const root = vault.newRoot(now())
    const written = vault.header
    const write = (found: Snapshot): Changes => {
      if (found.header !== undefined) throw exists()
      const ids = new Set(put.map(({ id }) => id))
      const remove = [...found.records.keys()].filter((id) => !ids.has(id))
      return { header: written, root, put, remove, ...(slot?.keys && { keys: slot.keys }) }
    }
    const removeParts = await writeAll(session, { parts }, ports, signal)
    try {
      await stored(session.transact('all', write, { durability: 'strict' }))
    } catch (error) {
      // Another tab may have brought in the same backup, and these parts are its own.
      if (!hasCode(error, 'exists')) await removeParts().catch(() => {})
      throw error
    }
    life.opener.lockerId = lockerId
    life.opener.witness.write({ locker_id: lockerId, root_rev: root.rev })
    const report = reportOfAll(opening, now())
    return { opened: { session, vault, header: written, loaded, behind }, report }
  } catch (error) {
    vault.wipe()
    throw error
  } finally {
    slot?.wipe()
  }
}

/** The backup's records as they are, and sealed for this version of the application what was brought up to it. */
function recordsOf(
  { vault, records }: OpenedBackup,
  backup: Backup,
  { version, now }: Pick<Ports, 'version' | 'now'>,
): SealedRecord[] {
  for (const { rev } of [...backup.records, backup.root]) vault.observe(rev)
  const items = records.filter(({ made }) => made).map(itemOf)
  if (version > 0) items.push(numberOf(version))
  return [...records.flatMap(({ record, made }) => (made ? [] : record)), ...sealed(vault, items, now())]
}

/** So that the next visit opens by itself, as this application wants it; where the browser cannot, the backup's own
 *  keyslots are enough. */
async function deviceSlot(
  life: Lifecycle,
  vault: OpenVault,
  signal: AbortSignal,
): Promise<Prepared | undefined> {
  const secret = { device: true } as const
  const core = await life.opener.core()
  try {
    const { prepare } = await slotModule(secret)
    return await prepare({ core, vault, secret, cost: {}, signal, slots: vault.header.slots })
  } catch (error) {
    if (hasCode(error, 'unsupported')) return undefined
    throw error
  }
}

function reportOfAll(
  { records, damaged }: Pick<OpenedBackup, 'records' | 'damaged'>,
  now: number,
): RestoreReport {
  const shown = records.filter(
    ({ record: { expires }, value }) => value !== undefined && (expires === 0 || expires > now),
  )
  const added = shown.map(({ record }) => record.id).sort()
  return { added, changed: [], removed: [], unchanged: [], damaged: [...damaged], unfit: [] }
}

// Arguments

function secretOf(secret: unknown): BackupSecret {
  const { passphrase, recovery, passkey } = Object(secret) as Record<string, unknown>
  if (typeof passphrase === 'string' && passphrase !== '') return { passphrase }
  if (typeof recovery === 'string' && recovery !== '') return { recovery }
  if (passkey === true) return { passkey }
  throw new TypeError(
    'A backup is opened with { passphrase: text }, { recovery: text } or { passkey: true }.',
  )
}

function optionsOf(given: RestoreOptions): Options {
  const { mode = 'merge', dryRun = false, signal = new AbortController().signal } = given
  if (mode !== 'merge' && mode !== 'replace') throw new TypeError("restore: mode is 'merge' or 'replace'.")
  if (typeof dryRun !== 'boolean') throw new TypeError('restore: dryRun is true or false.')
  return { mode, dryRun, signal }
}
