/** The keyslots that need a person: each kind is a module of its own, loaded when it is used. */
import type { Core } from './core.ts'
import type { Header, Slot, SlotKind } from './format.ts'
import type { OpenLocker } from './open_locker.ts'
import type { NewSecret, PassphraseCost, Secret } from './types.ts'
import type { OpenVault } from './vault.ts'
import { notLoaded } from './wasm_source.ts'

/** What opening a slot takes. */
export interface SlotJob {
  core: Core
  header: Header
  schemaJson: string
  secret: Secret
  /** What a passphrase's slot is brought up to. */
  cost: PassphraseCost
  signal: AbortSignal
}

/** A vault, and what is to be done once its locker is open; that never rejects. */
export interface Unlocked {
  vault: OpenVault
  behind?: ((open: OpenLocker) => Promise<void>) | undefined
}

/** What making a slot takes. */
export interface SlotOrder {
  core: Core
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

/** The module for this secret, which is not this browser's key. */
export function slotModule(secret: object): Promise<SlotModule> {
  const module =
    'passphrase' in secret
      ? import('./passphrase_slot.ts')
      : 'recovery' in secret
        ? import('./recovery_slot.ts')
        : import('./passkey_slot.ts')
  return module.catch((cause: unknown) => {
    throw notLoaded(`${Object.keys(secret)[0]}_slot.js`, cause)
  })
}
