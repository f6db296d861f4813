/** The rows about tokens, from what tokens.mjs measured. */
import { row } from './measure.mjs'

const JOSE = 'jose 6.2.18'

export function decodeRows({ ours, jwtDecode, jose, lengths }) {
  const note = `tokens of ${lengths[0]} to ${lengths[1]} letters in rotation; ours gives header and claims, checks form and duplicate names`
  const common = { ours, unit: 'µs', faster: true }
  return [
    row({ ...common, name: 'jwt-decode', peer: jwtDecode, peerName: 'jwt-decode 4.0.0', atLeast: 3, note }),
    row({ ...common, name: 'jwt-decode/jose', peer: jose, peerName: `${JOSE}, decodeJwt`, atLeast: 1 }),
  ]
}

const bars = { HS256: 8, EdDSA: 1 }

export function verifyRow(alg, { ours, jose }) {
  return row({
    name: `verify-${alg}`,
    ours,
    peer: jose,
    peerName: `${JOSE}, jwtVerify, awaited`,
    unit: 'µs',
    faster: true,
    ...(alg in bars ? { atLeast: bars[alg] } : {}),
    note: 'signature, iss, aud, exp and the age of iat; keys are imported before, on both sides',
  })
}

export const verifyAlgorithms = ['HS256', 'EdDSA', 'RS256', 'ES256']
