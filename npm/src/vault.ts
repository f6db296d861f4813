/**
 * An open vault of the core, with values instead of pointers. Every method is one call into WASM; nothing
 * here waits, so all of it may run inside an IndexedDB transaction.
 */
import { toJson } from './base64url.ts'
import { asHeader } from './checked.ts'
import { asError, type Failure, LockerError, lockedMeanwhile, orThrow, outOfMemory } from './errors.ts'
import type { Header, Member, SealedRecord } from './format.ts'
import { headerFromJson } from './header_json.ts'
import { Memory, PackedReader, PackedWriter, recordKinds, textBound } from './packed.ts'
import type { Vault as CoreVault, MainModule } from './wasm/locker.js'

/** A value to seal. */
export type PlainItem = { id: string; expires: number } & (
  | { kind: 'json' | 'parts'; text: string }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'gone' }
)

/** A sealed value, and its JSON text where the field's rules changed it. */
export interface Sealed {
  record: SealedRecord
  normalized?: string
}

/** What a record holds: a parsed value, bytes, `undefined` for a deletion and for what has expired and was swept; or
 *  it does not open. */
export type Opened = { opens: true; value: unknown } | { opens: false }

/** A change of the record set, as the root has to know it. */
export interface RootChange {
  id: string
  /** The version that lay there. */
  before?: Member
  /** The version that lies there now; none when it was removed. */
  after?: Member
}

export type RootCheck = 'ok' | 'records' | 'header' | Failure

const recordFrame = 2 + 8 + 8 + 4 + 1 + 8 + 12 + 4
const changeFrame = 2 + 1 + 8 + 8 + 8 + 8 + 8 + 8
/** WASM memory never shrinks: what is opened goes in by pieces of about this size, not all at once. */
const chunkBytes = 1 << 20

const noWriter = new Uint8Array(8)

/** An input area of up to this size stays where it is; a larger one is good for one call (`packed_door`). */
const keptInput = 131_072

export class OpenVault {
  readonly module: MainModule
  readonly #core: CoreVault
  /** What the plain exports are called with; the class of the core is for what is done once. */
  readonly handle: number
  #lastMemory: Memory
  /** Where the input goes, and how much of it has room there. */
  #input = 0
  #room = 0
  /** This tab, as every record it seals names it. */
  #self: SealedRecord['writer'] | undefined
  /** Of the newest header that was seen on the disk. */
  headerRev = 0
  now: () => number = Date.now
  #wiped = false

  constructor(module: MainModule, core: CoreVault) {
    this.module = module
    this.#core = core
    this.handle = core.handle()
    this.#lastMemory = new Memory(module.HEAPU8)
  }

  /** The core's vault itself, for what is done once: slots and header. */
  get core(): CoreVault {
    this.#mustLive()
    return this.#core
  }

  get header(): Header {
    return headerFromJson(this.core.header())
  }

  /** False when the header's mac does not hold. */
  get genuine(): boolean {
    return this.core.integrity === 'ok'
  }

  /** Goes on with a newer header, as another tab wrote it. What is none of this locker is left alone: what is open
   *  needs none. */
  follow(found: unknown): void {
    const header = asHeader(found)
    if (!header || header === 'unknown' || header.rev <= this.headerRev) return
    try {
      if (this.core.takeHeader(toJson(header)) === '') this.headerRev = header.rev
    } catch {
      // Not even a header's shape, or locked meanwhile.
    }
  }

