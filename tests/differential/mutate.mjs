/** Makes tokens that are nearly right. Everything is drawn from one seed. */
import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'

/** mulberry32 */
export function dice(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(next() * n)
  return { next, below, of: (list) => list[below(list.length)], chance: (p) => next() < p }
}

export const now = 1_800_000_000_000
const seconds = now / 1000
export const secret = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)

const pairs = {
  EdDSA: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
export const publicKeys = Object.fromEntries(
  Object.entries(pairs).map(([alg, { publicKey }]) => [alg, publicKey]),
)

const part = (text) => Buffer.from(text).toString('base64url')

function signature(alg, text) {
  if (alg === 'HS256') return createHmac('sha256', secret).update(text).digest('base64url')
  const key = createPrivateKey(pairs[alg].privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const hash = alg === 'EdDSA' ? null : 'sha256'
  return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

export const signedText = (text, alg = 'HS256') => `${text}.${signature(alg, text)}`
const token = (header, claims, alg) => signedText(`${part(header)}.${part(claims)}`, alg)

const goodHeader = (alg) => ({ alg, typ: 'JWT' })
const goodClaims = {
  iss: 'issuer',
  sub: 'ann',
  aud: 'api',
  exp: seconds + 600,
  iat: seconds - 10,
  name: 'Änn',
}
const good = (alg) => token(JSON.stringify(goodHeader(alg)), JSON.stringify(goodClaims), alg)

/** Signing with a pair is slow, so there are some to change. */
const ready = Object.fromEntries(
  ['HS256', ...Object.keys(pairs)].map((alg) => [alg, Array.from({ length: 4 }, () => good(alg))]),
)

const numbers = [
  '0',
  '-0',
  '1',
  '1.5',
  '-1',
  '1e3',
  '1E+3',
  '1e999',
  '-1e999',
  '1e-999',
  '9007199254740991',
  '9007199254740993',
  '123456789012345678901234567890',
  '1800000000',
  '1800000000.0',
  '1800000001',
  '1799999999',
  '1799999999.999',
  '18e8',
  '0.18e10',
  '1800000030',
  '1799999970',
  '01',
  '+1',
  '.5',
  '1.',
  '0x10',
  'NaN',
  'Infinity',
  '-',
  '1e',
]
const values = [
  ...numbers,
  'null',
  'true',
  'false',
  '""',
  '"1800000100"',
  '"a"',
  '[]',
  '{}',
  '["api"]',
  '["api",1]',
  '[1,"api"]',
  '[["api"]]',
  '"api"',
  '"issuer"',
  '"ann"',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '"\\u0000"',
  '"\u0001"',
  '{"a":1,"a":2}',
  '{"a":{"b":[1]}}',
  '[1,]',
  "'a'",
  'undefined',
  '"JWT"',
  '"jwt"',
  '"application/jwt"',
  '"at+jwt"',
]
const claimNames = [
  'exp',
  'nbf',
  'iat',
  'iss',
  'sub',
  'aud',
  'jti',
  'name',
  '__proto__',
  'constructor',
  'a b',
  'ex\\u0070',
  '\\u0065xp',
]
const headerNames = [
  'alg',
  'typ',
  'kid',
  'cty',
  'crit',
  'b64',
  'x',
  'jwk',
  'enc',
  'zip',
  '__proto__',
  'al\\u0067',
  'ALG',
]
const headerValues = [
  '"HS256"',
  '"hs256"',
  '"HS512"',
  '"none"',
  '"RS256"',
  '""',
  '["x"]',
  '["b64"]',
  '["x","x"]',
  '["alg"]',
  '[]',
  '["y"]',
  '[1]',
  '[""]',
  '["exp"]',
  'true',
  'false',
  '"k"',
  '1',
  'null',
  '{}',
]

/** An object's text, its members in any order, some changed, added, doubled or taken away. */
function members(draw, base, names, choices) {
  const list = Object.entries(base).map(([name, value]) => [name, JSON.stringify(value)])
  for (let times = 1 + draw.below(3); times > 0; times--) {
    const name = draw.of(names)
    const at = list.findIndex(([known]) => known === name)
    const kind = draw.below(5)
    if (kind === 0 && list.length > 0) list.splice(draw.below(list.length), 1)
    else if (at >= 0 && kind < 4) list[at] = [name, draw.of(choices)]
    else list.splice(draw.below(list.length + 1), 0, [name, draw.of(choices)])
  }
  const space = () => (draw.chance(0.05) ? draw.of([' ', '\n', '\t', '\r\n', '\u00a0', '\f', '/**/']) : '')
  const comma = () => (draw.chance(0.01) ? draw.of([',,', '', ';']) : ',')
  return `${space()}{${list.map(([name, value]) => `${space()}"${name}"${space()}:${space()}${value}`).reduce((all, one) => (all ? all + comma() + one : one), '')}${space()}}${space()}`
}

const anyAlg = (draw) => (draw.chance(0.9) ? 'HS256' : draw.of(['EdDSA', 'EdDSA', 'RS256', 'RS256', 'ES256']))
const splice = (text, at, gone, put) => text.slice(0, at) + put + text.slice(at + gone)

/** Each gives { token, alg }. */
export const kinds = {
  bits(draw) {
    const alg = anyAlg(draw)
    const text = draw.of(ready[alg])
    const at = draw.below(text.length)
    return {
      alg,
      token: splice(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << draw.below(7)))),
    }
  },
  parts(draw) {
    const alg = anyAlg(draw)
    const list = draw.of(ready[alg]).split('.')
    const kind = draw.below(8)
    if (kind === 0) list.splice(draw.below(3), 1)
    else if (kind === 1) list.splice(draw.below(4), 0, draw.of(['', 'e30', list[draw.below(3)]]))
    else if (kind === 2) list[draw.below(3)] = ''
    else if (kind === 3) list.reverse()
    else if (kind === 4) list[2] = draw.of(ready[alg]).split('.')[2]
    else if (kind === 5)
      list[draw.below(3)] += draw.of(['=', '==', ' ', '\n', 'A', 'AA', '\u00e9', '\0', '%3D'])
    else if (kind === 6) list[2] = list[2].slice(0, draw.below(list[2].length))
    else list[draw.below(3)] = draw.of([' ', '\t', '=']) + list[0]
    return { alg, token: list.join(draw.chance(0.02) ? draw.of(['..', ',', ' ']) : '.') }
  },
  header: (draw) => ({
    alg: 'HS256',
    token: token(
      members(draw, goodHeader('HS256'), headerNames, headerValues.concat(values)),
      JSON.stringify(goodClaims),
    ),
  }),
  critical(draw) {
    const extra = draw.of(['"x":1', '"b64":true', '"b64":false', '"x":1,"b64":true', '"y":1', '"kid":"k"'])
    const crit = draw.of([
      '["x"]',
      '["x","x"]',
      '["b64"]',
      '["x","b64"]',
      '["y"]',
      '["alg"]',
      '["kid"]',
      '[]',
      '"x"',
      '{"0":"x"}',
      'null',
      '["exp"]',
    ])
    return {
      alg: 'HS256',
      token: token(`{"alg":"HS256",${extra},"crit":${crit}}`, JSON.stringify(goodClaims)),
    }
  },
  claims: (draw) => ({
    alg: 'HS256',
    token: token(JSON.stringify(goodHeader('HS256')), members(draw, goodClaims, claimNames, values)),
  }),
  numbers(draw) {
    const claims = { ...goodClaims }
    for (const name of ['exp', 'nbf', 'iat', 'n'])
      if (draw.chance(0.5)) claims[name] = `#${draw.of(numbers)}#`
    const text = JSON.stringify(claims).replaceAll(/"#(.*?)#"/g, '$1')
    return { alg: 'HS256', token: token(JSON.stringify(goodHeader('HS256')), text) }
  },
  /** The signature is over the changed text, so only its form is wrong. */
  padding(draw) {
    const list = [
      part(JSON.stringify(goodHeader('HS256'))),
      part(JSON.stringify({ ...goodClaims, n: 'x'.repeat(draw.below(4)) })),
    ]
    const which = draw.below(2)
    const text = list[which]
    const kind = draw.below(6)
    if (kind === 0) list[which] += '='.repeat(1 + draw.below(3))
    else if (kind === 1) list[which] = text.slice(0, -1) + draw.of([...'ABCDEFGHabcdefgh0123-_'])
    else if (kind === 2)
      list[which] = splice(
        text,
        draw.below(text.length),
        0,
        draw.of([' ', '\n', '\t', '\r', '\f', '=', '.', '\u00a0']),
      )
    else if (kind === 3) list[which] = text.replaceAll('-', '+').replaceAll('_', '/')
    else if (kind === 4) list[which] = text.slice(0, -1)
    else list[which] = splice(text, draw.below(text.length), 1, draw.of(['+', '/', '*', '~', '\u0141', '\0']))
    const whole = signedText(list.join('.'))
    return { alg: 'HS256', token: draw.chance(0.2) ? `${whole}${draw.of(['=', ' ', '\n'])}` : whole }
  },
  bytes(draw) {
    const bytes = Buffer.from(JSON.stringify(goodClaims))
    const at = draw.below(bytes.length)
    const put = draw.of([
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
      [0xef, 0xbb, 0xbf],
      [0],
      [0x22],
      [0xf0, 0x9f, 0x98, 0x80],
      [bytes[at] ^ (1 << draw.below(8))],
    ])
    const where = draw.chance(0.2) ? 0 : at
    const changed = Buffer.concat([
      bytes.subarray(0, where),
      Buffer.from(put),
      bytes.subarray(draw.chance(0.5) ? where + 1 : where),
    ])
    return {
      alg: 'HS256',
      token: signedText(`${part(JSON.stringify(goodHeader('HS256')))}.${changed.toString('base64url')}`),
    }
  },
  size(draw) {
    const depth = draw.of([1, 29, 30, 31, 32, 33, 40, 200])
    const wide = draw.of([1, 5, 20, 200, ...(draw.chance(0.05) ? [1016, 1017, 1018, 1019, 1030] : [])])
    const claims = {
      ...goodClaims,
      deep: '#',
      ...Object.fromEntries(Array.from({ length: wide }, (_, i) => [`m${i}`, i])),
    }
    if (draw.chance(0.05)) claims.long = 'x'.repeat(draw.of([48_000, 50_000]))
    const [open, close] = draw.of([
      ['[', ']'],
      ['{"a":', '}'],
    ])
    const text = JSON.stringify(claims).replace('"#"', `${open.repeat(depth)}1${close.repeat(depth)}`)
    return { alg: 'HS256', token: token(JSON.stringify(goodHeader('HS256')), text) }
  },
}

/** Rules as we have them; `joseRules` says them to jose. */
export function rulesOf(draw, alg) {
  const rules = { algorithms: draw.of([[alg], ['HS256', 'EdDSA', 'ES256', 'RS256'], [alg]]) }
  const maybe = (name, ...choices) => {
    if (draw.chance(0.25)) rules[name] = draw.of(choices)
  }
  maybe('issuer', 'issuer', ['other', 'issuer'], 'issuer')
  maybe('audience', 'api', ['x', 'api'], 'x')
  maybe('subject', 'ann')
  maybe('typ', 'JWT', 'application/jwt')
  maybe('clockTolerance', 1, 30)
  maybe('maxTokenAge', 10, 60)
  maybe('requiredClaims', ['exp'], ['jti'])
  if (draw.chance(0.6)) rules.crit = ['x']
  return rules
}

export function joseRules({ crit, ...rules }) {
  return {
    ...rules,
    currentDate: new Date(now),
    ...(crit ? { crit: Object.fromEntries(crit.map((name) => [name, false])) } : {}),
  }
}
