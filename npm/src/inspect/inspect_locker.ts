/** `inspectLocker`: a locker as tables, open or not, without a key. */
import { toBase64url } from '../base64url.ts'
import { asEntry, asHeader, asRecord } from '../checked.ts'
import { LockerError } from '../errors.ts'
import type { Header, SealedRecord, Slot } from '../format.ts'
import { insideOf } from '../inside.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { kbveLocker } from '../profile.ts'
import { databaseName, type StorageSession } from '../storage/storage.ts'
import type { Locker } from '../types.ts'
import { hex } from './hex.ts'
import { journalsBeside } from './journals.ts'
import { inspectionMark } from './mark.ts'
import { sealedCookies } from './sealed_cookies.ts'
import type {
  InspectedHeader,
  InspectedJournal,
  InspectedRecord,
  InspectedSlot,
  InspectedWitness,
  LockerInspection,
} from './types.ts'

/** Where else to look. */
export interface InspectOptions {
  /** What `document.cookie` would give; the page's own cookies if not said. */
  cookies?: string
}

/**
 * What lies on the disk of this locker and what this tab knows of it: ids, versions, sizes, dates, keyslots, never a
 * value and never a key. It reads; it writes nothing, and needs no secret. Like every method of a locker it starts
 * opening it. Rejects only for what is no locker; a disk that cannot be read is told in `unread`.
 */
export async function inspectLocker<P extends kbveLocker>(
  locker: Locker<P>,
  options: InspectOptions = {},
): Promise<LockerInspection> {
  const life = insideOf(locker)
  if (!life)
    throw new TypeError(
      'inspectLocker takes a locker that createLocker of the same copy of @kbve/locker made.',
    )
  await life.ready
  const { name, tenant } = life.ports.name
  const found = await readDisk(life)
  const { header, ...disk } = found
  const cookies = options.cookies ?? pageCookies()
  const inspection: LockerInspection = {
    at: new Date(life.ports.now()),
    tenant,
    name,
    database: databaseName(life.ports.name),
    status: life.status,
    ...(header ? { header: headerOf(header) } : {}),
    ...disk,
    ...witnessOf(life, header, disk.root?.rev),
    cookies: header ? sealedCookies(cookies, header.key_id) : [],
    mirrored: life.ports.mirror,
  }
  return Object.freeze(Object.defineProperty(inspection, inspectionMark, { value: true }))
}

/** What of it is read from the disk. */
type OnDisk = Pick<
  LockerInspection,
  'unread' | 'slots' | 'root' | 'records' | 'parts' | 'journals' | 'attempts'
> & { header?: Header }

const nothing: OnDisk = { slots: [], records: [], parts: 0, journals: [] }

async function readDisk(life: Lifecycle): Promise<OnDisk> {
  // Of one that is not there nothing is to be read, and opening its databases would make them.
  if (!life.lives || life.status.state === 'absent') return nothing
  try {
    return await readSession(life, await life.opener.session())
  } catch (error) {
    if (!(error instanceof LockerError)) throw error
    return { ...nothing, unread: error.code }
  }
}

async function readSession(life: Lifecycle, session: StorageSession): Promise<OnDisk> {
  const found = await session.load('all')
  const { damaged } = life.status
  const here = writerOf(life)
  const row = (record: SealedRecord) => recordOf(record, here, damaged.includes(record.id))
  const records: InspectedRecord[] = []
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    // What is not even shaped like a record is shown by its id, and as damaged.
    records.push(record ? row(record) : { ...recordOf(shapeless(id), here, true), bytes: 0 })
  }
  const root = asRecord(found.root, 'root')
  const header = asHeader(found.header)
  const known = header && header !== 'unknown' ? header : undefined
  return {
    ...(known ? { header: known } : {}),
    slots: known ? await slotsOf(known, session) : [],
    ...(root ? { root: row(root) } : {}),
    records: records.sort((a, b) => (a.id < b.id ? -1 : 1)),
    parts: (await (await session.parts?.())?.ids())?.length ?? 0,
    journals: await journalsOf(life, session, row),
    ...attemptsOf(found.attempts),
  }
}

const noBytes = new Uint8Array()

function shapeless(id: string): SealedRecord {
  return { id, rev: 0, writer: noBytes, epoch: 0, kind: 'json', expires: 0, nonce: noBytes, box: noBytes }
}

