/** The header as the JSON text in which it crosses the WASM boundary: bytes as base64url. */
import { fromBase64url, toBase64url } from './base64url.ts'
import { asHeader } from './checked.ts'
import { LockerError } from './errors.ts'
import type { Header, Slot } from './format.ts'

function withTexts(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toBase64url(value) : value
}

/** For a header, or a slot that is not complete yet. */
export function toJson(value: Header | Partial<Slot>): string {
  return JSON.stringify(value, withTexts)
}

const byteFields = new Set(['locker_id', 'key_id', 'id', 'salt', 'nonce', 'wrapped', 'mac'])

/** Reads what the core wrote. */
export function headerFromJson(json: string): Header {
  const value: unknown = JSON.parse(json, (key, field: unknown) =>
    byteFields.has(key) && typeof field === 'string' ? fromBase64url(field) : field,
  )
  const header = asHeader(value)
  if (header === undefined || header === 'unknown') {
    throw new LockerError(
      'unsupported_format',
      'The core made a header this package cannot read; install matching versions of both.',
    )
  }
  return header
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
