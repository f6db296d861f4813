/** Reading and checking tokens, beside jose: the same strings, the same rules. */
import { decodeJwt, type Jwk, joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { exportJWK, generateKeyPair, decodeJwt as joseDecode, jwtVerify, SignJWT } from 'jose'
import type { Job } from './measure.ts'

const issuer = 'https://auth.example.com/'
const audience = 'https://api.example.com'

async function tokensFor(alg: string, key: CryptoKey): Promise<readonly string[]> {
  const make = (seed: number) =>
    new SignJWT({
      sub: `user|${seed * 7919}`,
      scope: 'openid profile email',
      email: `ann${seed}@example.com`,
      roles: ['reader', 'writer'],
    })
      .setProtectedHeader({ alg, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key)
  return Promise.all(Array.from({ length: 8 }, (_, seed) => make(seed)))
}

async function keysFor(alg: 'HS256' | 'ES256' | 'EdDSA') {
  if (alg === 'HS256') {
    const secret = crypto.getRandomValues(new Uint8Array(32))
    const how = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', secret, how, false, ['sign', 'verify'])
    return { sign: key, theirs: key, ours: joseKeys(secret, { algorithm: alg }) }
  }
  const pair = await generateKeyPair(alg)
  const ours = joseKeys((await exportJWK(pair.publicKey)) as Jwk, { algorithm: alg })
  return { sign: pair.privateKey, theirs: pair.publicKey, ours }
}

export async function decodeJob(): Promise<Job> {
  await loadJose()
  const { sign } = await keysFor('HS256')
  const tokens = await tokensFor('HS256', sign)
  return {
    title: 'Read a JWT',
    note: 'Its claims, and nothing proved. Ours also reads the header and refuses names that come twice.',
    sides: [
      {
        name: '@kbve/locker/jose',
        run(times) {
          for (let i = 0; i < times; i++) decodeJwt(tokens[i & 7] as string)
        },
      },
      {
        name: 'jose',
        run(times) {
          for (let i = 0; i < times; i++) joseDecode(tokens[i & 7] as string)
        },
      },
    ],
  }
}

export async function verifyJob(alg: 'HS256' | 'ES256' | 'EdDSA'): Promise<Job> {
  await loadJose()
  const { sign, theirs, ours } = await keysFor(alg)
  const tokens = await tokensFor(alg, sign)
  const rules = { algorithms: [alg], issuer, audience }
  return {
    title: `Verify a JWT, ${alg}`,
    note: 'Signature, issuer, audience and end; the keys are imported before, on both sides.',
    sides: [
      {
        name: '@kbve/locker/jose',
        run(times) {
          for (let i = 0; i < times; i++) verifyJwt(tokens[i & 7] as string, ours, rules)
        },
      },
      {
        name: 'jose (WebCrypto), awaited',
        async run(times) {
          for (let i = 0; i < times; i++) await jwtVerify(tokens[i & 7] as string, theirs, rules)
        },
      },
    ],
  }
}
