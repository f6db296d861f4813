/** Records and the root: sealed and opened; the order of versions; the set sum. */
import { canonical } from './canonical.ts'
import { dataKey, gcmOpen, gcmSeal, hmac, setKey } from './keys.ts'
import {
  type Bytes,
  fromBase64url,
  type Header,
  type Root,
  randomBytes,
  type SealedRecord,
  toBase64url,
} from './shapes.ts'

/** What sealing and opening need: the root key and what the header says in clear. */
export interface Opened {
  header: Header
  rootKey: Bytes
}

type Label = 'kbve-locker/1/record' | 'kbve-locker/1/root'

/** ISO/IEC 7816-4: 0x80, then zeros up to a multiple of 64. */
export function pad64(plain: Bytes): Bytes {
  const padded = new Uint8Array(Math.floor(plain.length / 64 + 1) * 64)
  padded.set(plain)
  padded[plain.length] = 0x80
  return padded
}

export function unpad64(padded: Bytes): Bytes {
  const end = padded.lastIndexOf(0x80)
  if (padded.length % 64 !== 0 || end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) {
    throw new Error('the padding is not ISO/IEC 7816-4 to 64 bytes')
  }
  if (padded.length - end > 64) throw new Error('more than one block of padding')
  return padded.slice(0, end)
}

function aad(label: Label, opened: Opened, r: SealedRecord): Bytes {
  return canonical(label, opened.header.locker_id, r.id, r.rev, r.writer, r.epoch, r.kind, r.expires)
}

async function seal(label: Label, opened: Opened, bare: Omit<SealedRecord, 'box'>, plain: Bytes) {
  const key = await dataKey(opened.rootKey, opened.header.key_id, bare.epoch)
  const record: SealedRecord = { ...bare, box: new Uint8Array() }
  return { ...record, box: await gcmSeal(key, bare.nonce, pad64(plain), aad(label, opened, record)) }
}

async function open(label: Label, opened: Opened, record: SealedRecord): Promise<Bytes | undefined> {
  const key = await dataKey(opened.rootKey, opened.header.key_id, record.epoch)
  const padded = await gcmOpen(key, record.nonce, record.box, aad(label, opened, record))
  return padded && unpad64(padded)
}

/** Seals one value: bytes as they are, `undefined` as a deletion, anything else as JSON text. */
export function sealRecord(
  opened: Opened,
  id: string,
  value: unknown,
  version: { rev: number; writer: Bytes },
  expires = 0,
): Promise<SealedRecord> {
  const kind = value === undefined ? 'gone' : value instanceof Uint8Array ? 'bytes' : 'json'
  const plain =
    value === undefined
      ? new Uint8Array()
      : value instanceof Uint8Array
        ? new Uint8Array(value)
        : new TextEncoder().encode(JSON.stringify(value))
  const { rev, writer } = version
  const bare = { id, rev, writer, epoch: opened.header.epoch, kind, expires, nonce: randomBytes(12) } as const
  return seal('kbve-locker/1/record', opened, bare, plain)
}

/** The value; `undefined` for a deletion; throws where the record does not open. */
export async function openRecord(opened: Opened, record: SealedRecord): Promise<unknown> {
  const plain = await open('kbve-locker/1/record', opened, record)
  if (!plain) throw new Error(`record ${record.id} does not open`)
  if (record.kind === 'bytes') return plain
  if (record.kind === 'json') return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain))
  if (plain.length !== 0) throw new Error(`deletion ${record.id} has a plaintext`)
  return undefined
}

export function sealRoot(opened: Opened, root: Root, writer: Bytes): Promise<SealedRecord> {
  const plain = new TextEncoder().encode(JSON.stringify({ ...root, sum: toBase64url(root.sum) }))
  const { epoch } = opened.header
  const bare = {
    id: 'root',
    rev: root.rev,
    writer,
    epoch,
    kind: 'json',
    expires: 0,
    nonce: randomBytes(12),
  } as const
  return seal('kbve-locker/1/root', opened, bare, plain)
}

export async function openRoot(opened: Opened, sealed: SealedRecord): Promise<Root> {
  const plain = await open('kbve-locker/1/root', opened, sealed)
  if (!plain) throw new Error('the root does not open')
  const root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain))
  return { ...root, sum: fromBase64url(root.sum) }
}

/** Σ HMAC-SHA-256(set key, canonical(id, rev, writer, expires)) mod 2^256, as 32 bytes big-endian. */
export async function setSum(opened: Opened, records: readonly SealedRecord[]): Promise<Bytes> {
  const key = await setKey(opened.rootKey, opened.header.key_id)
  let sum = 0n
  for (const { id, rev, writer, expires } of records) {
    const term = await hmac(key, canonical(id, rev, writer, expires))
    sum += term.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
  }
  const out = new Uint8Array(32)
  for (let i = 31; i >= 0; i--) {
    out[i] = Number(sum & 255n)
    sum >>= 8n
  }
  return out
}

/** The larger (rev, writer) wins, wherever and in whatever order. */
export function newer(a: SealedRecord, b: SealedRecord): boolean {
  if (a.rev !== b.rev) return a.rev > b.rev
  const at = a.writer.findIndex((byte, i) => byte !== b.writer[i])
  return at >= 0 && (a.writer[at] ?? 0) > (b.writer[at] ?? 0)
}
