/** `entries.store`, `.load` and `.info`: values of up to 64 MiB, kept in sealed parts beside the records. */
import { rootAfter } from './apply.ts'
import { toBase64url } from './base64url.ts'
import { asRecord } from './checked.ts'
import { checkedId, expiry } from './entries.ts'
import { abortedError, LockerError } from './errors.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { OpenLocker } from './open_locker.ts'
import { PartCipher } from './part_cipher.ts'
import { asManifest, type Manifest, mostBytes, partId, partIds } from './parts.ts'
import { serialize } from './serialize.ts'
import { type PartStore, partsNote, type Snapshot } from './storage/storage.ts'
import type { EntryInfo, LoadOptions, StoreOptions } from './types.ts'
import type { PlainItem, RootChange } from './vault.ts'

/** What one record can hold. */
const partBytes = 1 << 20
/** Bytes and JSON up to here are entries like those of `put`: sealing them takes less than asking WebCrypto. */
const largeFrom = 65_536

export async function store(
  life: Lifecycle,
  name: string,
  value: unknown,
  options: StoreOptions = {},
): Promise<void> {
  const id = checkedId(name)
  const { expiresIn, signal, onProgress } = checked(options)
  const open = life.writable()
  const { now } = open.changing
  const expires = expiry(expiresIn, now())
  const source = sourceOf(value, name)
  const { kind, size, type = '', small } = source
  if (size > mostBytes) {
    const message = `"${name}" has ${size} bytes, and a locker's entry at most 64 MiB; store it in several entries.`
    throw new LockerError('too_large', message, { field: name })
  }
  mustGoOn(signal)
  if (small && size <= largeFrom) {
    await open.replace(id, () => ({ ...small, id, expires }), 'strict')
    onProgress?.({ done: size, total: size })
    return
  }
  const manifest: Manifest = {
    id: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    kind,
    size,
    part: partBytes,
    count: Math.ceil(size / partBytes),
    ...(type === '' ? {} : { type }),
  }
  const parts = await partsOf(open)
  const { storage, name: locker } = life.ports
  storage.notes.set(partsNote(locker), '1')
  await countSeals(open, manifest.count)
  let named = false
  try {
    await writeParts(open, parts, manifest, source, { expires, signal, onProgress })
    const item: PlainItem = { id, expires, kind: 'parts', text: JSON.stringify(manifest) }
    named = true
    await open.replace(id, () => item, 'strict')
  } catch (error) {
    // Where this fails, too, they are taken away at a later unlocking.
    await (named ? removeUnnamed(open, parts, id, manifest) : parts.remove(partIds(manifest))).catch(() => {})
    throw error
  }
}

export async function load(life: Lifecycle, name: string, options: LoadOptions = {}): Promise<unknown> {
  const id = checkedId(name)
  const { signal, onProgress } = checked(options)
  const open = life.writable()
  for (;;) {
    mustGoOn(signal)
    const value = open.values.visible(id)
    if (open.values.kind(id) !== 'parts' || value === undefined) {
      return value instanceof Uint8Array ? value.slice() : value
    }
    const manifest = asManifest(value)
    const read = manifest && (await readParts(open, manifest, signal, onProgress))
    if (read !== undefined) return read
    // Another tab may have replaced it while it was being read.
    await open.refresh([id])
    if (open.values.visible(id) === value) throw incomplete(name)
  }
}

export function info(life: Lifecycle, name: string): EntryInfo | undefined {
  const id = checkedId(name)
  const { values } = life.writable()
  const value = values.visible(id)
  if (value === undefined) return undefined
  if (values.kind(id) === 'parts') {
    const { kind, size, type } = asManifest(value) ?? { kind: 'bytes', size: 0 }
    return { kind, size, large: true, ...(type === undefined ? {} : { type }) }
  }
  if (value instanceof Uint8Array) return { kind: 'bytes', size: value.length, large: false }
  return { kind: 'json', size: new TextEncoder().encode(JSON.stringify(value)).length, large: false }
}

// Storing

/** After a transaction that failed. Where the connection was lost it may have been written all the same. */
async function removeUnnamed(
  open: OpenLocker,
  parts: PartStore,
  id: string,
  manifest: Manifest,
): Promise<void> {
  const { session, vault } = open.reader
  const there = asRecord((await session.load([id])).records.get(id), id)
  const [opened] = there ? vault.open([there]) : []
  if (there && !opened?.opens) return
  if (opened?.opens && asManifest(opened.value)?.id === manifest.id) return
  await parts.remove(partIds(manifest))
}

interface Source {
  kind: Manifest['kind']
  size: number
  type?: string
  part(start: number, end: number): Promise<Uint8Array> | Uint8Array
  /** As one record would hold it; a `Blob` never is. */
  small?: { kind: 'bytes'; bytes: Uint8Array } | { kind: 'json'; text: string }
}

function sourceOf(value: unknown, name: string): Source {
  if (value instanceof Blob) return blobSource(value, name)
  if (value instanceof Uint8Array) {
    // A large one is not copied: three copies of it are what it may take, and sealing and writing take two.
    return bytesSource('bytes', value, { kind: 'bytes', bytes: value.slice(0, largeFrom) })
  }
  const text = serialize(value, name)
  return bytesSource('json', new TextEncoder().encode(text), { kind: 'json', text })
}

