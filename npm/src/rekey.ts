/**
 * Other keys for the whole locker (locker format 1, "Rekey and destroy"). Loaded when `rekey` is called.
 *
 * What may take long comes first and changes nothing: asking for secrets, Argon2id, letting other tabs apply what they
 * have. Then everything is sealed anew in one transaction that begins when every tab has let go of the database, and
 * that the cipher need not leave, being synchronous. A tab that is killed on the way leaves all as it was, or all new.
 */
import { merge } from './apply.ts'
import { toJson } from './base64url.ts'
import { asEntry, asRecord } from './checked.ts'
import { stored } from './device_slot.ts'
import { LockerError, orThrow } from './errors.ts'
import { report } from './events.ts'
import type { Header, JournalEntry, SealedRecord } from './format.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { OpenLocker } from './open_locker.ts'
import type { Prepared } from './slot_modules.ts'
import { addedOf, checked, checkLabel, prepare } from './slots.ts'
import type { Changes, Snapshot } from './storage/storage.ts'
import type { AddedSlot, NewSecret, RekeyOptions } from './types.ts'
import { chunks, type OpenVault, opened } from './vault.ts'

/** Milliseconds in which a tab that lives says that it has begun, and in which it has to be done. */
const beginLimit = 150
const applyLimit = 5_000

export async function rekey(
  life: Lifecycle,
  secret: NewSecret | readonly NewSecret[],
  options: RekeyOptions = {},
): Promise<AddedSlot | AddedSlot[]> {
  const wanted = (Array.isArray(secret) ? (secret as readonly unknown[]) : [secret]).map(checked)
  if (wanted.length === 0)
    throw new TypeError('rekey takes the secret that is to open the locker, or several.')
  checkLabel(options.label)
  const open = life.writable()
  const { integrity, damaged } = life.status
  if (integrity !== 'ok' || damaged.length > 0) throw notWhole()
  const { now, vault } = open.parts
  const core = await life.opener.core()
  const { schemaJson } = life.ports.fields
  // No root key: another one.
  const { module } = core
  const fresh = opened(module, module.Vault.adopt(toJson(vault.header), new Uint8Array(), schemaJson))
  const slots: Prepared[] = []
  try {
    for (const one of wanted) slots.push(await prepare(life, fresh, one, options, fresh.header.slots))
    const ids = slots.map((slot) => slot.into(fresh, now(), options.label))
    await handedOver(life, open)
    const header = await open.alone(() => renewed(life, open, fresh, slots))
    const added = slots.map((slot, i) => addedOf(header, ids[i] as Uint8Array, slot))
    return Array.isArray(secret) ? added : (added[0] as AddedSlot)
  } catch (error) {
    // Nothing fails any more once the locker goes on with it.
    fresh.wipe()
    throw error
  } finally {
    for (const slot of slots) slot.wipe()
  }
}

/** Lets every tab that answers, and this one, apply what it has; and what tabs that are no more have left. */
async function handedOver(life: Lifecycle, open: OpenLocker): Promise<void> {
  let busy = 0
  life.answer = (by) => {
    busy += by
  }
  open.tell('apply')
  const end = performance.now() + applyLimit
  do await new Promise((resolve) => setTimeout(resolve, beginLimit))
  while (busy > 0 && performance.now() < end)
  life.answer = undefined
  await open.adopt()
  await open.flush()
}

/** Seals everything anew, and goes on with it. */
async function renewed(
  life: Lifecycle,
  open: OpenLocker,
  fresh: OpenVault,
  slots: readonly Prepared[],
): Promise<Header> {
  const { session, vault, check, now } = open.parts
  const keys = new Map(slots.flatMap((slot) => [...(slot.keys ?? [])]))
  let taken: JournalEntry[] = []
  let header: Header | undefined
  const write = (found: Snapshot): Changes => {
    // Locked meanwhile, or given other keys by another tab: then nothing is written.
    const same = open.parts.vault === vault
    check(found.header)
    if (!same) throw new LockerError('conflict', 'The locker was given other keys meanwhile; try again.')
    overtake(fresh, vault, found.header as Header)
    const { records, root } = whole(found, vault)
    taken = [...session.pending()]
    const waiting = taken.map(asEntry).flatMap((entry) => ('records' in entry ? entry.records : []))
    for (const record of merge(found, waiting, vault, now()).won) records.set(record.id, record)
    fresh.observe(root.rev)
    fresh.beginSum()
    const put = resealed(fresh, vault, [...records.values()])
    header = fresh.header
    return { header, root: fresh.newRoot(now()), put, keys, attempts: { failed: 0, last: 0, until: 0 } }
  }
  await stored(session.upgrade(write))
  const written = header as unknown as Header
  // Set while the transaction was on its way to the disk.
  const late = session.pending().filter((entry) => !taken.includes(entry))
  const after = [...life.rekeying].map((before) => before())
  try {
    for (const { records } of late) {
      const { done } = session.append({ records: resealed(fresh, vault, records) })
      done.catch((error: unknown) => tellOf(life, error))
    }
    session.settle([...taken, ...late]).catch(() => {})
  } catch (error) {
    tellOf(life, error)
  }
  open.goOn(fresh, written)
  for (const follow of after) follow()
  open.tell('header')
  life.keep()
  // An upgrade is no strict transaction, and what it takes away is to be gone when this resolves.
  await session.transact([], ({ header }) => ({ header }), { durability: 'strict' }).catch(() => {})
  return written
}

/** Makes the new header a later one than what lies there, which another tab may have changed a moment ago. */
function overtake(fresh: OpenVault, vault: OpenVault, found: Header): void {
  if (found.rev < vault.headerRev) throw notWhole()
  orThrow(vault.core.takeHeader(toJson(found)))
  while (fresh.header.rev <= found.rev) orThrow(fresh.core.raiseHeader())
  while (fresh.header.epoch <= found.epoch) orThrow(fresh.core.raiseEpoch())
}

/** All records, if they are those that the root knows and all of them open: a new root would vouch for any others. */
function whole(
  { root: there, records: found }: Snapshot,
  vault: OpenVault,
): { records: Map<string, SealedRecord>; root: SealedRecord } {
  const records = new Map<string, SealedRecord>()
  for (const [id, value] of found) {
    const record = asRecord(value, id)
    if (!record) throw notWhole()
    records.set(id, record)
  }
  vault.beginSum()
  for (const chunk of chunks([...records.values()])) {
    if (vault.openChunk(chunk, true).some(({ opens }) => !opens)) throw notWhole()
  }
  const root = asRecord(there, 'root')
  if (!root || vault.checkRoot(root) !== 'ok') throw notWhole()
  return { records, root }
}

function resealed(fresh: OpenVault, vault: OpenVault, records: readonly SealedRecord[]): SealedRecord[] {
  return [...chunks(records)].flatMap((chunk) => fresh.reseal(vault, chunk))
}

function tellOf(life: Lifecycle, error: unknown): void {
  if (error instanceof LockerError) life.audience.error.tell(error)
  else report(error)
}

function notWhole(): LockerError {
  const message =
    'Something of the locker was changed behind its back, and its keys cannot be renewed before that is settled. Repair it, or restore a backup.'
  return new LockerError('tampered', message)
}
