/** Reading and checking tokens: ours, jose and jwt-decode on the same strings. Runs in node and on a page. */
import { decodeJwt, joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { exportJWK, generateKeyPair, decodeJwt as joseDecode, jwtVerify, SignJWT } from 'jose'
import { jwtDecode } from 'jwt-decode'
import { inTurns } from './measure.mjs'

const count = 64
const issuer = 'https://auth.example.com/'
const audience = 'https://api.example.com'
const maxTokenAge = 3600

/** Claims as identity providers write them: tokens of about 300 to 700 letters. */
function claimsOf(seed) {
  const id = (length) =>
    Array.from({ length }, (_, i) => ((seed * 7919 + i * 104_729) % 36).toString(36)).join('')
  const claims = { sub: `auth0|${id(24)}`, scope: 'openid profile email', azp: id(32) }
  if (seed % 3 > 0) {
    Object.assign(claims, {
      email: `${id(8)}@example.com`,
      email_verified: seed % 2 === 0,
      name: `Änn ${id(9)}`,
    })
  }
  if (seed % 3 > 1) {
    const roles = ['reader', 'writer', id(12)]
    Object.assign(claims, {
      app_metadata: { provider: 'email', roles },
      session_id: id(36),
      amr: [{ method: 'otp' }],
    })
  }
  return claims
}

async function keysFor(alg) {
  if (alg === 'HS256') {
    const secret = crypto.getRandomValues(new Uint8Array(32))
    return { sign: secret, theirs: secret, ours: joseKeys(secret, { algorithm: alg }) }
  }
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  return {
    sign: pair.privateKey,
    theirs: pair.publicKey,
    ours: joseKeys(await exportJWK(pair.publicKey), { algorithm: alg }),
  }
}

async function tokensFor(alg, key) {
  const make = (seed) =>
    new SignJWT(claimsOf(seed))
      .setProtectedHeader({ alg, typ: 'JWT', kid: `key-${seed % 4}` })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key)
  return Promise.all(Array.from({ length: count }, (_, seed) => make(seed)))
}

/** Microseconds for one. */
async function per(times, work) {
  const begin = performance.now()
  await work(times)
  return ((performance.now() - begin) * 1000) / times
}

/** `jwt-decode`: { ours, jwtDecode, jose, lengths } in µs per token. */
export async function decodeCosts({ rounds }) {
  await loadJose()
  const { sign } = await keysFor('HS256')
  const tokens = await tokensFor('HS256', sign)
  let consumed = 0
  const loop = (decode) => (times) => {
    for (let i = 0; i < times; i++) consumed += decode(tokens[i & (count - 1)]).sub.length
  }
  const costs = await inTurns(
    {
      ours: () =>
        per(
          20_000,
          loop((token) => decodeJwt(token).claims),
        ),
      jwtDecode: () =>
        per(
          5_000,
          loop((token) => jwtDecode(token)),
        ),
      jose: () =>
        per(
          20_000,
          loop((token) => joseDecode(token)),
        ),
    },
    { warmup: 4, rounds },
  )
  if (!(consumed > 0)) throw new Error('Nothing was read.')
  const lengths = tokens.map((token) => token.length)
  return { ...costs, lengths: [Math.min(...lengths), Math.max(...lengths)] }
}

/** `verify-<alg>`: { ours, jose } in µs per token, with the same rules on both sides. */
export async function verifyCosts(alg, { rounds, times = 400 }) {
  await loadJose()
  const { sign, theirs, ours } = await keysFor(alg)
  const tokens = await tokensFor(alg, sign)
  const rules = { algorithms: [alg], issuer, audience, maxTokenAge }
  let consumed = 0
  const costs = await inTurns(
    {
      ours: () =>
        per(times, (n) => {
          for (let i = 0; i < n; i++)
            consumed += verifyJwt(tokens[i & (count - 1)], ours, rules).claims.sub.length
        }),
      jose: () =>
        per(times, async (n) => {
          for (let i = 0; i < n; i++)
            consumed += (await jwtVerify(tokens[i & (count - 1)], theirs, rules)).payload.sub.length
        }),
    },
    { warmup: 3, rounds },
  )
  if (!(consumed > 0)) throw new Error('Nothing was checked.')
  return costs
}
