/** A token to look at, made on this page a moment ago. */
import type { JwsAlgorithm } from '@kbve/locker/jose'

export interface Sample {
  token: string
  key: string
  algorithm: JwsAlgorithm
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

const encoded = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)))

/** Signed with a key of its own (ES256), whose public half comes with it; it holds for an hour. */
export async function makeSample(now: number): Promise<Sample> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const { publicKey, privateKey } = await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const kid = 'sample'
  const seconds = Math.floor(now / 1000)
  const signed = [
    encoded({ alg: 'ES256', typ: 'JWT', kid }),
    encoded({
      iss: 'https://login.example.com',
      aud: 'https://app.example.com',
      sub: 'ann',
      name: 'Ann Example',
      iat: seconds,
      exp: seconds + 3600,
    }),
  ].join('.')
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    privateKey,
    new TextEncoder().encode(signed),
  )
  return {
    token: `${signed}.${base64url(new Uint8Array(signature))}`,
    key: JSON.stringify({ kty, crv, x, y, kid, alg: 'ES256' }, null, 2),
    algorithm: 'ES256',
  }
}
