/**
 * Locker format 1 as another program would write it down: the shapes of format.md, typed here a
 * second time on purpose. Nothing in this folder imports from the package; it uses WebCrypto for
 * everything, and hash-wasm for Argon2id, which WebCrypto does not have.
 */

export type Bytes = Uint8Array<ArrayBuffer>

export type Kdf =
  | { alg: 'webcrypto-a256gcm' }
  | { alg: 'argon2id13'; memory_kib: number; passes: number; lanes: number; salt: Bytes }
  | { alg: 'hkdf-sha256'; salt: Bytes }
  | { alg: 'hkdf-sha256'; salt: Bytes; credential_id: Bytes; rp_id: string; prf_salt: Bytes }

export interface Slot {
  id: Bytes
  kind: 'device' | 'passphrase' | 'recovery' | 'passkey'
  label: string
  created: number
  kdf: Kdf
  nonce: Bytes
  wrapped: Bytes
}

export interface Header {
  format: number
  rev: number
  locker_id: Bytes
  key_id: Bytes
  tenant: string
  name: string
  created: number
  epoch: number
  slots: Slot[]
  mac: Bytes
}

export interface SealedRecord {
  id: string
  rev: number
  writer: Bytes
  epoch: number
  kind: 'json' | 'bytes' | 'gone' | 'parts'
  expires: number
  nonce: Bytes
  box: Bytes
}

/** The plaintext of the root. */
export interface Root {
  rev: number
  header_rev: number
  sealed: number
  count: number
  sum: Bytes
}

/** What somebody who can read the disk sees. */
export interface Disk {
  header: Header
  root: SealedRecord
  records: SealedRecord[]
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function fromBase64url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
}
