/**
 * Seals and opens parts of large values: with WebCrypto, which is quicker from some size on and does not hold the
 * page up, or with the core. Both write and read the same records.
 */
import { canonical, concatenated, u32 } from './canonical.ts'
import { LockerError, orThrow } from './errors.ts'
import type { SealedRecord } from './format.ts'
import type { OpenVault } from './vault.ts'

/** Up to this size the core is as quick, and always there. */
const smallPart = 65_536

export class PartCipher {
  readonly #vault: OpenVault
  /** One for all parts, which are sealed one after another. */
  #padded = new Uint8Array()
  /** Of each epoch. */
  readonly #keys = new Map<number, Promise<CryptoKey>>()

  constructor(vault: OpenVault) {
    this.#vault = vault
  }

  async seal(id: string, bytes: Uint8Array, expires: number, now: number): Promise<SealedRecord> {
    if (bytes.length <= smallPart || !hasSubtle()) {
      const [sealed] = this.#vault.seal([{ id, expires, kind: 'bytes', bytes }], now)
      return (sealed as { record: SealedRecord }).record
    }
    const { epoch } = this.#vault.header
    const record: SealedRecord = {
      id,
      // Every part is written once, so this orders nothing; it says when.
      rev: now * 1024,
      writer: crypto.getRandomValues(new Uint8Array(8)),
      epoch,
      kind: 'bytes',
      expires,
      nonce: crypto.getRandomValues(new Uint8Array(12)),
      box: new Uint8Array(),
    }
    const length = (Math.floor(bytes.length / 64) + 1) * 64
    if (this.#padded.length < length) this.#padded = new Uint8Array(length)
    const padded = this.#padded.subarray(0, length)
    padded.set(bytes)
    padded.fill(0, bytes.length)
    padded[bytes.length] = 0x80
    const key = await this.#key(epoch)
    const box = await crypto.subtle.encrypt(this.#how(record), key, padded)
    padded.fill(0)
    return { ...record, box: new Uint8Array(box) }
  }

  /** The bytes, or `undefined` where it does not open. */
  async open(record: SealedRecord): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (record.kind !== 'bytes' || record.epoch > this.#vault.header.epoch) return undefined
    if (record.box.length <= smallPart || !hasSubtle()) {
      const [result] = this.#vault.open([record])
      return result?.opens ? (result.value as Uint8Array<ArrayBuffer>) : undefined
    }
    const key = await this.#key(record.epoch)
    try {
      return unpadded(new Uint8Array(await crypto.subtle.decrypt(this.#how(record), key, record.box)))
    } catch {
      return undefined
    }
  }

  #how(record: SealedRecord): AesGcmParams {
    return { name: 'AES-GCM', iv: record.nonce, additionalData: aadOf(record, this.#vault.header.locker_id) }
  }

  #key(epoch: number): Promise<CryptoKey> {
    const known = this.#keys.get(epoch) ?? dataKey(this.#vault, epoch)
    this.#keys.set(epoch, known)
    return known
  }
}

function hasSubtle(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** The data key of an epoch. It is derived where it is used, so that its bytes are never seen by a script. */
async function dataKey(vault: OpenVault, epoch: number): Promise<CryptoKey> {
  const { key_id: salt } = vault.header
  const rootKey = orThrow(vault.core.rootKey()) as Uint8Array<ArrayBuffer>
  try {
    const root = await crypto.subtle.importKey('raw', rootKey, 'HKDF', false, ['deriveKey'])
    const info = concatenated([new TextEncoder().encode('kbve-locker/1/data'), u32(epoch)])
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info }
    const aes = { name: 'AES-GCM', length: 256 }
    return await crypto.subtle.deriveKey(hkdf, root, aes, false, ['encrypt', 'decrypt'])
  } catch (cause) {
    throw new LockerError('unsupported', "This browser's WebCrypto cannot derive the key of large values.", {
      cause,
    })
  } finally {
    rootKey.fill(0)
  }
}

/** `canonical("kbve-locker/1/record", locker_id, id, rev, writer, epoch, kind, expires)` of the format. */
function aadOf(
  { id, rev, writer, epoch, kind, expires }: SealedRecord,
  lockerId: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const label = 'kbve-locker/1/record'
  return canonical({ label, lockerId, id, rev, writer, epoch, kind, expires })
}

/** Without the 0x80 and the zeros after it; `undefined` where that is not how it ends. */
function unpadded(padded: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const end = padded.lastIndexOf(0x80)
  const rest = padded.length - end
  if (padded.length % 64 !== 0 || end < 0 || rest > 64) return undefined
  for (let i = end + 1; i < padded.length; i++) if (padded[i] !== 0) return undefined
  return padded.subarray(0, end)
}
