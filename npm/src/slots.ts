/** Keyslots: listed, added, removed, replaced. Loaded when one of these is called. */
import { rootAfter } from './apply.ts'
import { fromBase64url, toBase64url, toJson } from './base64url.ts'
import { stored } from './device_slot.ts'
import { LockerError, orThrow, throwIfAborted } from './errors.ts'
import type { Header, Slot } from './format.ts'
import { checkHeader } from './header_json.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { OpenLocker } from './open_locker.ts'
import { type Prepared, type SlotOrder, slotModule } from './slot_modules.ts'
import type { Changes } from './storage/storage.ts'
import type { AddedSlot, NewSecret, SlotInfo, SlotOptions } from './types.ts'
import type { OpenVault } from './vault.ts'

/** Of what opens the locker; an empty list where there is none. */
export async function list(life: Lifecycle): Promise<SlotInfo[]> {
  life.mustLive()
  const { opener } = life
  const found = await opener.look()
  return found ? checkHeader(await opener.core(), found).slots.map(infoOf) : []
}

export async function add(life: Lifecycle, secret: NewSecret, options: SlotOptions = {}): Promise<AddedSlot> {
  const wanted = checked(secret)
  checkLabel(options.label)
  const open = life.writable()
  return put(open, (slots) => prepare(life, open.changing.vault, wanted, options, slots), options.label)
}

export async function remove(life: Lifecycle, id: string): Promise<void> {
  const known = checkedId(id)
  await change(life.writable(), (vault) => removeFrom(vault, known))
}

export async function replaceWith(
  life: Lifecycle,
  id: string,
  secret: NewSecret,
  options: SlotOptions = {},
): Promise<AddedSlot> {
  const known = checkedId(id)
  const wanted = checked(secret)
  checkLabel(options.label)
  const open = life.writable()
  const make = (slots: readonly Slot[]) => prepare(life, open.changing.vault, wanted, options, slots)
  return replace(open, known, make, options.label)
}

/** Another data key, because the present one has sealed nearly as often as it may. What was sealed with it still opens. */
export async function raiseEpoch(open: OpenLocker): Promise<void> {
  const { epoch } = open.changing.vault.header
  await change(open, (vault, found) => {
    // Another tab may have been quicker.
    if (found.epoch === epoch) orThrow(vault.core.raiseEpoch())
    return new Map()
  })
}

/** Another slot in the place of this one, in one transaction. Rejects with `absent` where it is there no more. */
export function replace(
  open: OpenLocker,
  id: string,
  make: (slots: readonly Slot[]) => Promise<Prepared>,
  label?: string,
): Promise<AddedSlot> {
  return put(open, make, label, id)
}

/** Makes a slot, and writes it; where `instead` is given, in the place of that one. */
async function put(
  open: OpenLocker,
  make: (slots: readonly Slot[]) => Promise<Prepared>,
  label: string | undefined,
  instead?: string,
): Promise<AddedSlot> {
  const { now, vault } = open.changing
  // What another tab has done a moment ago counts, and before anybody is asked for anything.
  await open.refresh([])
  const { slots } = vault.header
  if (instead !== undefined) slotOf(slots, instead)
  const slot = await make(slots)
  try {
    let id: Uint8Array = new Uint8Array()
    const header = await change(open, (into, found) => {
      const old = instead === undefined ? undefined : slotOf(found.slots, instead)
      // The name a person gave stays; the usual one goes with its kind.
      id = slot.into(into, now(), label ?? (old?.kind === slot.kind ? old.label : undefined))
      const removed = instead === undefined ? [] : removeFrom(into, instead)
      return new Map([...(slot.keys ?? []), ...removed])
    })
    return addedOf(header, id, slot)
  } finally {
    slot.wipe()
  }
}

/** A slot for the root key of this vault. */
export async function prepare(
  life: Lifecycle,
  vault: OpenVault,
  secret: NewSecret,
  options: SlotOptions,
  slots: readonly Slot[],
): Promise<Prepared> {
  const { signal = new AbortController().signal } = options
  throwIfAborted(signal)
  if (options.cost) life.cost = options.cost
  const core = await life.opener.core()
  const order: SlotOrder = { core, vault, secret, cost: life.cost, signal, slots }
  const module = await slotModule(secret)
  const slot = await module.prepare(order)
  if (signal.aborted) slot.wipe()
  throwIfAborted(signal)
  return slot
}

