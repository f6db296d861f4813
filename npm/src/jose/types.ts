/** The public types of tokens and keys, and the algorithms by name. */

/** Signature algorithms that are checked (RFC 7518 section 3.1, RFC 8037 section 3.1). `none` is not one. */
export const jwsAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'EdDSA',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const

/** One of them. */
export type JwsAlgorithm = (typeof jwsAlgorithms)[number]

/** A JSON Web Key (RFC 7517 section 4). */
export interface Jwk {
  readonly kty: string
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
  readonly [member: string]: unknown
}

/** A set of them (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly Jwk[]
}

/** A protected header (RFC 7515 section 4). Numbers beyond ±(2^53 − 1) are strings of their digits. */
export interface JoseHeader {
  readonly alg: string
  readonly kid?: string
  readonly typ?: string
  readonly cty?: string
  readonly crit?: readonly string[]
  readonly [member: string]: unknown
}

/** Claims (RFC 7519 section 4.1). Numbers beyond ±(2^53 − 1) are strings of their digits. */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [claim: string]: unknown
}

/** A token's two halves. */
export interface Jwt<C extends object = JwtClaims> {
  readonly header: JoseHeader
  readonly claims: C
}

/** What a signature is checked against. */
export interface JwsRules {
  /** The algorithms that are allowed (RFC 8725 section 3.1); the token's header only chooses among them. */
  readonly algorithms: readonly JwsAlgorithm[]
  /** Header extensions the caller itself understands and checks (RFC 7515 section 4.1.11). */
  readonly crit?: readonly string[]
  /** Bytes a token may have, up to 1,048,576; 65,536 if not said. */
  readonly maxBytes?: number
}

/** What a token is checked against. Whatever is left out is not asked. */
export interface JwtRules extends JwsRules {
  /** `iss` is this, or one of these (RFC 7519 section 4.1.1). */
  readonly issuer?: string | readonly string[]
  /** `aud` names this, or one of these (section 4.1.3). */
  readonly audience?: string | readonly string[]
  /** `sub` (section 4.1.2). */
  readonly subject?: string
  /** `typ` of the header (RFC 8725 section 3.11); either case, `application/` may be left out. */
  readonly typ?: string
  /** Whole seconds, up to 600, that clocks may differ; 0 if not said. */
  readonly clockTolerance?: number
  /** Whole seconds since `iat`, which then must be there. */
  readonly maxTokenAge?: number
  /** Claims that must be there, whatever they say. */
  readonly requiredClaims?: readonly string[]
}

export interface VerifyOptions extends JwtRules {
  /** Milliseconds since 1970; `Date.now()` if not said. */
  readonly now?: number
}
