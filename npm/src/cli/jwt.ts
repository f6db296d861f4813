/** `kbve-locker jwt`. */
import { decodeJwt, type JwsAlgorithm, jwsAlgorithms, loadJose, verifyJwt } from '../jose.ts'
import { UsageError } from './failures.ts'
import { textOf } from './files.ts'
import { optionsOf } from './options.ts'
import { safeJson } from './output.ts'
import type { Call } from './run.ts'

export async function jwt({ args, out }: Call): Promise<number> {
  const { values: options, rest } = optionsOf(args, {
    key: { type: 'string' },
    alg: { type: 'string', multiple: true },
    issuer: { type: 'string' },
    audience: { type: 'string' },
    tolerance: { type: 'string' },
    json: { type: 'boolean' },
  })
  if (rest.length > 1) throw new UsageError('There is one TOKEN, and no more.')
  const { key, alg, issuer, audience } = options
  const rules = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  }
  const algorithms = (alg ?? []).map(algorithm)
  const clockTolerance = seconds(options.tolerance ?? '0')
  if (key === undefined && (alg || Object.keys(rules).length > 0 || options.tolerance !== undefined))
    throw new UsageError('Without --key nothing is checked; add it, or leave the other options out.')
  if (key !== undefined && algorithms.length === 0)
    throw new UsageError(
      "Say with --alg which algorithm you expect: the token's own word for it proves nothing.",
    )
  const token = (rest[0] === undefined || rest[0] === '-' ? textOf('-') : rest[0]).trim()
  await loadJose()
  const verified = key !== undefined
  const { header, claims } = verified
    ? verifyJwt(token, textOf(key), { algorithms, ...rules, clockTolerance })
    : decodeJwt(token)
  out.answer({ verified, header, claims }, () => [
    verified
      ? 'The signature holds, and the claims are as asked for.'
      : 'Decoded only: anybody may have written this.',
    `header ${safeJson(header, 2)}`,
    `claims ${safeJson(claims, 2)}`,
  ])
  return 0
}

function algorithm(name: string): JwsAlgorithm {
  const known = jwsAlgorithms.find((each) => each === name)
  if (known) return known
  throw new UsageError(
    `"${name}" is no algorithm that is checked here; there are ${jwsAlgorithms.join(', ')}.`,
  )
}

function seconds(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 600) return Number(text)
  throw new UsageError('--tolerance is a number of whole seconds, 600 at most.')
}