function bytesSource(kind: Source['kind'], bytes: Uint8Array, small: NonNullable<Source['small']>): Source {
  return { kind, size: bytes.length, part: (start, end) => bytes.subarray(start, end), small }
}

function blobSource(blob: Blob, name: string): Source {
  const { size, type } = blob
  return {
    kind: 'blob',
    size,
    type,
    async part(start, end) {
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer())
      } catch (cause) {
        const message = `"${name}" could not be read to its end; the file was changed or removed. Choose it again.`
        throw new LockerError('not_serializable', message, { field: name, cause })
      }
    },
  }
}

/** Seals under a key are limited, and the root counts them. These are counted before the first is made: a part counts
 *  like a record that came and went. */
export async function countSeals(open: OpenLocker, count: number): Promise<void> {
  if (count === 0) return
  const seal = { rev: 1, writer: new Uint8Array(8), expires: 0 }
  const changes = Array.from({ length: count }).flatMap((): RootChange[] => [
    { id: 'part', after: seal },
    { id: 'part', before: seal },
  ])
  await open.changing.session.transact([], (found: Snapshot) => {
    const { check, vault, now } = open.changing
    check(found.header)
    const root = rootAfter(found.root, changes, vault, now())
    return root && { root }
  })
}

interface Writing {
  expires: number
  signal: AbortSignal | undefined
  onProgress: StoreOptions['onProgress']
}

async function writeParts(
  open: OpenLocker,
  parts: PartStore,
  { id, size, count }: Manifest,
  source: Source,
  { expires, signal, onProgress }: Writing,
): Promise<void> {
  const cipher = new PartCipher(open.changing.vault)
  let written = Promise.resolve()
  try {
    for (let n = 0; n < count; n++) {
      const start = n * partBytes
      const end = Math.min(start + partBytes, size)
      const bytes = await source.part(start, end)
      mustGoOn(signal)
      // Throws where the locker was locked meanwhile.
      const sealed = await cipher.seal(partId(id, n), bytes, expires, open.changing.now())
      // One is written while the next is sealed, and never more: they are large.
      await written
      mustGoOn(signal)
      written = parts.put(sealed).then(() => onProgress?.({ done: end, total: size }))
      // Waited for below; a failure of it must not look like one that nobody handles.
      written.catch(() => {})
    }
  } finally {
    await written.catch(() => {})
  }
  await written
  if (count === 0) onProgress?.({ done: 0, total: 0 })
  mustGoOn(signal)
}

// Loading

/** The value, or `undefined` where a part is missing or does not open. */
async function readParts(
  open: OpenLocker,
  { id, kind, size, part, count, type = '' }: Manifest,
  signal: AbortSignal | undefined,
  onProgress: LoadOptions['onProgress'],
): Promise<unknown> {
  const parts = await partsOf(open)
  const cipher = new PartCipher(open.reader.vault)
  const into = collector(kind, size, type)
  for (let n = 0; n < count; n++) {
    const record = asRecord(await parts.get(partId(id, n)), partId(id, n))
    mustGoOn(signal)
    // Throws where the locker was locked meanwhile.
    const bytes = open.reader && record && (await cipher.open(record))
    const start = n * part
    if (!record || bytes?.length !== Math.min(part, size - start)) return undefined
    const done = start + bytes.length
    into.add(bytes)
    mustGoOn(signal)
    onProgress?.({ done, total: size })
  }
  if (count === 0) onProgress?.({ done: 0, total: 0 })
  return into.value()
}

interface Collector {
  add(bytes: Uint8Array<ArrayBuffer>): void
  value(): unknown
}

/** Puts a value together again, holding no more of it twice than one part. */
function collector(kind: Manifest['kind'], size: number, type: string): Collector {
  if (kind === 'bytes') {
    const pieces: Uint8Array[] = []
    return { add: (bytes) => void pieces.push(bytes), value: () => joined(pieces, size) }
  }
  if (kind === 'blob') {
    const pieces: Blob[] = []
    return { add: (bytes) => void pieces.push(new Blob([bytes])), value: () => new Blob(pieces, { type }) }
  }
  const decoder = new TextDecoder()
  let text = ''
  return {
    add(bytes) {
      text += decoder.decode(bytes, { stream: true })
    },
    value: () => JSON.parse(text + decoder.decode()),
  }
}

/** A page of the whole takes memory when it is first written to, and by then the piece before it has given up its own. */
function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
    const buffer = piece.buffer as { transfer?: (length: number) => unknown }
    buffer.transfer?.(0)
  }
  return whole
}

// Both

export async function partsOf(open: OpenLocker): Promise<PartStore> {
  const parts = await open.reader.session.parts?.()
  if (parts) return parts
  throw new LockerError(
    'unsupported',
    "This locker's storage has no place for large values; give createLocker one whose sessions have parts().",
  )
}

function checked<T extends LoadOptions>(options: T): T {
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function')
    throw new TypeError('onProgress is a function.')
  return options
}

function mustGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal)
}

function incomplete(name: string): LockerError {
  const message = `Parts of "${name}" are missing or were changed. Store it again, or restore a backup.`
  return new LockerError('tampered', message, { field: name })
}
