/** Sealed tokens: JWE in compact form (RFC 7516) with `dir` and A256GCM. */
import { door } from './door.ts'
import { type KeySource, withKeys } from './keys.ts'
import { checkToken } from './tokens.ts'
import type { JoseHeader } from './types.ts'

/** What was sealed. */
export interface OpenedJwe {
  readonly header: JoseHeader
  readonly plaintext: Uint8Array<ArrayBuffer>
}

/**
 * Seals bytes, or a text as UTF-8, under a secret of 32 bytes. `header` adds protected members, such as `typ` and
 * `cty`; the key's `kid` is put in unless it has one. Throws `jwe_malformed` for a member that is not for the
 * caller to set, `jwt_key_unfit`, `jwt_key_not_found`, `too_large`.
 */
export function sealJwe(
  plaintext: string | Uint8Array,
  key: KeySource,
  options: { header?: Readonly<Record<string, unknown>> } = {},
): string {
  const { header } = options
  const members = header === undefined ? '' : JSON.stringify(header)
  if (plaintext instanceof Uint8Array) {
    return withKeys(key, (handle) => door().sealJwe(plaintext, members, handle))
  }
  if (typeof plaintext !== 'string' || /\p{Surrogate}/u.test(plaintext)) {
    throw new TypeError('What is sealed is a Uint8Array, or a text in well-formed Unicode.')
  }
  const bytes = new TextEncoder().encode(plaintext)
  try {
    return withKeys(key, (handle) => door().sealJwe(bytes, members, handle))
  } finally {
    bytes.fill(0)
  }
}

/**
 * Opens a JWE. Every `alg` but `dir`, every `enc` but A256GCM, `zip` and `crit` are `jwe_malformed` with the member as
 * field, before any work is done; `jwe_open_failed` when it was changed or sealed with another key.
 */
export function openJwe(token: string, key: KeySource): OpenedJwe {
  checkToken(token)
  const { header, content } = withKeys(key, (handle) => door().openJwe(token, handle))
  return { header: JSON.parse(header), plaintext: content }
}