  /** Seals all or nothing; throws what the rules of a field say. */
  seal(items: readonly PlainItem[], now: number): Sealed[] {
    let bound = 0
    const contents: (string | Uint8Array)[] = []
    for (const item of items) {
      const content = contentOf(item)
      contents.push(content)
      bound += 2 + textBound(item.id) + 1 + 8 + 4
      bound += typeof content === 'string' ? textBound(content) : content.length
    }
    const write = this.writer(bound)
    for (let i = 0; i < items.length; i++) {
      const { id, kind, expires } = items[i] as PlainItem
      const content = contents[i] as string | Uint8Array
      write.id(id)
      write.u8(recordKinds.indexOf(kind))
      write.f64(expires)
      if (typeof content === 'string') write.text(content)
      else {
        write.u32(content.length)
        write.bytes(content)
      }
    }
    const read = this.#reader(this.module._vault_seal(this.handle, items.length, write.length, now))
    this.#self ??= this.#core.writer()
    const self = this.#self
    const sealed: Sealed[] = []
    for (const { id } of items) {
      const record = readRecord(read, { id, writer: self })
      const length = read.u32()
      sealed.push(length === 0 ? { record } : { record, normalized: read.text(length) })
    }
    return sealed
  }

  /** Opens all, in as few calls as their size allows. `accumulate`: they count for `checkRoot`. */
  open(records: readonly SealedRecord[], accumulate = false): Opened[] {
    const opened: Opened[] = []
    for (const chunk of chunks(records)) opened.push(...this.openChunk(chunk, accumulate))
    return opened
  }

