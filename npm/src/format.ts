/**
 * The shapes that lie on the disk (locker format 1), as structured-clone values.
 * What they mean and how they are sealed is decided in the C++ core; TypeScript only carries them.
 */

/** What a record's plaintext is: JSON text, raw bytes, nothing (a deletion, kept for 30 days), or JSON text that says
 *  which records of the store `parts` hold the value. */
export type RecordKind = 'json' | 'bytes' | 'gone' | 'parts'

/** One sealed value, as it lies in the store `records` (and, with id `root`, in `meta`). */
export interface SealedRecord {
  /** `profile/<field>` or `entry/<name>`. */
  id: string
  /** Position in the locker's order; see `compareVersions`. Under 2^53. */
  rev: number
  /** The tab that sealed it: 8 random bytes. */
  writer: Uint8Array<ArrayBuffer>
  /** Which data key sealed it. */
  epoch: number
  kind: RecordKind
  /** Milliseconds since 1970 after which the value counts as gone, or 0. In clear, and authenticated. */
  expires: number
  /** 12 bytes. */
  nonce: Uint8Array<ArrayBuffer>
  /** AES-256-GCM ciphertext of the padded plaintext, tag last. Empty once the value has expired and was swept. */
  box: Uint8Array<ArrayBuffer>
}

/** How a keyslot's key comes from its secret. */
export type Kdf =
  | { alg: 'webcrypto-a256gcm' }
  | { alg: 'argon2id13'; memory_kib: number; passes: number; lanes: 1; salt: Uint8Array<ArrayBuffer> }
  | RecoveryKdf
  | PasskeyKdf

/** Of a recovery code. */
export interface RecoveryKdf {
  alg: 'hkdf-sha256'
  /** 32 bytes. */
  salt: Uint8Array<ArrayBuffer>
}

/** Of what a passkey gives for `prf_salt`. */
export interface PasskeyKdf extends RecoveryKdf {
  credential_id: Uint8Array<ArrayBuffer>
  rp_id: string
  /** 32 bytes. */
  prf_salt: Uint8Array<ArrayBuffer>
}

/** What kind of secret opens a slot. */
export type SlotKind = 'device' | 'passphrase' | 'recovery' | 'passkey'

/** One way to open the locker: the root key wrapped by a key-encryption key. */
export interface Slot {
  /** 16 random bytes. */
  id: Uint8Array<ArrayBuffer>
  kind: SlotKind
  label: string
  /** Milliseconds since 1970. */
  created: number
  kdf: Kdf
  /** 12 bytes. */
  nonce: Uint8Array<ArrayBuffer>
  /** 48 bytes: the wrapped root key, tag last. */
  wrapped: Uint8Array<ArrayBuffer>
}

/** The locker's header: store `meta`, key `header`. */
export interface Header {
  format: 1
  rev: number
  /** 16 random bytes, drawn once at creation; every ciphertext is bound to it. */
  locker_id: Uint8Array<ArrayBuffer>
  /** 16 random bytes, drawn with the root key. */
  key_id: Uint8Array<ArrayBuffer>
  tenant: string
  name: string
  /** Milliseconds since 1970. */
  created: number
  epoch: number
  slots: Slot[]
  /** HMAC-SHA-256 over all other fields. */
  mac: Uint8Array<ArrayBuffer>
}

/** What a tab hands over in one `set()` or `patch()`: all of it is applied, or none. */
export interface JournalEntry {
  records: SealedRecord[]
}

/** The part of a record that the root knows. */
export type Member = Pick<SealedRecord, 'rev' | 'writer' | 'expires'>

/** The part of a record that orders it. */
export type Version = Pick<SealedRecord, 'rev' | 'writer'>

/** Negative when `a` is older than `b`, positive when newer, 0 when they are the same version. */
export function compareVersions(a: Version, b: Version): number {
  if (a.rev !== b.rev) return a.rev < b.rev ? -1 : 1
  for (let i = 0; i < 8; i++) {
    const difference = (a.writer[i] ?? 0) - (b.writer[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
