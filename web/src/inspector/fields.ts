/**
 * What lies on the disk, taken apart: fields with their bytes and what they are for, in the order in which they are
 * authenticated ("canonical" in the format). A text or a byte string stands behind its length, four bytes.
 */
import { tight } from '../disk/hex.ts'
import type { DiskHeader, DiskRecord, DiskSlot } from '../disk/read_disk.ts'

/** Where a byte lies, so that it can be changed: a member of what is stored under `key`. */
export interface Place {
  store: 'records' | 'meta' | 'cookie'
  key: string
  path: readonly (string | number)[]
}

export interface Field {
  id: string
  name: string
  /** What it is for. */
  words: string
  /** As a person reads it, where that is something else than its bytes. */
  text?: string
  bytes: Uint8Array
  /** So many bytes at the front are its length, which lies nowhere and is only authenticated. */
  lead: number
  /** Nowhere on the disk: it is put in when sealing and opening. */
  implied?: true
  place?: Place
}

export interface Section {
  id: string
  title: string
  words: string
  fields: readonly Field[]
}

const utf8 = new TextEncoder()

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

type Rest = Pick<Field, 'name' | 'words'> & Partial<Field>

/** A byte string or text behind its length. */
function sized(value: Uint8Array | string, rest: Rest): Field {
  const bytes = typeof value === 'string' ? utf8.encode(value) : value
  const whole = new Uint8Array([...u32(bytes.length), ...bytes])
  return {
    id: rest.name,
    lead: 4,
    bytes: whole,
    ...(typeof value === 'string' ? { text: value } : {}),
    ...rest,
  }
}

function count(value: number, rest: Rest): Field {
  return { id: rest.name, lead: 0, bytes: u64(value), text: String(value), ...rest }
}

function plain(bytes: Uint8Array, rest: Rest): Field {
  return { id: rest.name, lead: 0, bytes, ...rest }
}

const when = (ms: number) => new Date(ms).toLocaleString()

const tagBytes = 16

/** A record, or the root, which is sealed like one. */
export function recordSections(record: DiskRecord, lockerId: Uint8Array): Section[] {
  const root = record.id === 'root'
  const at = (...path: string[]): Place => ({ store: root ? 'meta' : 'records', key: record.id, path })
  const { box } = record
  const sealed = Math.max(0, box.length - tagBytes)
  return [
    {
      id: 'aad',
      title: 'In clear, and authenticated',
      words:
        'What anybody may read and nobody may change: the additional data of AES-GCM, which binds the box to its place.',
      fields: [
        sized(root ? 'kbve-locker/1/root' : 'kbve-locker/1/record', {
          name: 'label',
          words: 'What this ciphertext is for, so that none can be passed off as another kind.',
          implied: true,
        }),
        sized(lockerId, {
          name: 'locker_id',
          words: 'Which locker: a record copied out of another one does not open here.',
          implied: true,
        }),
        sized(record.id, { name: 'id', words: 'Which value it is. Renamed, it does not open.' }),
        count(record.rev, {
          name: 'rev',
          words: `Its place in the order of versions, made of the clock: about ${when(record.rev / 1024)}.`,
          place: at('rev'),
        }),
        sized(record.writer, {
          name: 'writer',
          words: 'Which tab sealed it: of two versions of the same moment the larger writer wins.',
          text: tight(record.writer),
          place: at('writer'),
        }),
        count(record.epoch, {
          name: 'epoch',
          words: 'Which data key sealed it.',
          place: at('epoch'),
        }),
        sized(record.kind, {
          name: 'kind',
          words: 'What the plaintext is: JSON, bytes, parts, or gone (deleted).',
        }),
        count(record.expires, {
          name: 'expires',
          words:
            record.expires > 0
              ? `It counts as gone from ${when(record.expires)} on.`
              : 'It stays until it is deleted.',
          place: at('expires'),
        }),
      ],
    },
    {
      id: 'nonce',
      title: 'Nonce',
      words: '12 random bytes, new for every sealing.',
      fields: [
        plain(record.nonce, {
          name: 'nonce',
          words: 'Makes two sealings of the same value look different. It is no secret.',
          place: at('nonce'),
        }),
      ],
    },
    {
      id: 'box',
      title: 'Box',
      words:
        box.length === 0
          ? 'Empty: the value has expired, and its ciphertext was taken away.'
          : 'What only the key opens.',
      fields:
        box.length === 0
          ? []
          : [
              plain(box.subarray(0, sealed), {
                name: 'ciphertext',
                words: `The value and its padding: ${sealed / 64} × 64 bytes, of which 1 to 64 are padding. How many, only the key tells, so "dark" and "light" look the same.`,
                place: at('box'),
              }),
              plain(box.subarray(sealed), {
                name: 'tag',
                words: 'Proves that neither the box nor anything above was changed.',
                place: at('box'),
              }),
            ],
    },
  ]
}

