/** Signed tokens: read, and checked. */
import { LockerError } from '../errors.ts'
import { door } from './door.ts'
import { type KeySource, withKeys } from './keys.ts'
import { policyOf } from './rules.ts'
import type { JoseHeader, JwsRules, Jwt, JwtClaims, VerifyOptions } from './types.ts'

const defaultBytes = 65_536

export function checkToken(token: unknown): asserts token is string {
  if (typeof token !== 'string') throw new TypeError('A token is a text.')
}

function checkOptions(options: unknown, call: string): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${call} needs options, at least { algorithms: ['ES256'] } with those you expect.`)
  }
}

/**
 * Reads a JWT without checking anything but its form (RFC 7519 section 7.2, steps 1 to 6): what it says may be
 * anybody's word. Throws `jwt_malformed`, or `too_large` over `maxBytes` (65,536 if not said).
 */
export function decodeJwt<C extends object = JwtClaims>(
  token: string,
  options?: { maxBytes?: number },
): Jwt<C> {
  checkToken(token)
  const most = options?.maxBytes ?? defaultBytes
  if (token.length > most) {
    throw new LockerError(
      'too_large',
      'The token is over the size allowed for it; raise maxBytes if it is an honest one.',
      { field: 'token' },
    )
  }
  return door().decodeJwt(token)
}

/**
 * Checks a JWT, synchronously: signature, then claims (RFC 7519 section 7.2, RFC 8725). The token's header never
 * decides how it is checked: `algorithms` does, and a key works with one algorithm only.
 *
 * A JWK or JWKS given as an object is parsed once, so give a new object where its content has changed; a text or
 * bytes are parsed at every call, `joseKeys` spares that.
 *
 * Throws `jwt_malformed`, `too_large`, `jwt_crit_unsupported`, `jwt_alg_not_allowed`, `jwt_key_not_found`,
 * `jwt_key_unfit`, `jwt_signature_invalid`, `jwt_claim_invalid`, `jwt_expired`, `jwt_not_yet_valid`; and
 * `invalid_field` for an option that is not what it should be.
 */
export function verifyJwt<C extends object = JwtClaims>(
  token: string,
  keys: KeySource,
  options: VerifyOptions,
): Jwt<C> {
  checkToken(token)
  checkOptions(options, 'verifyJwt')
  const { now = Date.now(), ...rules } = options
  if (typeof now !== 'number') throw new TypeError('now is a number of milliseconds since 1970.')
  const policy = policyOf(rules)
  return withKeys(keys, (handle) => door().verifyJwt(token, handle, policy, now))
}

/** What a signature that holds was made over. */
export interface Jws {
  readonly header: JoseHeader
  readonly payload: Uint8Array<ArrayBuffer>
}

/**
 * Checks a JWS in compact form with any payload (RFC 7515 section 5.2). Detached and unencoded payloads (RFC 7797)
 * are not taken. Throws what `verifyJwt` throws about form, keys and signature.
 */
export function verifyJws(token: string, keys: KeySource, options: JwsRules): Jws {
  checkToken(token)
  checkOptions(options, 'verifyJws')
  const policy = policyOf(options)
  const { header, content } = withKeys(keys, (handle) => door().verifyJws(token, handle, policy))
  return { header: JSON.parse(header), payload: content }
}
