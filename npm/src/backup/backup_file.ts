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
  root: SealedRecord
  mac: Uint8Array<ArrayBuffer>
}

export const formatName = 'kbve-locker/1'
/** Bytes a backup may have. */
export const maxBytes = 268_435_456

const maxIdBytes = 512
/** One MiB, padded and sealed. */
const maxBox = (1_048_576 / 64 + 1) * 64 + 16

/** The file's text in pieces. `too_large` where nobody could read it again. */
export function backupText({ header, records, root, mac }: Backup): string[] {
  const pieces = [`{"format":"${formatName}","header":${toJson(header)},"records":[`]
  let length = 0
  for (const [i, record] of records.entries()) {
    const piece = (i > 0 ? ',' : '') + toJson(record)
    length += piece.length
    pieces.push(piece)
  }
  // Where large entries are kept in parts, `],"parts":[` and their records stand here.
  pieces.push(`],"root":${toJson(root)},"mac":"${toBase64url(mac)}"}`)
  if (length > maxBytes - 1_048_576) {
    throw new LockerError(
      'too_large',
      'The locker holds more than a backup can; delete large entries, or save them apart.',
    )
  }
  return pieces
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
  const { header, records, root, mac } = file
  // Where large entries are kept in parts, the list of those parts stands behind `records`, as a sixth member.
  if (Object.keys(file).length !== 5 || !isObject(header)) throw malformed('a member is missing.')
  const head = checkedHeader(core, header)
  if (!Array.isArray(records)) throw malformed('its records are not a list.')
  const list = records.map((record) => recordOf(record) ?? fail('a record in it is not one.'))
  if (new Set(list.map(({ id }) => id)).size !== list.length) throw malformed('it has a record twice.')
  const sealedRoot = recordOf(root)
  if (sealedRoot?.id !== 'root' || sealedRoot.kind !== 'json' || sealedRoot.expires !== 0)
    throw malformed('its root is not one.')
  const tag = bytesOf(mac)
  if (tag?.length !== 32) throw malformed('its mac is not one.')
  return { header: head, records: list, root: sealedRoot, mac: tag }
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

function recordOf(value: unknown): SealedRecord | undefined {
  if (!isObject(value) || Object.keys(value).length !== recordMembers) return undefined
  const { writer, nonce, box } = value
  const record = asRecord({ ...value, writer: bytesOf(writer), nonce: bytesOf(nonce), box: bytesOf(box) })
  if (!record || record.box.length > maxBox || /\p{Surrogate}/u.test(record.id)) return undefined
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