/** Where in the stored bytes a field's own bytes begin: the tag stands behind the ciphertext in one box. */
export function offsetOf(field: Field, sections: readonly Section[]): number {
  if (field.name !== 'tag') return 0
  const fields = sections.flatMap((section) => section.fields)
  return fields.find(({ name }) => name === 'ciphertext')?.bytes.length ?? 0
}

export function headerSections(header: DiskHeader): Section[] {
  const at = (...path: string[]): Place => ({ store: 'meta', key: 'header', path })
  return [
    {
      id: 'head',
      title: 'In clear, under the mac',
      words: 'Read before anybody has a key, and believed only after the key has checked the mac.',
      fields: [
        count(header.format, { name: 'format', words: 'Another number is not touched at all.' }),
        count(header.rev, {
          name: 'rev',
          words: 'Goes up with every change of the header.',
          place: at('rev'),
        }),
        sized(header.locker_id, {
          name: 'locker_id',
          words: 'Drawn when the locker was made; every ciphertext is bound to it.',
          place: at('locker_id'),
        }),
        sized(header.key_id, {
          name: 'key_id',
          words: 'Drawn with the root key; the salt from which all other keys come.',
          place: at('key_id'),
        }),
        sized(header.tenant, { name: 'tenant', words: 'Whose lockers.' }),
        sized(header.name, { name: 'name', words: 'Which of the lockers.' }),
        count(header.created, {
          name: 'created',
          words: `Made ${when(header.created)}.`,
          place: at('created'),
        }),
        count(header.epoch, { name: 'epoch', words: 'Which data key seals now.', place: at('epoch') }),
        plain(Uint8Array.from(u32(header.slots.length)), {
          name: 'slots',
          words: 'How many keyslots follow, each taken apart by itself.',
          text: String(header.slots.length),
          implied: true,
        }),
      ],
    },
    {
      id: 'mac',
      title: 'Mac',
      words: 'HMAC-SHA-256 of all that, keyslots included.',
      fields: [
        plain(header.mac, {
          name: 'mac',
          words: 'Where it does not hold, the locker opens for reading only, with integrity "header".',
          place: at('mac'),
        }),
      ],
    },
  ]
}

const kdfWords: Record<string, string> = {
  argon2id13: 'The passphrase through Argon2id: slow and hungry for memory on purpose.',
  'hkdf-sha256': 'HKDF-SHA-256 of a secret that is random already.',
  'webcrypto-a256gcm': "A key of this browser that no script can read; it lies in the store 'keys'.",
}

export function slotSections(slot: DiskSlot, index: number): Section[] {
  const at = (...path: string[]): Place => ({ store: 'meta', key: 'header', path: ['slots', index, ...path] })
  const { alg } = slot.kdf
  const rest = Object.entries(slot.kdf).filter(([name]) => name !== 'alg')
  return [
    {
      id: 'slot',
      title: 'In clear, and authenticated',
      words: 'How the key that opens this slot comes from the secret.',
      fields: [
        sized(slot.id, { name: 'id', words: 'Drawn at random.', place: at('id') }),
        sized(slot.kind, { name: 'kind', words: 'What kind of secret opens it.' }),
        sized(slot.label, { name: 'label', words: 'What the person calls it. Under the mac of the header.' }),
        sized(String(alg), { name: 'kdf.alg', words: kdfWords[String(alg)] ?? 'How the key is derived.' }),
        ...rest.map(([name, value]): Field => {
          const words = kdfMembers[name] ?? 'Part of how the key is derived.'
          const place = at('kdf', name)
          if (typeof value === 'number') return count(value, { name: `kdf.${name}`, words, place })
          if (value instanceof Uint8Array) return sized(value, { name: `kdf.${name}`, words, place })
          return sized(String(value), { name: `kdf.${name}`, words })
        }),
      ],
    },
    {
      id: 'wrap',
      title: 'The root key, wrapped',
      words: 'AES-256-GCM: 32 bytes of key and a tag. Changing a secret rewraps this and nothing else.',
      fields: [
        plain(slot.nonce, { name: 'nonce', words: 'Random, new for every wrapping.', place: at('nonce') }),
        plain(slot.wrapped, {
          name: 'wrapped',
          words: 'The root key under the key of the secret, and the tag that tells a wrong one.',
          place: at('wrapped'),
        }),
      ],
    },
  ]
}

const kdfMembers: Record<string, string> = {
  memory_kib: 'KiB of memory that each guess costs. Outside the limits it is refused before any is taken.',
  passes: 'How often the memory is gone through.',
  lanes: 'Always one: a browser has no threads to spare.',
  salt: 'Random, so that the same passphrase gives another key in every locker.',
  credential_id: 'Which passkey the authenticator is asked for.',
  rp_id: 'The domain the passkey belongs to.',
  prf_salt: 'What the passkey answers with a secret.',
}
