/** A token, the keys that it is checked with, and a secret. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const { publicKey, privateKey } = await generateKeyPair('ES256')

export const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', kty: 'EC' }] }
export const token = await new SignJWT({ role: 'reader' })
  .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
  .setSubject('ann')
  .setIssuer('https://auth.example.com')
  .setAudience('api')
  .setExpirationTime('1h')
  .sign(privateKey)
export const key = crypto.getRandomValues(new Uint8Array(32))
