/** The header as the JSON text in which it crosses the WASM boundary: bytes as base64url. */
import { fromJson, toJson } from './base64url.ts'
import { asHeader } from './checked.ts'
import type { Core } from './core.ts'
import { LockerError, orThrow } from './errors.ts'
import type { Header } from './format.ts'

const byteFields = [
  'locker_id',
  'key_id',
  'id',
  'salt',
  'credential_id',
  'prf_salt',
  'nonce',
  'wrapped',
  'mac',
]

/** Reads what the core wrote. */
export function headerFromJson(json: string): Header {
  const header = asHeader(fromJson(json, byteFields))
  if (!header || header === 'unknown') throw newerFormat()
  return header
}

/** Lets the core check the whole header before any key exists, KDF costs too; what comes back is of its types. */
export function checkHeader(core: Core, header: Header): Header {
  let json: string
  try {
    json = toJson(header)
  } catch (cause) {
    throw damagedHeader(cause)
  }
  orThrow(core.module.checkHeader(json))
  return headerFromJson(json)
}

export function damagedHeader(cause?: unknown): LockerError {
  return new LockerError(
    'tampered',
    "The locker's header is damaged. Restore a backup, or destroy the locker to begin anew.",
    { cause },
  )
}

export function newerFormat(): LockerError {
  return new LockerError(
    'unsupported_format',
    'This locker was written by a newer version of the application; reload the page to get it. Nothing was touched.',
  )
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
