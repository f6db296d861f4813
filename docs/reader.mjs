/** Opens a backup of locker format 1 with its recovery code, by WebCrypto alone: node docs/reader.mjs FILE CODE */
import { readFileSync } from 'node:fs'

const { subtle } = globalThis.crypto
const utf8 = (text) => new TextEncoder().encode(text)
const bytes = (base64url) => new Uint8Array(Buffer.from(base64url, 'base64url'))
const joined = (...parts) => new Uint8Array(Buffer.concat(parts))
const u32 = (n) => Uint8Array.of(n / 2 ** 24, n / 2 ** 16, n / 2 ** 8, n)

/** What every tag is made over: texts and bytes with their length before them, numbers as 64 bits, big-endian. */
const canonical = (...items) =>
  joined(
    ...items.flatMap((item) => {
      if (typeof item === 'number') return [u32(item / 2 ** 32), u32(item)]
      const data = typeof item === 'string' ? utf8(item) : item
      return [u32(data.length), data]
    }),
  )

async function hkdf(secret, salt, info, algorithm, uses) {
  const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  return subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, algorithm, false, uses)
}
const aesKey = (secret, salt, info) => hkdf(secret, salt, info, { name: 'AES-GCM', length: 256 }, ['decrypt'])
const decrypted = async (key, nonce, box, aad) =>
  new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData: aad }, key, box))

/** 26 letters of Crockford's base32 are the 128 bits, big-endian; the last one checks the others. */
function secretOf(code) {
  const letters = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digits = [...letters].map((letter) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U'.indexOf(letter))
  const number = digits.slice(0, 26).reduce((sum, digit) => sum * 32n + BigInt(digit), 0n)
  if (digits.length !== 27 || number % 37n !== BigInt(digits[26]))
    throw new Error('This is no recovery code.')
  return bytes(Buffer.from(number.toString(16).padStart(32, '0'), 'hex').toString('base64url'))
}

/** The root key: wrapped in the header, once for each secret that opens the locker. */
async function rootKeyOf({ slots, locker_id, key_id }, code) {
  for (const { id, kind, kdf, nonce, wrapped } of slots.filter((slot) => slot.kind === 'recovery')) {
    const salt = bytes(kdf.salt)
    const key = await aesKey(secretOf(code), salt, utf8('kbve-locker/1/slot/recovery'))
    const place = ['kbve-locker/1/slot', bytes(locker_id), bytes(key_id), bytes(id), kind, kdf.alg, salt]
    try {
      return await decrypted(key, bytes(nonce), bytes(wrapped), canonical(...place))
    } catch {
      // Another code's slot.
    }
  }
  throw new Error('This code does not open this backup.')
}

const [, , file, code] = process.argv
const { header, records } = JSON.parse(readFileSync(file, 'utf8'))
const rootKey = await rootKeyOf(header, code)
const [lockerId, keyId] = [bytes(header.locker_id), bytes(header.key_id)]
for (const { id, rev, writer, epoch, kind, expires, nonce, box } of records) {
  const key = await aesKey(rootKey, keyId, joined(utf8('kbve-locker/1/data'), u32(epoch)))
  const place = ['kbve-locker/1/record', lockerId, id, rev, bytes(writer), epoch, kind, expires]
  const padded = await decrypted(key, bytes(nonce), bytes(box), canonical(...place))
  const plain = Buffer.from(padded.subarray(0, padded.lastIndexOf(0x80)))
  if (kind === 'json') console.log(`${id}\t${plain.toString()}`)
  if (kind === 'bytes') console.log(`${id}\t${plain.toString('base64url')}`)
}
