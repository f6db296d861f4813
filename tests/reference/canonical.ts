/**
 * `canonical(a, b, …)` of format.md: a byte string is u32 big-endian length + bytes, a text the same
 * over its UTF-8, an integer u64 big-endian, a list a u32 count and its items, a record its values.
 */
import type { Bytes, Kdf } from './shapes.ts'

export type Item = Uint8Array | string | number | { list: Item[][] }

export function canonical(...items: Item[]): Bytes {
  const out: number[] = []
  for (const item of items) write(out, item)
  return Uint8Array.from(out)
}

function write(out: number[], item: Item): void {
  if (typeof item === 'number') {
    if (!Number.isSafeInteger(item) || item < 0) throw new RangeError(`${item} has no canonical form`)
    let rest = BigInt(item)
    const bytes: number[] = []
    for (let i = 0; i < 8; i++) {
      bytes.unshift(Number(rest & 255n))
      rest >>= 8n
    }
    out.push(...bytes)
  } else if (typeof item === 'string') {
    write(out, new TextEncoder().encode(item))
  } else if (item instanceof Uint8Array) {
    out.push(...u32(item.length))
    for (const byte of item) out.push(byte)
  } else {
    out.push(...u32(item.list.length))
    for (const record of item.list) for (const value of record) write(out, value)
  }
}

export function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

/** A `kdf` as a record: its values in the order of format.md's table. */
export function kdfItems(kdf: Kdf): Item[] {
  if (kdf.alg === 'webcrypto-a256gcm') return [kdf.alg]
  if (kdf.alg === 'hkdf-sha256') {
    return 'rp_id' in kdf
      ? [kdf.alg, kdf.salt, kdf.credential_id, kdf.rp_id, kdf.prf_salt]
      : [kdf.alg, kdf.salt]
  }
  return [kdf.alg, kdf.memory_kib, kdf.passes, kdf.lanes, kdf.salt]
}
