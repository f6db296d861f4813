/** The device keyslot: a key of this browser that opens the header by itself. */
import { toBase64url, toJson } from './base64url.ts'
import { LockerError, orThrow } from './errors.ts'
import type { Header, Slot } from './format.ts'
import type { Prepared, SlotJob, SlotOrder, Unlocked } from './slot_modules.ts'
import type { AtOnce } from './storage/storage.ts'
import { opened } from './vault.ts'

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

/** A device slot with a key of its own. */
export async function prepare({ vault }: SlotOrder): Promise<Prepared> {
  const crypto = subtle()
  const key = await crypto.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const slot: Slot = {
    id: randomBytes(16),
    kind: 'device',
    label: 'This browser',
    created: 0,
    kdf: { alg: 'webcrypto-a256gcm' },
    nonce: randomBytes(12),
    wrapped: new Uint8Array(48),
  }
  const rootKey = orThrow(vault.core.rootKey())
  try {
    slot.wrapped = new Uint8Array(await crypto.encrypt(deviceCipher(vault.header, slot), key, rootKey))
  } finally {
    rootKey.fill(0)
  }
  return {
    kind: slot.kind,
    keys: new Map([[deviceKeyName(slot), key]]),
    into(into, created, label = slot.label) {
      orThrow(into.core.addSlot(toJson({ ...slot, created, label })))
      return slot.id
    },
    wipe() {},
  }
}

/** What storing a device key resolves with; `unsupported` where this browser has no place for one. */
export function stored<T>(storing: Promise<T>): Promise<T> {
  return storing.catch((cause: Error) => {
    // Told at once, or by the transaction, which the storage tells as an error of its own with this as its cause.
    const { name } = (cause.cause ?? cause) as Error
    if (name !== 'DataCloneError') throw cause
    const message = 'This browser cannot keep a key (some cannot in private windows); use a passphrase.'
    throw new LockerError('unsupported', message, { cause })
  })
}

/** This browser cannot open the locker, but another secret can. */
export class NoDeviceKey extends LockerError {
  constructor(cause?: unknown) {
    super('wrong_secret', 'This browser has no key that opens the locker; unlock it with another secret.', {
      cause,
    })
  }
}

/** This browser's keys for the header's slots, each in its slot's place. */
export function deviceKeys(disk: Pick<AtOnce, 'key'>, { slots }: Header): Promise<CryptoKey | undefined>[] {
  return slots.map(async (slot) => (slot.kind === 'device' ? disk.key(deviceKeyName(slot)) : undefined))
}

/** Opens the header with this browser's key. */
export async function unlock({ core, header, schemaJson, opening, keys }: SlotJob): Promise<Unlocked> {
  let refused: unknown
  const orAnother = header.slots.some((slot) => slot.kind !== 'device')
  try {
    const found = await Promise.all(keys ?? deviceKeys(await opening, header))
    for (const [i, slot] of header.slots.entries()) {
      const key = found[i]
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
        return {
          vault: opened(core.module, core.module.Vault.adopt(toJson(header), rootKey, schemaJson)),
          slot,
        }
      } finally {
        rootKey.fill(0)
      }
    }
  } catch (error) {
    throw orAnother && error instanceof LockerError ? new NoDeviceKey(error) : error
  }
  if (orAnother) throw new NoDeviceKey(refused)
  const message = `This browser's key ${
    refused === undefined
      ? 'for the locker is gone, and nothing else opens it'
      : 'does not open the locker: its header was changed'
  }. Restore a backup, or destroy the locker.`
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
