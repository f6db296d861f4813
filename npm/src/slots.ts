/** Keyslots: how a secret opens a header, and how a new header gets its first slot. */
import { toBase64url, toJson } from './base64url.ts'
import type { Core } from './core.ts'
import { isFailure, LockerError, orThrow } from './errors.ts'
import type { Header, Slot } from './format.ts'
import { type Argon2idCost, argon2id, throwIfAborted } from './kdf.ts'
import type { StorageSession } from './storage/storage.ts'
import { type OpenVault, opened } from './vault.ts'

const defaultCost: Argon2idCost = { memoryKib: 65_536, passes: 3 }

/** Name under which a device slot's key lies in the store `keys`. */
function deviceKeyName(slot: Pick<Slot, 'id'>): string {
  return `device/${toBase64url(slot.id)}`
}

function subtle(): SubtleCrypto {
  // Undefined in pages over plain http, whatever the types say.
  const found = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (found) return found
  throw new LockerError(
    'unsupported',
    'A device key needs a secure context: serve the page over https (or localhost), or use a passphrase.',
  )
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

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
    kek = await argon2id(core, secret, salt, cost, signal)
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
  const salt = randomBytes(16)
  const slot: Omit<Slot, 'nonce' | 'wrapped'> = {
    id: randomBytes(16),
    kind: 'passphrase',
    label: 'Passphrase',
    created: options.now,
    kdf: { alg: 'argon2id13', memory_kib: cost.memoryKib, passes: cost.passes, lanes: 1, salt },
  }
  await withPassphraseKey(core, passphrase, salt, cost, options.signal, (kek) =>
    orThrow(vault.core.wrapSlot(toJson(slot), kek)),
  )
}

/** Adds a device slot to a vault; the key it returns belongs under `name` in the store `keys`. */
export async function addDeviceSlot(
  vault: OpenVault,
  now: number,
): Promise<{ name: string; key: CryptoKey }> {
  const crypto = subtle()
  const key = await crypto.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const slot: Slot = {
    id: randomBytes(16),
    kind: 'device',
    label: 'This browser',
    created: now,
    kdf: { alg: 'webcrypto-a256gcm' },
    nonce: randomBytes(12),
    wrapped: new Uint8Array(48),
  }
  const rootKey = orThrow(vault.core.rootKey())
  try {
    slot.wrapped = new Uint8Array(await crypto.encrypt(deviceCipher(vault.header, slot), key, rootKey))
    orThrow(vault.core.addSlot(toJson(slot)))
  } finally {
    rootKey.fill(0)
  }
  return { name: deviceKeyName(slot), key }
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

/** Opens the header with this browser's key; `undefined` where the browser has none for it. */
export async function unlockWithDevice(
  core: Core,
  header: Header,
  schemaJson: string,
  session: StorageSession,
): Promise<OpenVault | undefined> {
  let refused: unknown
  for (const slot of header.slots) {
    const key = slot.kind === 'device' && (await session.key(deviceKeyName(slot)))
    if (!key) continue
    const crypto = subtle()
    let rootKey: Uint8Array<ArrayBuffer>
    try {
      rootKey = new Uint8Array(await crypto.decrypt(deviceCipher(header, slot), key, slot.wrapped))
    } catch (error) {
      refused = error
      continue
    }
    try {
      return opened(core.module, core.module.Vault.adopt(toJson(header), rootKey, schemaJson))
    } finally {
      rootKey.fill(0)
    }
  }
  if (refused === undefined) return undefined
  const message =
    "This browser's key does not open the locker: its header was changed. Restore a backup, or destroy the locker."
  throw new LockerError('tampered', message, { cause: refused })
}

/** How WebCrypto wraps the root key in a device slot. Its AAD is made here and not by the core, for it is needed
 *  before there is a root key: `canonical("kbve-locker/1/slot", locker_id, key_id, slot.id, kind, kdf)`. */
function deviceCipher(
  header: Pick<Header, 'locker_id' | 'key_id'>,
  { id, kind, kdf, nonce }: Slot,
): AesGcmParams {
  const parts = ['kbve-locker/1/slot', header.locker_id, header.key_id, id, kind, kdf.alg]
  const additionalData = parts.flatMap((part) => {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part
    // All of them are short: the length, u32 big-endian, is its last byte.
    return [0, 0, 0, bytes.length, ...bytes]
  })
  return { name: 'AES-GCM', iv: nonce, additionalData: Uint8Array.from(additionalData) }
}
