/** Header and keyslots: made, checked and opened. */
import { canonical, kdfItems } from './canonical.ts'
import { aesKey, gcmOpen, gcmSeal, headerKey, hmac, passphraseKek, strongKek } from './keys.ts'
import { readCode } from './recovery.ts'
import { type Bytes, type Header, type Kdf, randomBytes, type Slot, sameBytes } from './shapes.ts'

export function slotAad(header: Header, slot: Pick<Slot, 'id' | 'kind' | 'kdf'>): Bytes {
  const { locker_id, key_id } = header
  return canonical('kbve-locker/1/slot', locker_id, key_id, slot.id, slot.kind, ...kdfItems(slot.kdf))
}

export async function headerMac(header: Header, rootKey: Bytes): Promise<Bytes> {
  const slots = header.slots.map((s) => [
    s.id,
    s.kind,
    s.label,
    s.created,
    ...kdfItems(s.kdf),
    s.nonce,
    s.wrapped,
  ])
  const fields = canonical(
    header.format,
    header.rev,
    header.locker_id,
    header.key_id,
    header.tenant,
    header.name,
    header.created,
    header.epoch,
    { list: slots },
  )
  return hmac(await headerKey(rootKey, header.key_id), fields)
}

export async function macHolds(header: Header, rootKey: Bytes): Promise<boolean> {
  return sameBytes(await headerMac(header, rootKey), header.mac)
}

/** A header without slots and without a valid mac yet; `signed` gives it one. */
export function newHeader(tenant: string, name: string, now: number): Header {
  return {
    format: 1,
    rev: 1,
    locker_id: randomBytes(16),
    key_id: randomBytes(16),
    tenant,
    name,
    created: now,
    epoch: 1,
    slots: [],
    mac: new Uint8Array(32),
  }
}

export async function signed(header: Header, rootKey: Bytes): Promise<Header> {
  return { ...header, mac: await headerMac(header, rootKey) }
}

async function slotWith(
  header: Header,
  kek: CryptoKey,
  rootKey: Bytes,
  bare: Omit<Slot, 'nonce' | 'wrapped'>,
) {
  const nonce = randomBytes(12)
  return { ...bare, nonce, wrapped: await gcmSeal(kek, nonce, rootKey, slotAad(header, bare)) }
}

export async function passphraseSlot(
  header: Header,
  rootKey: Bytes,
  passphrase: string,
  cost: { memory_kib: number; passes: number },
  now: number,
): Promise<Slot> {
  const kdf: Kdf = { alg: 'argon2id13', ...cost, lanes: 1, salt: randomBytes(16) }
  const kek = await aesKey(await passphraseKek(passphrase, kdf))
  const bare = { id: randomBytes(16), kind: 'passphrase' as const, label: 'Passphrase', created: now, kdf }
  return slotWith(header, kek, rootKey, bare)
}

/** `code` as `writeCode` writes it. */
export async function recoverySlot(header: Header, rootKey: Bytes, code: string, now: number): Promise<Slot> {
  const kdf: Kdf = { alg: 'hkdf-sha256', salt: randomBytes(32) }
  const kek = await aesKey(await strongKek('recovery', readCode(code), kdf))
  const bare = { id: randomBytes(16), kind: 'recovery' as const, label: 'On paper', created: now, kdf }
  return slotWith(header, kek, rootKey, bare)
}

/** `kek` is what lies in the store `keys`: a non-extractable AES-GCM key. */
export function deviceSlot(header: Header, rootKey: Bytes, kek: CryptoKey, now: number): Promise<Slot> {
  const kdf: Kdf = { alg: 'webcrypto-a256gcm' }
  const bare = { id: randomBytes(16), kind: 'device' as const, label: 'This device', created: now, kdf }
  return slotWith(header, kek, rootKey, bare)
}

/** A passphrase, the key of a device slot, a recovery code, or the PRF output of a passkey. */
export type Secret = string | CryptoKey | { recovery: string } | { prf: Bytes }

export function kindOf(secret: Secret): Slot['kind'] {
  if (typeof secret === 'string') return 'passphrase'
  return 'recovery' in secret ? 'recovery' : 'prf' in secret ? 'passkey' : 'device'
}

async function kekOf(secret: Secret, kdf: Kdf): Promise<CryptoKey> {
  if (typeof secret === 'string') return aesKey(await passphraseKek(secret, kdf))
  if ('recovery' in secret) return aesKey(await strongKek('recovery', readCode(secret.recovery), kdf))
  return 'prf' in secret ? aesKey(await strongKek('passkey', secret.prf, kdf)) : secret
}

/** The root key, or `undefined` where this secret does not open this slot. */
export async function openSlot(header: Header, slot: Slot, secret: Secret): Promise<Bytes | undefined> {
  const kek = await kekOf(secret, slot.kdf)
  return gcmOpen(kek, slot.nonce, slot.wrapped, slotAad(header, slot))
}