  /** Opens what one of `chunks()` holds, in one call. */
  openChunk(records: readonly SealedRecord[], accumulate: boolean): Opened[] {
    const packed = this.#pack(records)
    const read = this.#reader(
      this.module._vault_open(this.handle, records.length, packed, Number(accumulate)),
    )
    const status = read.bytes(records.length)
    const values = JSON.parse(read.text(read.u32())) as unknown[]
    const opened = Array.from(status, (kind, i): Opened => {
      if (kind === 3) {
        const { box, expires } = records[i] as SealedRecord
        return box.length === 0 && expires <= this.now()
          ? { opens: true, value: undefined }
          : { opens: false }
      }
      if (kind === 1) return { opens: true, value: read.bytes(read.u32()) }
      return { opens: true, value: kind === 0 ? values[i] : undefined }
    })
    read.wipe()
    return opened
  }

  /** Forgets what counts for `checkRoot`. */
  beginSum(): void {
    this.core.sumBegin()
  }

  /** Whether what was opened since `beginSum` is what the root knows. */
  checkRoot(root: SealedRecord): RootCheck {
    return this.core.checkRoot(this.#pack([root]))
  }

  /** A root for what was opened since `beginSum`. */
  newRoot(now: number): SealedRecord {
    this.#mustLive()
    return readRecord(this.#reader(this.module._vault_rebuild_root(this.handle, now)))
  }

  /** The root after these changes; a failure where the present one does not open. */
  nextRoot(root: SealedRecord, changes: readonly RootChange[], now: number): SealedRecord | Failure {
    let bound = packedBound(root)
    for (const change of changes) bound += changeFrame + textBound(change.id)
    const write = this.writer(bound)
    writeRecord(write, root)
    const rootBytes = write.length
    for (const { id, before, after } of changes) {
      write.id(id)
      write.u8(before ? 1 : 0)
      write.f64(before?.rev ?? 0)
      write.bytes(before?.writer ?? noWriter)
      write.f64(before?.expires ?? 0)
      write.f64(after?.rev ?? 0)
      write.bytes(after?.writer ?? noWriter)
      write.f64(after?.expires ?? 0)
    }
    const output = this.module._vault_apply_root(this.handle, rootBytes, changes.length, write.length, now)
    return output === 0 ? this.core.failure() : readRecord(this.#reader(output))
  }

  /** What one of `chunks()` holds of another vault of this locker, sealed for this one: ids and versions stay. They count
   *  for `newRoot`. */
  reseal(from: OpenVault, records: readonly SealedRecord[]): SealedRecord[] {
    const packed = this.#pack(records)
    const output = this.module._vault_reseal(this.handle, from.handle, records.length, packed)
    const read = this.#reader(output)
    return records.map(() => readRecord(read))
  }

  /** The key of cookies sealed in `epoch`, 0 for the present one. The caller wipes it. */
  cookieKey(epoch: number): Uint8Array<ArrayBuffer> {
    return orThrow(this.core.cookieKey(epoch)) as Uint8Array<ArrayBuffer>
  }

  /** What is sealed from now on comes after this. */
  observe(rev: number): void {
    this.core.observe(rev)
  }

  /** Keys zeroed; the vault is of no more use. */
  wipe(): void {
    if (this.#wiped) return
    this.#wiped = true
    this.#core.wipe()
    this.#core.delete()
  }

  // Memory may have grown in any call, and HEAPU8 is another object then: never used without a look.
  get #memory(): Memory {
    if (this.#lastMemory.bytes !== this.module.HEAPU8) this.#lastMemory = new Memory(this.module.HEAPU8)
    return this.#lastMemory
  }

  #mustLive(): void {
    if (this.#wiped) throw lockedMeanwhile()
  }

  /** Where the input of the next call goes, with room for this much. */
  writer(bytes: number): PackedWriter {
    this.#mustLive()
    if (bytes > this.#room) {
      this.#room = 0
      this.#input = this.module._vault_input(this.handle, bytes)
      if (this.#input === 0) throw outOfMemory()
      if (bytes <= keptInput) this.#room = bytes
    }
    return new PackedWriter(this.#memory, this.#input)
  }

  /** Puts records where the core finds them; how many bytes they are. */
  #pack(records: readonly SealedRecord[]): number {
    let bound = 0
    for (const record of records) bound += packedBound(record)
    const write = this.writer(bound)
    for (const record of records) writeRecord(write, record)
    return write.length
  }

  #reader(output: number): PackedReader {
    if (output === 0) throw asError(this.#core.failure())
    return new PackedReader(this.#memory, output)
  }
}

/** No value is larger; the core says so too, but for that it would have to take it in first. */
const maxValueBytes = 1 << 20
/** From here on the exact length is worth an encoding of its own: WASM memory never shrinks. */
const shortText = 4096

function contentOf(item: PlainItem): string | Uint8Array {
  if (item.kind === 'gone') return ''
  const content = item.kind === 'bytes' ? item.bytes : item.text
  if (content.length > maxValueBytes) {
    const field = item.id.slice(item.id.indexOf('/') + 1)
    throw new LockerError('too_large', `"${field}" may have 1 MiB at most; store it in parts.`, { field })
  }
  return typeof content === 'string' && content.length > shortText
    ? new TextEncoder().encode(content)
    : content
}

/** A vault from one of the core's constructors. */
export function opened(module: MainModule, made: CoreVault | Failure): OpenVault {
  return new OpenVault(module, orThrow(made))
}

/** Pieces of about one MiB; a larger record is a piece by itself. */
export function* chunks(records: readonly SealedRecord[]): Generator<readonly SealedRecord[]> {
  let start = 0
  let bytes = 0
  for (const [i, record] of records.entries()) {
    const size = packedBound(record)
    if (i > start && bytes + size > chunkBytes) {
      yield records.slice(start, i)
      start = i
      bytes = 0
    }
    bytes += size
  }
  if (start < records.length) yield records.slice(start)
}

function packedBound(record: SealedRecord): number {
  return recordFrame + textBound(record.id) + record.box.length
}

function writeRecord(write: PackedWriter, record: SealedRecord): void {
  write.id(record.id)
  write.f64(record.rev)
  write.bytes(record.writer)
  write.u32(record.epoch)
  write.u8(recordKinds.indexOf(record.kind))
  write.f64(record.expires)
  write.bytes(record.nonce)
  write.u32(record.box.length)
  write.bytes(record.box)
}

/** `known`: what need not be read because it is there already. */
function readRecord(read: PackedReader, known?: Pick<SealedRecord, 'id' | 'writer'>): SealedRecord {
  return {
    id: known ? read.skip(read.u16(), known.id) : read.text(read.u16()),
    rev: read.f64(),
    writer: known ? read.skip(8, known.writer) : read.bytes(8),
    epoch: read.u32(),
    kind: recordKinds[read.u8()] ?? 'gone',
    expires: read.f64(),
    nonce: read.bytes(12),
    box: read.bytes(read.u32()),
  }
}
