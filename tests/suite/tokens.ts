/** Tokens to check, signed by jose, and what is said when one is refused. */
import { type JwsAlgorithm, LockerError, loadJose } from '@kbve/locker/jose'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** Milliseconds since 1970 that all tokens here are about. */
export const now = 1_800_000_000_000
export const seconds = now / 1000

export const secret = Uint8Array.from({ length: 64 }, (_, i) => i * 3 + 1)

/** Base64url of a text or of JSON. */
export function part(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return bytesPart(new TextEncoder().encode(text))
}

/** A JWT with any header and any claims at all, signed with `secret`. */
export async function signed(claims: unknown, header: unknown = { alg: 'HS256' }): Promise<string> {
  const text = `${part(header)}.${part(claims)}`
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign'])
  const tag = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text)))
  return `${text}.${bytesPart(tag)}`
}

export function bytesPart(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Loads the core, then runs; what throws must be a `LockerError` of this code about this field. */
export async function refused(
  code: string,
  field: string | undefined,
  body: () => unknown,
): Promise<LockerError> {
  await loadJose()
  let error: unknown
  try {
    await body()
  } catch (thrown) {
    error = thrown
  }
  expect(error, `nothing was thrown where ${code} should be`).to.be.instanceOf(LockerError)
  expect((error as LockerError).code, (error as LockerError).message).to.equal(code)
  expect((error as LockerError).field).to.equal(field)
  expect((error as LockerError).message).to.match(/^[A-Z].*\.$/)
  return error as LockerError
}

export interface Signer {
  readonly jwk: JWK
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

/** A fresh key pair of jose's; the public part as JWK without `alg`. */
export async function signer(alg: JwsAlgorithm, kid?: string): Promise<Signer> {
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  const jwk = { ...(await exportJWK(pair.publicKey)), ...(kid ? { kid } : {}) }
  return {
    jwk,
    sign: (claims, header = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, ...(kid ? { kid } : {}), ...header })
        .sign(pair.privateKey),
  }
}