type Keys = NonNullable<Changes['keys']>

/** What a removed device slot leaves in the store `keys`; other kinds have nothing there, and so nothing goes. */
function removeFrom(vault: OpenVault, id: string): Keys {
  orThrow(vault.core.removeSlot(id))
  return new Map([[`device/${id}`, null]])
}

/**
 * One transaction: reads the header, lets `work` change it, and writes it with its next revision, and the root with
 * it. What lies there is what is changed, so that of two tabs that change it at once neither undoes the other. Resolves
 * with the new header.
 */
async function change(open: OpenLocker, work: (vault: OpenVault, found: Header) => Keys): Promise<Header> {
  const { session, vault, told } = open.changing
  let before: string | undefined
  let header: Header | undefined
  const write = (found: { header: unknown; root: unknown }): Changes => {
    const { check, now } = open.changing
    check(found.header)
    before = toJson(found.header)
    if ((found.header as Header).rev < vault.headerRev) {
      throw new LockerError(
        'tampered',
        "The locker's header on the disk was replaced by an older one; nothing was changed. Restore a backup.",
      )
    }
    // After a try that did not come to its end the vault is a step ahead.
    orThrow(vault.core.takeHeader(before))
    const keys = work(vault, found.header as Header)
    orThrow(vault.core.raiseHeader())
    header = vault.header
    const root = rootAfter(found.root, [], vault, now())
    return root ? { header, root, keys } : { header, keys }
  }
  try {
    await stored(session.transact([], write, { durability: 'strict' }))
  } catch (error) {
    try {
      if (before !== undefined) vault.core.takeHeader(before)
    } catch {
      // Locked meanwhile: there is nothing to go back in.
    }
    throw error
  }
  const written = header as unknown as Header
  vault.headerRev = Math.max(vault.headerRev, written.rev)
  told()
  return written
}

/** What is told of a slot just made. */
export function addedOf(header: Header, id: Uint8Array, { code }: Prepared): AddedSlot {
  return { ...infoOf(slotOf(header.slots, toBase64url(id))), ...(code === undefined ? {} : { code }) }
}

function infoOf({ id, kind, label, created }: Slot): SlotInfo {
  return { id: toBase64url(id), kind, label, created }
}

function slotOf(slots: readonly Slot[], id: string): Slot {
  const found = slots.find((slot) => toBase64url(slot.id) === id)
  if (found) return found
  throw new LockerError('absent', 'The locker has no such slot any more; list its slots again.')
}

// Arguments

function checkedId(id: unknown): string {
  if (typeof id === 'string' && fromBase64url(id)?.length === 16) return id
  throw new TypeError("A slot's id is the text that slots.list() gives.")
}

export function checkLabel(label: unknown): void {
  if (label === undefined) return
  if (
    typeof label !== 'string' ||
    /\p{Surrogate}/u.test(label) ||
    new TextEncoder().encode(label).length > 256
  )
    throw new TypeError('The label of a slot is a text in well-formed Unicode, 256 bytes at most.')
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A copy, so that nobody changes it while it is worked with. */
export function checked(secret: unknown): NewSecret {
  const { passphrase, recovery, passkey, device } = (secret ?? {}) as Record<string, unknown>
  if (isText(passphrase)) return { passphrase }
  if (recovery === true) return { recovery }
  if (device === true) return { device }
  const { rpId, user } = (passkey ?? {}) as Record<string, unknown>
  const { name, displayName } = (user ?? {}) as Record<string, unknown>
  if (isText(rpId) && isText(name) && isText(displayName))
    return { passkey: { rpId, user: { name, displayName } } }
  throw new TypeError(
    'A slot is made for { passphrase: text }, { recovery: true }, { device: true } or { passkey: { rpId, user: { name, displayName } } }.',
  )
}
