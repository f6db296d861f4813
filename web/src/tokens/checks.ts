/** The checks of a token one by one, each with its verdict. The package makes all of them in one call and stops at
 *  the first that fails; to see the others too, they are asked for by themselves here. */
import {
  decodeJwt,
  type JoseKeys,
  type JwsAlgorithm,
  type Jwt,
  joseKeys,
  LockerError,
  type VerifyOptions,
  verifyJws,
  verifyJwt,
} from '@kbve/locker/jose'
import { inWords } from './times.ts'

/** What somebody has typed. */
export interface Asked {
  token: string
  key: string
  algorithm: JwsAlgorithm
  issuer: string
  audience: string
  /** Seconds that clocks may differ. */
  tolerance: number
}

export interface Verdict {
  name: string
  verdict: 'holds' | 'fails' | 'open'
  /** What was found, in a sentence. */
  text: string
  /** The error's code, where there is one. */
  code?: string
}

export interface Findings {
  jwt: Jwt | undefined
  verdicts: Verdict[]
}

const holds = (name: string, text: string): Verdict => ({ name, verdict: 'holds', text })
const open = (name: string, text: string): Verdict => ({ name, verdict: 'open', text })

function fails(name: string, error: unknown): Verdict {
  if (!(error instanceof LockerError)) throw error
  return { name, verdict: 'fails', text: error.message, code: error.code }
}

/** The key as it was pasted: JWK, JWKS or PEM; anything else is the text of an HMAC secret. */
function keysFrom(text: string, algorithm: JwsAlgorithm): JoseKeys {
  const key = text.trim()
  const isText = !/^[{[]|^-----BEGIN/.test(key)
  if (!isText) return joseKeys(key)
  const bytes = new TextEncoder().encode(key)
  try {
    return joseKeys(bytes, { algorithm })
  } finally {
    bytes.fill(0)
  }
}

export function checkToken(asked: Asked, now: number): Findings {
  let jwt: Jwt
  try {
    jwt = decodeJwt(asked.token.trim())
  } catch (error) {
    return { jwt: undefined, verdicts: [fails('Form', error)] }
  }
  const verdicts = [holds('Form', 'Three parts of base64url, and JSON in the first two.')]
  if (asked.key.trim() === '') {
    verdicts.push(
      open('Signature', 'Not checked: paste a key. Until then all of this may be anybody’s word.'),
    )
    return { jwt, verdicts }
  }
  let keys: JoseKeys
  try {
    keys = keysFrom(asked.key, asked.algorithm)
  } catch (error) {
    verdicts.push(fails('Key', error))
    return { jwt, verdicts }
  }
  try {
    verdicts.push(...checksWith(keys, jwt, asked, now))
  } finally {
    keys.free()
  }
  return { jwt, verdicts }
}

function checksWith(keys: JoseKeys, jwt: Jwt, asked: Asked, now: number): Verdict[] {
  const token = asked.token.trim()
  const rules = { algorithms: [asked.algorithm], clockTolerance: asked.tolerance }
  try {
    verifyJws(token, keys, { algorithms: rules.algorithms })
  } catch (error) {
    const failed = fails('Signature', error)
    const about = { jwt_alg_not_allowed: 'Algorithm', jwt_key_not_found: 'Key', jwt_key_unfit: 'Key' }
    const name = about[failed.code as keyof typeof about] ?? 'Signature'
    return [{ ...failed, name }, open('Claims', 'Not checked: without the signature they are worth nothing.')]
  }
  const verdicts = [
    holds('Algorithm', `${asked.algorithm}, as you allow. The token's own word decides nothing.`),
    holds('Signature', 'Made with this key, over exactly this header and these claims.'),
  ]
  const { exp, nbf, iat } = jwt.claims
  const when = validTime(jwt, now)
  const check = (name: string, options: Partial<VerifyOptions>, text: string) => {
    try {
      verifyJwt(token, keys, { ...rules, now: when, ...options })
      verdicts.push(holds(name, text))
    } catch (error) {
      verdicts.push(fails(name, error))
    }
  }
  const dates = [exp, nbf, iat].some((date) => date !== undefined)
  if (dates) check('Time', { now }, timeText(exp, now))
  else verdicts.push(open('Time', 'The token says nothing about when it holds: it holds for ever.'))
  if (asked.issuer) check('Issuer', { issuer: asked.issuer }, `Issued by ${asked.issuer}.`)
  else verdicts.push(open('Issuer', 'Not asked: anybody who has the key may have issued it.'))
  if (asked.audience) check('Audience', { audience: asked.audience }, `Meant for ${asked.audience}.`)
  else verdicts.push(open('Audience', 'Not asked: it may be meant for another service.'))
  return verdicts
}

/** A moment at which the times of a token hold if they can, so that another check is not stopped by them. */
function validTime({ claims }: Jwt, now: number): number {
  const seconds = (value: unknown) => (typeof value === 'number' ? value * 1000 : undefined)
  const from = seconds(claims.nbf) ?? 0
  const until = (seconds(claims.exp) ?? Number.MAX_SAFE_INTEGER) - 1000
  return Math.max(0, Math.min(Math.max(now, from), until))
}

function timeText(exp: unknown, now: number): string {
  return typeof exp === 'number'
    ? `Valid now; it ends ${inWords(exp - now / 1000)}.`
    : 'Valid now, and without an end.'
}
