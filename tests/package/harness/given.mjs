/** What a run makes up: a value nobody else writes, and a token with the keys that check it. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function makeGiven() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: 'https://issuer.example', sub: 'ann', iat: now, exp: now + 3600 }
  const head = `${text({ alg: 'ES256', kid: 'one', typ: 'JWT' })}.${text(claims)}`
  const signature = sign('sha256', Buffer.from(head), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }
  return {
    planted: `planted-${randomBytes(8).toString('hex')}`,
    token: `${head}.${signature.toString('base64url')}`,
    jwks: { keys: [jwk] },
  }
}

/** The same as a script for a consumer. */
export function givenScript(given) {
  return Object.entries(given)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
    .join('')
}