export function recordOf(record: SealedRecord, here: string, damaged: boolean): InspectedRecord {
  const { id, kind, rev, epoch, expires, box } = record
  const writer = hex(record.writer)
  return Object.freeze({
    id,
    kind,
    rev,
    sealed: new Date(Math.floor(rev / 1024)),
    writer,
    here: writer === here,
    epoch,
    bytes: box.length,
    ...(expires > 0 ? { expires: new Date(expires) } : {}),
    damaged,
  })
}

/** As whom this tab seals, while the locker is open. */
export function writerOf(life: Lifecycle): string {
  try {
    const { open } = life
    return open ? hex(open.reader.vault.core.writer()) : ''
  } catch {
    // Locked in this very moment.
    return ''
  }
}

function headerOf({ format, rev, locker_id, key_id, created, epoch, slots }: Header): InspectedHeader {
  return {
    format,
    rev,
    lockerId: hex(locker_id),
    keyId: hex(key_id),
    created: new Date(created),
    epoch,
    slots: slots.length,
  }
}

async function slotsOf({ slots }: Header, session: StorageSession): Promise<InspectedSlot[]> {
  return Promise.all(
    slots.map(async (slot) => {
      const id = toBase64url(slot.id)
      const { kind, label, created } = slot
      const row = {
        id,
        kind,
        label,
        created: new Date(created),
        kdf: kdfOf(slot),
        bytes: slot.wrapped.length,
      }
      if (kind !== 'device') return row
      const key = await session.key(`device/${id}`)
      return { ...row, key: key ? (key.extractable ? 'extractable' : 'not extractable') : 'absent' } as const
    }),
  )
}

function kdfOf({ kind, kdf }: Slot): string {
  if (kdf.alg === 'argon2id13')
    return `Argon2id, ${kdf.memory_kib / 1024} MiB, ${kdf.passes} passes, ${kdf.lanes} lane`
  if (kdf.alg === 'webcrypto-a256gcm') return 'AES-256-GCM by a key of this browser'
  return kind === 'passkey' ? `HKDF-SHA-256 of what a passkey gives` : 'HKDF-SHA-256 of 128 random bits'
}

async function journalsOf(
  life: Lifecycle,
  session: StorageSession,
  row: (record: SealedRecord) => InspectedRecord,
): Promise<InspectedJournal[]> {
  const pending = session.pending().flatMap(({ records }) => records)
  const own: InspectedJournal[] =
    pending.length > 0 ? [{ name: 'this tab, not applied yet', records: pending.map(row) }] : []
  const seen = new Set(pending.map(({ id, rev, writer }) => `${id} ${rev} ${hex(writer)}`))
  const beside = await journalsBeside(databaseName(life.ports.name))
  for (const { name, entries } of beside) {
    const records = entries.flatMap((entry) => {
      const checked = asEntry(entry)
      return 'records' in checked ? checked.records : []
    })
    const others = records.filter(({ id, rev, writer }) => !seen.has(`${id} ${rev} ${hex(writer)}`))
    if (others.length > 0) own.push({ name, records: others.map(row) })
  }
  return own
}

function attemptsOf(found: unknown): Pick<LockerInspection, 'attempts'> {
  const { failed, last, until } = (found ?? {}) as Record<string, unknown>
  if (typeof failed !== 'number' || typeof last !== 'number' || typeof until !== 'number') return {}
  return { attempts: { failed, last: new Date(last), until: new Date(until) } }
}

function witnessOf(
  { opener }: Lifecycle,
  header: Header | undefined,
  root: number | undefined,
): { witness?: InspectedWitness } {
  const said = opener.witness.read()
  if (!said) return {}
  const { root_rev: rootRev, rolled_back = false, locker_id } = said
  const place = () => {
    if (!header || root === undefined) return 'absent'
    if (locker_id !== toBase64url(header.locker_id)) return 'other'
    return root === rootRev ? 'level' : root > rootRev ? 'ahead' : 'behind'
  }
  return { witness: { rootRev, root: place(), rolledBack: rolled_back } }
}

function pageCookies(): string {
  try {
    return typeof document === 'undefined' ? '' : document.cookie
  } catch {
    // A sandboxed frame has none, and throws.
    return ''
  }
}
