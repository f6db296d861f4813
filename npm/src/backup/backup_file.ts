/** A backup as a file (locker format 1, "Backup"): UTF-8 JSON with bytes as base64url, read as strictly as the core does. */
import { fromBase64url, toBase64url, toJson } from '../base64url.ts'
import { asRecord } from '../checked.ts'
import type { Core } from '../core.ts'
import { LockerError } from '../errors.ts'
import type { Header, SealedRecord } from '../format.ts'
import { checkHeader } from '../header_json.ts'

/** What a backup holds: everything as it lies on the disk, but for device slots. */
export interface Backup {
  header: Header
  /** Deletions too; no id twice. */
  records: readonly SealedRecord[]
  /** Of large values, manifest by manifest in the order of `records`. The file has this member only where it has one. */
  parts: PartRecords
  root: SealedRecord
  mac: Uint8Array<ArrayBuffer>
}

/** Records that may be made anew each time they are gone through, because all at once they are large. */
export type PartRecords = Iterable<SealedRecord> & { readonly length: number }

export const formatName = 'kbve-locker/1'
/** Bytes a backup may have. */
export const maxBytes = 268_435_456

const maxIdBytes = 512
/** One MiB, padded and sealed. */
const maxBox = (1_048_576 / 64 + 1) * 64 + 16

/** The file's text in pieces. `too_large` where nobody could read it again. `partTexts`: the parts, where they are texts
 *  already. */
export function backupText(
  { header, records, parts, root, mac }: Backup,
  partTexts: Iterable<string> = Array.from(parts, toJson),
): string[] {
  const pieces = [`{"format":"${formatName}","header":${toJson(header)},"records":[`]
  let length = 0
  for (const [i, record] of records.entries()) {
    const piece = (i > 0 ? ',' : '') + toJson(record)
    length += piece.length
    pieces.push(piece)
  }
  let between = '],"parts":['
  for (const piece of partTexts) {
    length += between.length + piece.length
    pieces.push(between, piece)
    between = ','
  }
  pieces.push(`],"root":${toJson(root)},"mac":"${toBase64url(mac)}"}`)
  mustFit(length)
  return pieces
}

/** Throws where records and parts have more characters than a backup has room for. */
export function mustFit(length: number): void {
  if (length <= maxBytes - 1_048_576) return
  throw new LockerError(
    'too_large',
    'The locker holds more than a backup can; delete large entries, or save them apart.',
  )
}

/** The file as text. `too_large` before anything of it is read. */
export async function textOf(file: unknown): Promise<string> {
  if (typeof file === 'string') {
    if (file.length > maxBytes) throw tooLarge()
    return file
  }
  const source = file instanceof Uint8Array || file instanceof ArrayBuffer ? file : undefined
  if (!source && !(typeof Blob !== 'undefined' && file instanceof Blob)) {
    throw new TypeError(
      'A backup is given as a Blob (a File is one), an ArrayBuffer, a Uint8Array or a text.',
    )
  }
  if ((source?.byteLength ?? (file as Blob).size) > maxBytes) throw tooLarge()
  const bytes = source ?? (await (file as Blob).arrayBuffer())
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed('it is no UTF-8 text.', cause)
  }
}

/** Reads the text of a backup. Rejected are: `too_large`, `tampered` for what is none or not a whole one,
 *  `unsupported_format`, `kdf_out_of_range`. Neither mac is checked: that needs a key. */
export function readBackup(core: Core, text: string): Backup {
  if (text.length > maxBytes) throw tooLarge()
  const file = parsed(text)
  if (!isObject(file)) throw malformed('it is not one JSON object.')
  if (typeof file.format !== 'string') throw malformed('it does not say its format.')
  if (file.format !== formatName) {
    throw new LockerError(
      'unsupported_format',
      'The backup was written in a format this version does not know, and nothing was touched; open it with the version that wrote it.',
    )
  }
  const { header, records, parts, root, mac } = file
  const count = Object.hasOwn(file, 'parts') ? 6 : 5
  if (Object.keys(file).length !== count || !isObject(header)) throw malformed('a member is missing.')
  const head = checkedHeader(core, header)
  const list = listOf(records)
  const pieces = count === 6 ? listOf(parts) : []
  if (count === 6 && (pieces.length === 0 || !pieces.every(isPart)))
    throw malformed('its parts of large entries are none.')
  const sealedRoot = recordOf(root)
  if (sealedRoot?.id !== 'root' || sealedRoot.kind !== 'json' || sealedRoot.expires !== 0)
    throw malformed('its root is not one.')
  const tag = bytesOf(mac)
  if (tag?.length !== 32) throw malformed('its mac is not one.')
  return { header: head, records: list, parts: pieces, root: sealedRoot, mac: tag }
}

type Members = Record<string, unknown>

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The header is the core's to check; it comes back with its members in the format's order. */
function checkedHeader(core: Core, header: Members): Header {
  // Its bytes are base64url already, which is how they cross into the core.
  return checkHeader(core, header as unknown as Header)
}

const recordMembers = 8

function listOf(records: unknown): SealedRecord[] {
  if (!Array.isArray(records)) throw malformed('its records are not a list.')
  const list = records.map((record) => recordOf(record) ?? fail('a record in it is not one.'))
  if (new Set(list.map(({ id }) => id)).size !== list.length) throw malformed('it has a record twice.')
  return list
}

function isPart({ id, kind }: SealedRecord): boolean {
  return id.startsWith('part/') && kind === 'bytes'
}

export function recordOf(value: unknown): SealedRecord | undefined {
  if (!isObject(value) || Object.keys(value).length !== recordMembers) return undefined
  const { writer, nonce, box } = value
  const record = asRecord({ ...value, writer: bytesOf(writer), nonce: bytesOf(nonce), box: bytesOf(box) })
  // What has expired and was swept has no box, and is in no backup.
  if (!record || record.box.length === 0 || record.box.length > maxBox || /\p{Surrogate}/u.test(record.id))
    return undefined
  return new TextEncoder().encode(record.id).length > maxIdBytes ? undefined : record
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  return typeof value === 'string' ? fromBase64url(value) : undefined
}

/**
 * The value that a text is, where the core's reader would take it too: it refuses a member named twice. It also looks
 * before it builds, because a text of very many empty lists would take many times its size.
 */
function parsed(text: string): unknown {
  try {
    // What is left when all texts are taken out.
    const bare = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '"')
    if (bare.replaceAll(/[^[{]/g, '').length > 16 + text.length / 64) return undefined
    let value: unknown = JSON.parse(text)
    if (/[^\s\d{}[\],:"]/.test(bare)) value = JSON.parse(withoutOddNumbers(text))
    return membersIn(value) === bare.replaceAll(/[^:]/g, '').length ? value : undefined
  } catch {
    return undefined
  }
}

/** `JSON.parse` makes 1 of 1.0 and 1e0, which the format does not; so each becomes a number that is never one of its own. */
function withoutOddNumbers(text: string): string {
  return text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
    /^("|\d+$)/.test(token) ? token : '0.5',
  )
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, child) => sum + membersIn(child), own)
}

function malformed(what: string, cause?: unknown): LockerError {
  const message = `This is not a whole backup of a locker: ${what} Use another copy of the file; nothing was changed.`
  return new LockerError('tampered', message, { cause })
}

function fail(what: string): never {
  throw malformed(what)
}

function tooLarge(): LockerError {
  return new LockerError(
    'too_large',
    'A backup has 256 MiB at most, and this file has more: it is none. Choose another file.',
  )
}
