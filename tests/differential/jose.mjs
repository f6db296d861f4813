/**
 * node tests/differential/jose.mjs [--count N] [--seed N]
 * Tokens that are nearly right, checked by us and by jose under the same rules. None may hold here that jose
 * refuses; one that jose takes and we refuse must have a reason, and every reason stands in docs/tokens.md. Where both
 * take it, both must say the same of it. Last line: "N passed, N failed", a row each.
 */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { joseKeys, LockerError, loadJose, verifyJwt } from '@kbve/locker/jose'
import { jwtVerify } from 'jose'
import { dice, joseRules, kinds, now, publicKeys, rulesOf, secret } from './mutate.mjs'
import { reasons } from './reasons.mjs'

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const count = option('count', 200_000)
const seed = option('seed', 3)
const names = Object.keys(kinds)

await loadJose()
const theirs = { HS256: secret, ...publicKeys }
const ours = Object.fromEntries(
  Object.entries(theirs).map(([alg, key]) => [
    alg,
    joseKeys(key instanceof Uint8Array ? key : key.export({ format: 'jwk' }), { algorithm: alg }),
  ]),
)

function byUs(token, alg, rules) {
  try {
    return { taken: verifyJwt(token, ours[alg], { ...rules, now }) }
  } catch (error) {
    if (!(error instanceof LockerError)) throw error
    return { error }
  }
}

async function byJose(token, alg, rules) {
  try {
    const { protectedHeader, payload } = await jwtVerify(token, theirs[alg], joseRules(rules))
    return { taken: { header: protectedHeader, claims: payload } }
  } catch (error) {
    return { error }
  }
}

/** The same, but for numbers that a double does not hold, which are texts with us. */
function sameAs(ours, theirs) {
  if (typeof theirs === 'number' && typeof ours === 'string') {
    return !Number.isSafeInteger(theirs) && Object.is(Number(ours), theirs)
  }
  if (typeof theirs !== 'object' || theirs === null) return isDeepStrictEqual(ours, theirs)
  const keys = Object.keys(theirs)
  return (
    typeof ours === 'object' &&
    ours !== null &&
    Array.isArray(ours) === Array.isArray(theirs) &&
    isDeepStrictEqual(Object.keys(ours), keys) &&
    keys.every((key) => sameAs(ours[key], theirs[key]))
  )
}

const draw = dice(seed)
const rows = Object.fromEntries(names.map((name) => [name, { both: 0, neither: 0, stricter: 0, bad: 0 }]))
const stricter = new Map(reasons.map(({ name }) => [name, 0]))

function complain(what, token, more) {
  console.log(`  ${what}\n    ${token.slice(0, 400)}\n    ${more}`)
}

for (let i = 0; i < count; i++) {
  const kind = names[i % names.length]
  const { token, alg } = kinds[kind](draw)
  const rules = rulesOf(draw, alg)
  const [we, they] = [byUs(token, alg, rules), await byJose(token, alg, rules)]
  const row = rows[kind]
  if (we.taken && they.taken) {
    if (sameAs(we.taken, they.taken)) row.both++
    else {
      row.bad++
      complain('read in two ways', token, JSON.stringify([we.taken, they.taken]))
    }
  } else if (we.taken) {
    row.bad++
    complain('taken here, refused by jose', token, `${they.error} ${JSON.stringify(rules)}`)
  } else if (they.taken) {
    const found = reasons.filter(({ applies }) => applies(token))
    for (const { name } of found) stricter.set(name, stricter.get(name) + 1)
    if (found.length > 0) row.stricter++
    else {
      row.bad++
      complain(
        'refused here for no known reason',
        token,
        `${we.error.code} ${we.error.field}: ${we.error.message} ${JSON.stringify(rules)}`,
      )
    }
  } else row.neither++
}

const readme = readFileSync(new URL('../../docs/tokens.md', import.meta.url), 'utf8')
const results = []
console.log(`${count} tokens, seed ${seed}\n`)
console.log('  kind        both take  both refuse  only jose takes, for a reason  wrong')
for (const [name, { both, neither, stricter: strict, bad }] of Object.entries(rows)) {
  const cells = [both, neither, strict, bad].map((n, i) => String(n).padStart([9, 11, 29, 5][i]))
  console.log(`  ${name.padEnd(10)}  ${cells.join('  ')}`)
  results.push(bad === 0)
}
console.log('\n  refused here, taken by jose, by reason:')
for (const [name, times] of stricter) {
  const told = readme.includes(`**${name}**`)
  console.log(`  ${String(times).padStart(7)}  ${name}${told ? '' : ': docs/tokens.md does not say so'}`)
  results.push(told)
}
// A run that takes nothing, or never meets a reason, would prove nothing.
const enough = Object.values(rows).reduce((sum, { both }) => sum + both, 0) > count / 20
if (!enough) console.log('  hardly any token was taken by both')
results.push(enough)
const passed = results.filter(Boolean).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length ? 0 : 1
