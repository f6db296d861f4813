/** Everything that comes from a secret or from the root key. */
import { argon2id } from 'hash-wasm'
import { u32 } from './canonical.ts'
import type { Bytes, Kdf } from './shapes.ts'

const text = new TextEncoder()

/** The costs that are quick to test with (the floor), and those a new locker gets. */
export const floorCost = { memory_kib: 19_456, passes: 2 }
export const defaultCost = { memory_kib: 65_536, passes: 3 }

/** A passphrase slot's key-encryption key. */
export async function passphraseKek(passphrase: string, kdf: Kdf): Promise<Bytes> {
  if (kdf.alg !== 'argon2id13') throw new Error(`a passphrase slot has no ${kdf.alg}`)
  const raw = await argon2id({
    password: text.encode(passphrase.normalize('NFKC')),
    salt: kdf.salt,
    parallelism: kdf.lanes,
    iterations: kdf.passes,
    memorySize: kdf.memory_kib,
    hashLength: 32,
    outputType: 'binary',
  })
  return new Uint8Array(raw)
}

/** A recovery or passkey slot's key-encryption key. */
export function strongKek(kind: 'recovery' | 'passkey', secret: Bytes, kdf: Kdf): Promise<Bytes> {
  if (kdf.alg !== 'hkdf-sha256') throw new Error(`a ${kind} slot has no ${kdf.alg}`)
  return derive(secret, kdf.salt, text.encode(`kbve-locker/1/slot/${kind}`))
}

export function aesKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function derive(secret: Bytes, salt: Bytes, info: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, 256)
  return new Uint8Array(bits)
}

/** The AES-256-GCM key of records and root under one epoch. */
export async function dataKey(rootKey: Bytes, keyId: Bytes, epoch: number): Promise<CryptoKey> {
  const info = Uint8Array.from([...text.encode('kbve-locker/1/data'), ...u32(epoch)])
  return aesKey(await derive(rootKey, keyId, info))
}

/** The A256GCM key of cookies under one epoch, as it is. */
export async function cookieKey(rootKey: Bytes, keyId: Bytes, epoch: number): Promise<Bytes> {
  return derive(rootKey, keyId, Uint8Array.from([...text.encode('kbve-locker/1/cookie'), ...u32(epoch)]))
}

async function hmacKey(rootKey: Bytes, keyId: Bytes, label: string): Promise<CryptoKey> {
  const raw = await derive(rootKey, keyId, text.encode(label))
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

export function headerKey(rootKey: Bytes, keyId: Bytes): Promise<CryptoKey> {
  return hmacKey(rootKey, keyId, 'kbve-locker/1/header')
}

export function setKey(rootKey: Bytes, keyId: Bytes): Promise<CryptoKey> {
  return hmacKey(rootKey, keyId, 'kbve-locker/1/set')
}

export async function hmac(key: CryptoKey, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, data))
}

export async function gcmSeal(key: CryptoKey, nonce: Bytes, plain: Bytes, aad: Bytes): Promise<Bytes> {
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad, tagLength: 128 }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plain))
}

/** The plaintext, or `undefined` where the tag does not hold. */
export async function gcmOpen(
  key: CryptoKey,
  nonce: Bytes,
  box: Bytes,
  aad: Bytes,
): Promise<Bytes | undefined> {
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad, tagLength: 128 }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, box))
  } catch {
    return undefined
  }
}
