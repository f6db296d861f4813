/** Whole lockers: written from nothing, opened with a secret, and a journal entry applied to one. */
import {
  deviceSlot,
  kindOf,
  macHolds,
  newHeader,
  openSlot,
  passphraseSlot,
  recoverySlot,
  type Secret,
  signed,
} from './header.ts'
import { floorCost } from './keys.ts'
import { newer, type Opened, openRecord, openRoot, sealRecord, sealRoot, setSum } from './record.ts'
import { type Bytes, type Disk, type Root, randomBytes, type SealedRecord, sameBytes } from './shapes.ts'

export interface Making {
  tenant: string
  name: string
  passphrase?: string
  cost?: { memory_kib: number; passes: number }
  /** A recovery code. */
  recovery?: string
  /** The key of a device slot, as it will lie in the store `keys`. */
  device?: CryptoKey
  values: Record<string, unknown>
  now?: number
}

export interface Made extends Opened {
  disk: Disk
  writer: Bytes
}

/** A locker nobody but this reference has ever touched. */
export async function makeLocker(making: Making): Promise<Made> {
  const now = making.now ?? Date.now()
  const rootKey = randomBytes(32)
  const writer = randomBytes(8)
  const header = newHeader(making.tenant, making.name, now)
  if (making.passphrase !== undefined) {
    header.slots.push(await passphraseSlot(header, rootKey, making.passphrase, making.cost ?? floorCost, now))
  }
  if (making.recovery) header.slots.push(await recoverySlot(header, rootKey, making.recovery, now))
  if (making.device) header.slots.push(await deviceSlot(header, rootKey, making.device, now))
  const opened = { header: await signed(header, rootKey), rootKey }
  const records: SealedRecord[] = []
  let rev = now * 1024
  for (const [id, value] of Object.entries(making.values)) {
    records.push(await sealRecord(opened, id, value, { rev: rev++, writer }))
  }
  return { ...opened, writer, disk: await withRoot(opened, records, writer) }
}

/** Header and records with a root that fits them. */
export async function withRoot(
  opened: Opened,
  records: SealedRecord[],
  writer: Bytes,
  rev = 1,
): Promise<Disk> {
  const root: Root = {
    rev,
    header_rev: opened.header.rev,
    sealed: records.length + 1,
    count: records.length,
    sum: await setSum(opened, records),
  }
  return { header: opened.header, root: await sealRoot(opened, root, writer), records }
}

export interface Read {
  opened: Opened
  macHolds: boolean
  root: Root
  rootHolds: boolean
  values: Map<string, unknown>
}

/** Opens a whole locker as format.md says and answers what it found; throws where nothing opens. */
export async function readLocker(disk: Disk, secret: Secret): Promise<Read> {
  if (disk.header.format !== 1) throw new Error(`format ${disk.header.format} is not known`)
  const kind = kindOf(secret)
  for (const slot of disk.header.slots) {
    if (slot.kind !== kind) continue
    const rootKey = await openSlot(disk.header, slot, secret)
    if (!rootKey) continue
    const opened = { header: disk.header, rootKey }
    const root = await openRoot(opened, disk.root)
    const values = new Map<string, unknown>()
    for (const record of disk.records) values.set(record.id, await openRecord(opened, record))
    const rootHolds =
      root.count === disk.records.length &&
      root.header_rev <= disk.header.rev &&
      sameBytes(root.sum, await setSum(opened, disk.records))
    return { opened, macHolds: await macHolds(disk.header, rootKey), root, rootHolds, values }
  }
  throw new Error('the secret opens no slot')
}

/** What a journal entry or a late entry does to a locker: the larger version stays. */
export async function applied(opened: Opened, disk: Disk, entry: { records: SealedRecord[] }, writer: Bytes) {
  const byId = new Map(disk.records.map((r) => [r.id, r]))
  for (const record of entry.records) {
    const old = byId.get(record.id)
    if (!old || newer(record, old)) byId.set(record.id, record)
  }
  const before = await openRoot(opened, disk.root)
  return withRoot(opened, [...byId.values()], writer, before.rev + 1)
}
