/** The header as the JSON text in which it crosses the WASM boundary: bytes as base64url. */
import { fromJson } from './base64url.ts'
import { asHeader } from './checked.ts'
import { LockerError } from './errors.ts'
import type { Header } from './format.ts'

const byteFields = ['locker_id', 'key_id', 'id', 'salt', 'nonce', 'wrapped', 'mac']

/** Reads what the core wrote. */
export function headerFromJson(json: string): Header {
  const header = asHeader(fromJson(json, byteFields))
  if (header !== undefined && header !== 'unknown') return header
  throw new LockerError(
    'unsupported_format',
    'The core made a header this package cannot read; install matching versions of both.',
  )
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
