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
export function deviceKeyName(slotId: Uint8Array<ArrayBuffer>): string {
  return `device/${toBase64url(slotId)}`
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

/** NFKC and UTF-8. The caller zeroes the bytes. */
function passphraseBytes(passphrase: string): Uint8Array<ArrayBuffer> {
  if (typeof passphrase !== 'string') throw new TypeError('A passphrase is a text.')
  if (passphrase === '') throw new TypeError('A passphrase has at least one character.')
  return new TextEncoder().encode(passphrase.normalize('NFKC'))
}

async function passphraseKek(
  core: Core,
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2idCost,
  signal?: AbortSignal,
) {
  const secret = passphraseBytes(passphrase)
  try {
    return await argon2id(core, secret, salt, cost, signal)
  } finally {
    secret.fill(0)
  }
}

/** Adds a passphrase slot to a vault. */
export async function addPassphraseSlot(
  core: Core,
  vault: OpenVault,
  passphrase: string,
  options: { now: number; cost?: Partial<Argon2idCost>; signal?: AbortSignal },
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
  const kek = await passphraseKek(core, passphrase, salt, cost, options.signal)
  try {
    throwIfAborted(options.signal)
    orThrow(vault.core.wrapSlot(toJson(slot), kek))
  } finally {
    kek.fill(0)
  }
}

/** Adds a device slot to a vault; the key it returns belongs under `name` in the store `keys`. */
export async function addDeviceSlot(
  vault: OpenVault,
  now: number,
): Promise<{ name: string; key: CryptoKey }> {
  const crypto = subtle()
  const key = await crypto.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const slot: Omit<Slot, 'nonce' | 'wrapped'> = {
    id: randomBytes(16),
    kind: 'device',
    label: 'This browser',
    created: now,
    kdf: { alg: 'webcrypto-a256gcm' },
  }
  const nonce = randomBytes(12)
  const additionalData = orThrow(vault.core.slotAad(toJson(slot)))
  const rootKey = orThrow(vault.core.rootKey())
  try {
    const wrapped = await crypto.encrypt({ name: 'AES-GCM', iv: nonce, additionalData }, key, rootKey)
    orThrow(vault.core.addSlot(toJson({ ...slot, nonce, wrapped: new Uint8Array(wrapped) })))
  } finally {
    rootKey.fill(0)
  }
  return { name: deviceKeyName(slot.id), key }
}

/** Opens the header with the first passphrase slot that this passphrase opens. */
export async function unlockWithPassphrase(
  core: Core,
  header: Header,
  schemaJson: string,
  passphrase: string,
  signal?: AbortSignal,
): Promise<OpenVault> {
  const headerJson = toJson(header)
  for (const [index, { kdf }] of header.slots.entries()) {
    if (kdf.alg !== 'argon2id13') continue
    const cost = { memoryKib: kdf.memory_kib, passes: kdf.passes }
    const kek = await passphraseKek(core, passphrase, kdf.salt, cost, signal)
    try {
      throwIfAborted(signal)
      const made = core.module.Vault.unlock(headerJson, index, kek, schemaJson)
      if (!isFailure(made) || made.code !== 'wrong_secret') return opened(core.module, made)
    } finally {
      kek.fill(0)
    }
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
    if (slot.kind !== 'device') continue
    const key = await session.key(deviceKeyName(slot.id))
    if (key === undefined) continue
    const additionalData = slotAad(header, slot)
    let rootKey: Uint8Array<ArrayBuffer>
    try {
      const raw = await subtle().decrypt(
        { name: 'AES-GCM', iv: slot.nonce, additionalData },
        key,
        slot.wrapped,
      )
      rootKey = new Uint8Array(raw)
    } catch (error) {
      if (error instanceof LockerError) throw error
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

/** `canonical("kbve-locker/1/slot", locker_id, key_id, slot.id, kind, kdf)` of a device slot: WebCrypto needs
 *  it before there is a root key, and so before there is a vault to ask. */
function slotAad(header: Header, slot: Slot): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder()
  const parts = [
    text.encode('kbve-locker/1/slot'),
    header.locker_id,
    header.key_id,
    slot.id,
    text.encode(slot.kind),
    text.encode(slot.kdf.alg),
  ]
  const aad = new Uint8Array(parts.reduce((length, part) => length + 4 + part.length, 0))
  const view = new DataView(aad.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    aad.set(part, at + 4)
    at += 4 + part.length
  }
  return aad
}
