/** Keys that an issuer publishes: fetched with limits, kept, and fetched again when a key is new. */
import { loadJose, type RemoteJwksOptions, remoteJwks, verifyJwt } from '@kbve/locker/jose'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn } from './help.ts'
import { type Issuer, startIssuer } from './jwks_server.ts'
import { now, refused, type Signer, secret, signer } from './tokens.ts'

const rules = { algorithms: ['ES256' as const] }

/** An issuer with the keys `a` and `b`, of which only `a` is published, and a clock to turn. */
async function setting(t: SuiteContext, options: RemoteJwksOptions = {}) {
  await loadJose()
  const [a, b] = (await Promise.all([signer('ES256', 'a'), signer('ES256', 'b')])) as [Signer, Signer]
  const issuer = await startIssuer(t, { keys: [a.jwk] })
  const clock = { now }
  const open = (more: RemoteJwksOptions = {}) =>
    remoteJwks(issuer.url, { fetch: issuer.fetch, clock: () => clock.now, ...options, ...more })
  return { a, b, issuer, clock, open, jwks: open() }
}

const tokenOf = (key: Signer) => key.sign({ iss: 'issuer', exp: now / 1000 + 86_400 * 30 })

/** What an issuer can do wrong. */
const faults: {
  what: string
  says: RegExp
  code?: string
  set(issuer: Issuer): unknown
  options?: RemoteJwksOptions
}[] = [
  { what: 'a 500', says: /was 500/, set: (i) => Object.assign(i, { status: 500 }) },
  { what: 'a 404', says: /was 404/, set: (i) => Object.assign(i, { status: 404 }) },
  {
    what: 'a redirect',
    says: /could not be fetched/,
    set: (i) => {
      i.status = 302
      i.headers.location = '/elsewhere'
    },
  },
  {
    what: 'no answer in time',
    says: /within 400 ms/,
    set: (i) => Object.assign(i, { delay: 3_000 }),
    options: { timeout: 400 },
  },
  {
    what: 'half an answer in time',
    says: /within 400 ms/,
    set: (i) => Object.assign(i, { pause: 3_000 }),
    options: { timeout: 400 },
  },
  { what: 'an answer too large', says: /over 100 bytes/, set: () => {}, options: { maxBytes: 100 } },
  {
    what: 'one that says it is too large',
    says: /over 300 bytes|could not be fetched/,
    set: (i) => Object.assign(i.headers, { 'content-length': '301' }),
    options: { maxBytes: 300 },
  },
  {
    what: 'no JSON',
    says: /not to be used/,
    code: 'jwt_key_unfit',
    set: (i) => Object.assign(i, { keys: '<html>' }),
  },
  {
    what: 'a single key',
    says: /no set of keys/,
    code: 'jwt_key_unfit',
    set: (i) => Object.assign(i, { keys: { kty: 'OKP' } }),
  },
  {
    what: 'a secret for everybody',
    says: /secrets in it/,
    code: 'jwt_key_unfit',
    set: (i) => Object.assign(i, { keys: { keys: [{ kty: 'oct', k: 'AAAA' }] } }),
  },
]

