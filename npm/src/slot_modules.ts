/** How each kind of keyslot is opened and made: a module of its own, and all but one are loaded when they are used. */

import type { Core } from './core.ts'
import { prepare, unlock } from './device_slot.ts'
import type { Header, Slot, SlotKind } from './format.ts'
import type { OpenLocker } from './open_locker.ts'
import type { Ports } from './ports.ts'
import type { StorageSession } from './storage/storage.ts'
import type { NewSecret, PassphraseCost, Secret } from './types.ts'
import type { OpenVault } from './vault.ts'
import { loaded } from './wasm_source.ts'

/** What opening a slot takes. */
export interface SlotJob {
  core: Core
  opening: Promise<StorageSession>
  header: Header
  schemaJson: string
  /** `reload`: what this tab has kept. */
  secret: Secret | { reload: Ports }
  /** This browser's keys, where they are being read already. */
  keys?: Promise<CryptoKey | undefined>[] | undefined
  now(): number
  /** What a passphrase's slot is brought up to. */
  cost: PassphraseCost
  signal: AbortSignal
}

/** A vault, and what is to be done once its locker is open; that never rejects. */
export interface Unlocked {
  vault: OpenVault
  /** Which slot it was, where it was one. */
  slot?: Slot
  behind?: ((open: OpenLocker) => Promise<void>) | undefined
}

/** What making a slot takes. */
export interface SlotOrder {
  core: Core
  /** Whose root key it will hold. */
  vault: OpenVault
  secret: NewSecret
  cost: PassphraseCost
  signal: AbortSignal
  /** The locker's slots as they are now. */
  slots: readonly Slot[]
}

/** A slot that is ready to be put into a vault. */
export interface Prepared {
  kind: SlotKind
  /** Wraps the root key into the slot, adds it, and answers its id. Nothing in it waits, so that it may run inside a
   *  transaction, and again when that has to be repeated. */
  into(vault: OpenVault, now: number, label?: string): Uint8Array
  /** Zeroes what `into` needs. */
  wipe(): void
  /** What belongs into the store `keys` with it. */
  keys?: ReadonlyMap<string, CryptoKey>
  /** A recovery code, for the person to write down. */
  code?: string
}

interface SlotModule {
  unlock(job: SlotJob): Promise<Unlocked>
  prepare(order: SlotOrder): Promise<Prepared>
}

/** The module for this secret. Most lockers open with this browser's key, so that one is always here. */
export async function slotModule(secret: object): Promise<SlotModule> {
  if ('device' in secret) return { prepare, unlock }
  if ('passphrase' in secret) return loaded('passphrase_slot.js', import('./passphrase_slot.ts'))
  return loaded('other_slots.js', import('./other_slots.ts'))
}
