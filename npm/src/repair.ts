/** Repair: what lies on the disk is accepted, because a person says so. Loaded when that is done, here or in another tab. */
import { toBase64url, toJson } from './base64url.ts'
import { asRecord } from './checked.ts'
import { LockerError, orThrow } from './errors.ts'
import type { Header, SealedRecord, Slot } from './format.ts'
import { sameBytes } from './header_json.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { OpenLocker } from './open_locker.ts'
import { load } from './opening.ts'
import { adoptOrphans } from './orphans.ts'
import type { Changes, Snapshot } from './storage/storage.ts'
import { Changed, type Values } from './values.ts'
import { chunks, type OpenVault } from './vault.ts'
import type { Witness } from './witness.ts'

/** Revisions from here on no clock reaches before the year 2109; a witness that names one was not written by a locker. */
const farAway = 2 ** 52

export async function repair(life: Lifecycle): Promise<{ removed: string[] }> {
  const open = life.writable()
  const { session, vault, host, check, slot, lockerId } = open.all
  const { ports, witness } = life.opener
  let removed: string[] = []
  let before: string | undefined
  let written: { header: Header; root: SealedRecord } | undefined

  const write = (found: Snapshot): Changes => {
    check(found.header)
    before = vault.genuine ? toJson(vault.header) : undefined
    const { good, bad } = look(vault, found)
    overtake(vault, witness, lockerId)
    const old = vault.header
    const used = slot && old.slots.find((each) => sameBytes(each.id, slot.id))
    const kept = vault.genuine ? old.slots : used ? [used] : []
    if (kept.length === 0) {
      const message =
        "The locker's header is not the one that was sealed, and no secret has opened it. Lock it, unlock it with one, and repair it then."
      throw new LockerError('read_only', message)
    }
    orThrow(vault.core.acceptHeader(toJson({ ...old, ...ports.name, slots: kept })))
    // Its count of seals is that of an epoch, which may be another one by now.
    const oldRoot = asRecord(found.root, 'root')
    if (oldRoot) vault.checkRoot(oldRoot)
    if (bad.length > 0) {
      vault.beginSum()
      vault.open(good, true)
    }
    const { header } = vault
    const root = vault.newRoot(host.now())
    removed = bad
    written = { header, root }
    return { header, root, remove: bad, keys: keysOf(old, kept) }
  }
  try {
    await session.transact('all', write, { durability: 'strict' })
  } catch (error) {
    // The vault goes on with the header that lies there; one that does not hold it has left behind, and writes nothing.
    try {
      if (before !== undefined) vault.core.takeHeader(before)
    } catch {
      // Locked meanwhile: there is nothing to go back in.
    }
    throw error
  }
  if (!written) throw new Error('a transaction that is complete has written')
  vault.headerRev = written.header.rev
  witness.write({ locker_id: lockerId, root_rev: written.root.rev })
  const { damaged } = await adoptOrphans(session, vault, host.now, check, true)
  host.tabs.tell('repaired', lockerId)
  host.slots()
  try {
    await follow(life, open)
  } catch (error) {
    // Locked by now: it is repaired all the same.
    if (life.open === open) throw error
  }
  return { removed: [...new Set([...removed, ...damaged])] }
}

/** Shows what lies on the disk in place of all that is shown, and takes a new look at whether it is whole. */
export async function follow(life: Lifecycle, open: OpenLocker): Promise<void> {
  const { session, vault, host } = open.all
  const { signal } = new AbortController()
  const options = { ...life.opener.ports, progress() {}, signal, inOneTask: true }
  // What this tab has written comes after what was repaired.
  if (!open.readOnly) await open.flush().catch(() => {})
  for (let tries = 0; tries < 5; tries++) {
    await open.refresh([])
    const loaded = await load(session, vault, vault.header, options)
    if (life.open !== open || open.lost) return
    if (loaded === 'changed') continue
    open.damaged = loaded.damaged
    open.readOnly = loaded.integrity === 'header'
    const { integrity, damaged } = loaded
    host.status({ integrity, damaged: [...damaged], readOnly: open.readOnly })
    const changed = replace(open.values, loaded.values)
    for (const { records } of session.pending()) {
      for (const [i, result] of vault.open(records).entries()) {
        if (result.opens) open.values.take(records[i] as SealedRecord, result.value, changed)
      }
    }
    if (changed.any) host.changed(changed, 'elsewhere')
    if (life.open !== open) return
    open.settle(loaded)
    // What was applied while it was read.
    return open.refresh('all')
  }
  throw new LockerError('conflict', "Something else keeps changing the locker's header; try again.")
}

/** Puts what `fresh` holds in the place of whatever `values` holds, newer or not. */
function replace(values: Values, fresh: Values): Changed {
  const changed = new Changed()
  const nothing = { rev: 0, writer: new Uint8Array(8), kind: 'gone', expires: 0, value: undefined } as const
  for (const id of new Set([...values.ids(), ...fresh.ids()])) {
    const held = fresh.held(id) ?? nothing
    values.take({ id, ...held }, held.value, changed, 'whatever')
  }
  return changed
}

/** What opens and what does not, all of it counted for the sum; and the vault learns of the old root what it can. */
function look(vault: OpenVault, found: Snapshot): { good: SealedRecord[]; bad: string[] } {
  const good: SealedRecord[] = []
  const bad: string[] = []
  const records: SealedRecord[] = []
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    if (record) records.push(record)
    else bad.push(id)
  }
  vault.beginSum()
  for (const chunk of chunks(records)) {
    for (const [i, { opens }] of vault.openChunk(chunk, true).entries()) {
      const record = chunk[i] as SealedRecord
      if (opens) good.push(record)
      else bad.push(record.id)
    }
  }
  const root = asRecord(found.root, 'root')
  // Whatever it answers: one that does not open is replaced like any other.
  if (root) vault.checkRoot(root)
  return { good, bad }
}

/** Has the next root come after the one that the witness knows. */
export function overtake(vault: OpenVault, witness: Witness, lockerId: string): void {
  const said = witness.of(lockerId)
  if (said && said.root_rev < farAway) vault.observe(said.root_rev)
}

/** The keys of device slots that are no more. */
function keysOf(old: Header, kept: readonly Slot[]): Map<string, null> {
  const ids = new Set(kept.map(({ id }) => toBase64url(id)))
  const gone = old.slots.map(({ id }) => toBase64url(id)).filter((id) => !ids.has(id))
  return new Map(gone.map((id) => [`device/${id}`, null]))
}
