/** What is done with a locker and with tokens, in pages and in workers. `given.js` has what the run made up. */
import { decodeJwt, joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { jwks, planted, token } from './given.js'

/** What was there when it opened, and what is there now. */
export async function profile(locker) {
  const { state } = await locker.ready
  const before = locker.get('username')
  locker.set('username', planted)
  locker.entries.put('note', { text: planted })
  await locker.flush()
  return { state, before, after: locker.get('username'), integrity: locker.status.integrity }
}

export async function tokens(options) {
  await loadJose(options)
  const rules = { algorithms: ['ES256'], issuer: 'https://issuer.example' }
  let refused
  try {
    verifyJwt(`${token.slice(0, -4)}AAAA`, joseKeys(jwks), rules)
  } catch (error) {
    refused = error.code
  }
  return {
    decoded: decodeJwt(token).claims.sub,
    verified: verifyJwt(token, joseKeys(jwks), rules).claims.sub,
    refused,
  }
}