export function suite(t: SuiteContext): void {
  t.test('fetches once, then checks without waiting', async () => {
    const { a, issuer, jwks } = await setting(t)
    const token = await tokenOf(a)
    await refused('jwt_key_not_found', 'keys', () => verifyJwt(token, jwks, { ...rules, now }))
    const [first, second] = await Promise.all([jwks.verify(token, rules), jwks.verify(token, rules)])
    expect(first.claims.iss).to.equal('issuer')
    expect([first.keysAge, first.offline, second.offline]).to.deep.equal([0, false, false])
    expect(verifyJwt(token, jwks, { ...rules, now }).header.kid).to.equal('a')
    expect(issuer.asked).to.equal(1)
  })

  t.test(
    'a token with an unknown key makes it ask again, once, and not before the cool-down is over',
    async () => {
      const { a, b, issuer, clock, jwks } = await setting(t)
      await jwks.verify(await tokenOf(a), rules)
      const token = await tokenOf(b)
      await refused('jwt_key_not_found', 'keys', () => jwks.verify(token, rules))
      expect(issuer.asked, 'within the cool-down').to.equal(1)
      clock.now += 30_000
      await refused('jwt_key_not_found', 'keys', () => jwks.verify(token, rules))
      expect(issuer.asked, 'asked again in vain').to.equal(2)
      issuer.keys = { keys: [a.jwk, b.jwk] }
      clock.now += 30_000
      const many = await Promise.all(Array.from({ length: 5 }, () => jwks.verify(token, rules)))
      expect(many.map((one) => one.header.kid)).to.deep.equal(Array(5).fill('b'))
      expect(issuer.asked, 'all wait for one answer').to.equal(3)
    },
  )

  t.test('a token that is wrong in another way makes it ask nothing', async () => {
    const { a, issuer, clock, jwks } = await setting(t)
    const token = await tokenOf(a)
    await jwks.verify(token, rules)
    clock.now += 60_000
    await refused('jwt_claim_invalid', 'iss', () => jwks.verify(token, { ...rules, issuer: 'other' }))
    await refused('jwt_signature_invalid', 'signature', () =>
      jwks.verify(`${token.slice(0, -6)}AAAAAA`, rules),
    )
    expect(issuer.asked).to.equal(1)
  })

  const ages = [
    { control: undefined, good: 600_000 },
    { control: 'public, max-age=120', good: 120_000 },
    { control: 'max-age=5', good: 30_000 },
    { control: 'max-age=99999999', good: 600_000 },
    { control: 'no-store', good: 30_000 },
    { control: 'no-cache, max-age=500', good: 30_000 },
    { control: 's-maxage=90', good: 600_000 },
    { control: 'max-age=120', age: '70', good: 50_000 },
  ]
  for (const { control, age, good } of ages) {
    t.test(
      `Cache-Control ${control ?? 'unsaid'}${age ? `, Age ${age}` : ''}: good for ${good / 1000} s`,
      async () => {
        const { a, issuer, clock, jwks } = await setting(t)
        if (control) issuer.headers['cache-control'] = control
        if (age) issuer.headers.age = age
        const token = await tokenOf(a)
        await jwks.verify(token, rules)
        clock.now += good - 1
        expect((await jwks.verify(token, rules)).keysAge).to.equal(good - 1)
        expect(issuer.asked).to.equal(1)
        clock.now += 1
        expect((await jwks.verify(token, rules)).keysAge).to.equal(0)
        expect(issuer.asked).to.equal(2)
      },
    )
  }

  t.test('a clock that is set back does not keep old keys', async () => {
    const { a, issuer, clock, jwks } = await setting(t)
    const token = await tokenOf(a)
    await jwks.verify(token, rules)
    clock.now -= 86_400_000
    await jwks.verify(token, rules)
    expect(issuer.asked).to.equal(2)
  })

  t.describe('what the issuer does wrong', () => {
    for (const { what, says, code = 'jwt_key_not_found', set, options = {} } of faults) {
      t.test(what, async () => {
        const { a, issuer, clock, jwks } = await setting(t, options)
        const { keys } = issuer
        set(issuer)
        const token = await tokenOf(a)
        const error = await refused(code, 'keys', () => jwks.verify(token, rules))
        expect(error.message).to.match(says)
        await refused(code, 'keys', () => jwks.verify(token, rules))
        expect(issuer.asked, 'within the cool-down').to.equal(1)
        if (options.maxBytes) return
        Object.assign(issuer, { keys, status: 200, headers: {}, delay: 0, pause: 0 })
        clock.now += 30_000
        expect((await jwks.verify(token, rules)).offline).to.equal(false)
      })
    }
  })

  t.test('while the issuer is away the last set is used, and its age told', async () => {
    const { a, issuer, clock, jwks } = await setting(t)
    const token = await tokenOf(a)
    await jwks.verify(token, rules)
    issuer.status = 503
    clock.now += 3_600_000
    const found = await jwks.verify(token, rules)
    expect([found.offline, found.keysAge, jwks.age]).to.deep.equal([true, 3_600_000, 3_600_000])
    clock.now += 604_800_000
    await refused('jwt_key_not_found', 'keys', () => jwks.verify(token, rules))
    await refused('jwt_key_not_found', 'keys', () => verifyJwt(token, jwks, rules))
  })

  t.test(
    'with a locker the last set survives, sealed, and is used after a restart without a network',
    async () => {
      const disk = t.disk()
      const { a, issuer, clock, open } = await setting(t)
      const { where, locker } = await freshLocker(t, disk, { clock: () => clock.now })
      const token = await tokenOf(a)
      await open({ locker }).verify(token, rules)
      await locker.flush()
      expect(locker.entries.list()).to.deep.equal([`jwks/${issuer.url}`])

      issuer.status = 500
      clock.now += 7_200_000
      const again = await lockerOn(t, where, { clock: () => clock.now })
      const found = await open({ locker: again }).verify(token, rules)
      expect([found.offline, found.keysAge]).to.deep.equal([true, 7_200_000])
      again.lock()
      await refused('jwt_key_not_found', 'keys', () => open({ locker: again }).verify(token, rules))
    },
  )

  t.test('what lies in the locker under that name, and is no set, does no harm', async () => {
    const { a, issuer, open } = await setting(t)
    const { locker } = await freshLocker(t, t.disk())
    const token = await tokenOf(a)
    for (const value of [
      null,
      5,
      { text: '{}' },
      { fetched: 'x', text: 7 },
      { fetched: now, text: '{"keys":5}' },
    ]) {
      locker.entries.put(`jwks/${issuer.url}`, value)
      expect((await open({ locker }).verify(token, rules)).offline).to.equal(false)
    }
  })

  t.describe('addresses and options', () => {
    const bad = [
      'http://issuer.test/jwks',
      'ftp://127.0.0.1/',
      'http://127.0.0.1.evil.test/',
      'https://u:p@issuer.test/',
    ]
    for (const url of bad) {
      t.test(`${url} is refused`, () => refused('invalid_field', 'url', () => remoteJwks(url)))
    }

    t.test('https, and http from this machine, are taken', () => {
      for (const url of [
        'https://issuer.test/a#b',
        'http://localhost:1/',
        'http://127.0.0.1:1/',
        'http://[::1]:1/',
      ]) {
        expect(remoteJwks(url).url).to.equal(url.replace('#b', ''))
      }
    })

    t.test('what is no number of milliseconds is a TypeError', () => {
      for (const options of [
        { timeout: -1 },
        { maxBytes: 1e9 },
        { cooldown: Number.NaN },
        { maxAge: '1' as never },
      ]) {
        expect(() => remoteJwks('https://issuer.test/', options)).to.throw(TypeError)
      }
      expect(() => remoteJwks('no address')).to.throw(TypeError)
    })

    t.test('a set of secrets is never asked for an HMAC', async () => {
      const { issuer, jwks } = await setting(t)
      issuer.keys = { keys: [{ kty: 'oct', k: btoa(String.fromCharCode(...secret)), alg: 'HS256' }] }
      await refused('jwt_key_unfit', 'keys', () => jwks.load())
    })
  })
}
