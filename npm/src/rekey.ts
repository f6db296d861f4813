/**
 * Other keys for the whole locker (locker format 1, "Rekey and destroy"). Loaded when `rekey` is called.
 *
 * What may take long comes first and changes nothing: asking for secrets, Argon2id, letting other tabs apply what they
 * have. Then everything is sealed anew in one transaction that begins when every tab has let go of the database, and
 * that the cipher need not leave, being synchronous. A tab that is killed on the way leaves all as it was, or all new.
 */
import { toJson } from './base64url.ts'
import { asRecord } from './checked.ts'
import { stored } from './device_slot.ts'
import { hasCode, LockerError, orThrow } from './errors.ts'
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
  const { now, vault } = open.changing
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
  const { session, vault, check, now } = open.changing
  const keys = new Map(slots.flatMap((slot) => [...(slot.keys ?? [])]))
  let header: Header | undefined
  // What waits to be applied when the transaction begins, or is set while it is on its way to the disk, lies in the
  // journal under both keys, so that it is found again however this ends: see `adoptOrphans`.
  const twins = new Map<JournalEntry, JournalEntry>()
  const twin = (entry: JournalEntry) => {
    const other = { records: resealed(fresh, vault, entry.records) }
    twins.set(entry, other)
    session.append(other).done.catch((error: unknown) => tellOf(life, error))
  }
  const write = (found: Snapshot): Changes => {
    // Locked meanwhile, or given other keys by another tab: then nothing is written.
    const same = open.changing.vault === vault
    check(found.header)
    if (!same) throw new LockerError('conflict', 'The locker was given other keys meanwhile; try again.')
    overtake(fresh, vault, found.header as Header)
    const { records, swept } = whole(found, vault, fresh)
    fresh.beginSum()
    const put = resealed(fresh, vault, records)
    header = fresh.header
    const root = fresh.newRoot(now())
    for (const entry of session.pending()) twin(entry)
    open.listen(twin)
    const part = (there: unknown) => resealedPart(fresh, vault, there)
    return { header, root, put, remove: swept, part, keys, attempts: { failed: 0, last: 0, until: 0 } }
  }
  try {
    await stored(session.upgrade(write))
  } catch (error) {
    open.listen(undefined)
    await session.settle([...twins.values()]).catch(() => {})
    throw error
  }
  const written = header as unknown as Header
  open.listen(undefined)
  const after = [...life.rekeying].map((before) => before())
  // The new ones are in the journal by now; in one that has both, the old ones go first.
  session.settle([...twins.keys()]).catch(() => {})
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

/** All records, if they are those that the root knows and all of them open: a new root would vouch for any others.
 *  `swept`: ids of those whose value has expired and was taken away, so that there is nothing to seal. */
function whole(
  { root: there, records: found }: Snapshot,
  vault: OpenVault,
  fresh: OpenVault,
): { records: SealedRecord[]; swept: string[] } {
  const records = [...found].map(([id, value]) => {
    const record = asRecord(value, id)
    if (!record) throw notWhole()
    return record
  })
  vault.beginSum()
  for (const chunk of chunks(records)) {
    if (vault.openChunk(chunk, true).some(({ opens }) => !opens)) throw notWhole()
  }
  const root = asRecord(there, 'root')
  if (!root || vault.checkRoot(root) !== 'ok') throw notWhole()
  // The new one comes after it.
  fresh.observe(root.rev)
  return {
    records: records.filter(({ box }) => box.length > 0),
    swept: records.filter(({ box }) => box.length === 0).map(({ id }) => id),
  }
}

/** A part of a large value, sealed anew; one that does not open is of no use to anybody, and goes. */
function resealedPart(fresh: OpenVault, vault: OpenVault, there: unknown): SealedRecord | undefined {
  const part = asRecord(there)
  if (!part) return undefined
  try {
    return fresh.reseal(vault, [part])[0]
  } catch (error) {
    if (hasCode(error, 'out_of_memory')) throw error
    return undefined
  }
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
