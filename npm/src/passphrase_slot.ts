/** The passphrase keyslot. Loaded when a passphrase is used, and Argon2id with it. */

import type { Argon2idCost } from './argon2id.ts'
import { toJson } from './base64url.ts'
import type { Core } from './core.ts'
import { isFailure, LockerError, orThrow, throwIfAborted } from './errors.ts'
import type { Header, Slot } from './format.ts'
import { argon2id } from './kdf.ts'
import { type OpenVault, opened } from './vault.ts'

const defaultCost: Argon2idCost = { memoryKib: 65_536, passes: 3 }

/** Calls `use` with the key a passphrase (NFKC, UTF-8) stretches to, and zeroes it. */
async function withPassphraseKey<T>(
  core: Core,
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2idCost,
  signal: AbortSignal,
  use: (kek: Uint8Array<ArrayBuffer>) => T,
): Promise<T> {
  const secret = new TextEncoder().encode(passphrase.normalize('NFKC'))
  let kek: Uint8Array<ArrayBuffer> | undefined
  try {
    kek = await argon2id(await core.kdf(), secret, salt, cost, signal)
    throwIfAborted(signal)
    return use(kek)
  } finally {
    secret.fill(0)
    kek?.fill(0)
  }
}

/** Adds a passphrase slot to a vault. */
export async function addPassphraseSlot(
  core: Core,
  vault: OpenVault,
  passphrase: string,
  options: { now: number; cost: Partial<Argon2idCost>; signal: AbortSignal },
): Promise<void> {
  const cost = { ...defaultCost, ...options.cost }
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const slot: Omit<Slot, 'nonce' | 'wrapped'> = {
    id: crypto.getRandomValues(new Uint8Array(16)),
    kind: 'passphrase',
    label: 'Passphrase',
    created: options.now,
    kdf: { alg: 'argon2id13', memory_kib: cost.memoryKib, passes: cost.passes, lanes: 1, salt },
  }
  await withPassphraseKey(core, passphrase, salt, cost, options.signal, (kek) =>
    orThrow(vault.core.wrapSlot(toJson(slot), kek)),
  )
}

/** Opens the header with the first passphrase slot that this passphrase opens. */
export async function unlockWithPassphrase(
  core: Core,
  header: Header,
  schemaJson: string,
  passphrase: string,
  signal: AbortSignal,
): Promise<OpenVault> {
  const headerJson = toJson(header)
  for (const [index, { kdf }] of header.slots.entries()) {
    if (kdf.alg !== 'argon2id13') continue
    const cost = { memoryKib: kdf.memory_kib, passes: kdf.passes }
    const made = await withPassphraseKey(core, passphrase, kdf.salt, cost, signal, (kek) =>
      core.module.Vault.unlock(headerJson, index, kek, schemaJson),
    )
    if (!isFailure(made) || made.code !== 'wrong_secret') return opened(core.module, made)
  }
  throw new LockerError('wrong_secret', 'This passphrase does not open the locker; check it and try again.')
}
