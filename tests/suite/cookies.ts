/** Cookies in a page: values, attributes, seals, and what is refused. */
import { type CookieOptions, type CookieTable, lockerCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { jarFor, jwt, madeCookies, type TestJar } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker } from './help.ts'

/** Attributes no browser would take, and the field the refusal names. */
const refusals: { what: string; options: CookieOptions; field: string }[] = [
  { what: '__Host- without Secure', options: { name: '__Host-token', secure: false }, field: 'secure' },
  { what: '__Secure- without Secure', options: { name: '__Secure-token', secure: false }, field: 'secure' },
  { what: 'the prefix in other letters', options: { name: '__hOSt-token', secure: false }, field: 'secure' },
  {
    what: '__Host- with another path',
    options: { name: '__Host-token', secure: true, path: '/app' },
    field: 'path',
  },
  {
    what: '__Host- with a domain',
    options: { name: '__Host-token', secure: true, domain: 'example.com' },
    field: 'domain',
  },
  { what: 'SameSite=None without Secure', options: { sameSite: 'none', secure: false }, field: 'sameSite' },
  { what: 'Partitioned without Secure', options: { partitioned: true, secure: false }, field: 'partitioned' },
  { what: 'a name with a semicolon', options: { name: 'to;ken' }, field: 'name' },
  { what: 'a name of a second part', options: { name: 'token.1' }, field: 'name' },
  { what: 'a path without a slash', options: { path: 'app' }, field: 'path' },
  { what: 'a path with an attribute in it', options: { path: '/; Domain=example.com' }, field: 'path' },
  { what: 'a domain in Unicode', options: { domain: 'exämple.com' }, field: 'domain' },
]

/** Tables that are a mistake, and a piece of what is said about it. */
const mistakes: [table: object, says: string][] = [
  [{ token: 7 }, 'takes an object'],
  [{ token: { sealed: 'yes' } }, 'takes as sealed a boolean'],
  [{ token: { samesite: 'lax' } }, 'has no option "samesite"'],
  [{ token: { sameSite: 'Lax' } }, 'strict, lax or none'],
  [{ token: { maxAge: -1 } }, 'whole seconds'],
  [{ user: {} }, 'name them in fields'],
  [{ user: { fields: [] } }, 'at least one'],
  [{ user: { fields: ['surname'] } }, 'no profile field "surname"'],
  [{ token: {}, other: { name: 'token' } }, 'called "token"'],
  [{ token: { sealed: true, key: new Uint8Array(16) } }, '32 bytes'],
]

export function suite(t: SuiteContext): void {
  const made = madeCookies(t)

  t.describe('values', () => {
    t.test('a text is set, read, replaced and removed', async () => {
      const { cookies, jar } = await made({ token: {} })
      expect(cookies.get('token')).to.equal(undefined)
      expect(cookies.read('token')).to.deep.equal({ state: 'absent' })
      cookies.set('token', jwt)
      expect(cookies.get('token')).to.equal(jwt)
      expect(cookies.read('token')).to.deep.equal({ state: 'there', value: jwt })
      expect(jar.raw('token')).to.equal(jwt)
      cookies.set('token', 'a b;c=ü"%41')
      expect(cookies.get('token')).to.equal('a b;c=ü"%41')
      expect(jar.raw('token')).to.equal(encodeURIComponent('a b;c=ü"%41'))
      cookies.remove('token')
      expect(cookies.get('token')).to.equal(undefined)
      expect(jar.names()).to.deep.equal([])
    })

    t.test('an object comes back equal, frozen and the same until it changes', async () => {
      const { cookies } = await made({ cart: { json: true } })
      cookies.set('cart', { items: [{ id: 'ä;', n: 2 }], open: true })
      const cart = cookies.get('cart')
      expect(cart).to.deep.equal({ items: [{ id: 'ä;', n: 2 }], open: true })
      expect(Object.isFrozen((cart as { items: unknown }).items)).to.equal(true)
      expect(cookies.get('cart')).to.equal(cart)
      expect(cookies.read('cart')).to.equal(cookies.read('cart'))
    })

    t.test('every attribute is in the line, and defaults are', async () => {
      const { cookies, jar } = await made({
        plain: {},
        full: { sameSite: 'strict', maxAge: 3_600, path: '/', name: 'renamed' },
      })
      cookies.set('plain', 'a')
      cookies.set('full', 'b')
      expect(jar.lines).to.deep.equal([
        'plain=a; Path=/; SameSite=Lax',
        'renamed=b; Path=/; Max-Age=3600; SameSite=Strict',
      ])
    })

    t.test('random texts survive: Unicode, long, percent, semicolons, quotes', async () => {
      const { cookies } = await made({ plain: {}, sealed: { sealed: true } })
      const letters = [
        '%',
        ';',
        '"',
        '=',
        ' ',
        ',',
        '\\',
        '\n',
        '\0',
        'ü',
        '€',
        '𝄞',
        '\ufeff',
        '2~',
        '%41',
        'a',
      ]
      let seed = 1
      const next = (below: number) => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        return Math.floor((seed / 2_147_483_648) * below)
      }
      for (let round = 0; round < 300; round++) {
        const length = next(round % 10 === 0 ? 250 : 30)
        const value = Array.from({ length }, () => letters[next(letters.length)]).join('')
        for (const name of ['plain', 'sealed'] as const) {
          cookies.set(name, value)
          expect(cookies.get(name), `${round} ${name}`).to.equal(value)
          cookies.remove(name)
        }
      }
    })
  })

  t.describe('sealed', () => {
    t.test('what lies in the jar is a JWE that names the cookie, and never the value', async () => {
      const { cookies, jar } = await made({ token: { sealed: true } })
      cookies.set('token', jwt)
      expect(cookies.get('token')).to.equal(jwt)
      const raw = jar.raw('token') ?? ''
      const header = JSON.parse(atob(raw.split('.')[0] ?? ''))
      expect(header).to.include({ alg: 'dir', enc: 'A256GCM', typ: 'kbve-cookie', cookie: 'token' })
      expect(header.kid).to.match(/^[\w-]{22}\.1$/)
      expect(raw).not.to.include(jwt.split('.')[1])
      cookies.set('token', jwt)
      expect(jar.raw('token'), 'sealed anew').not.to.equal(raw)
    })

    t.test('a value moved to another name does not open', async () => {
      const { cookies, jar } = await made({ token: { sealed: true }, other: { sealed: true } })
      cookies.set('token', jwt)
      jar.write(`other=${jar.raw('token')}; Path=/`)
      expect(cookies.read('other')).to.have.nested.property('error.code', 'cookie_invalid')
      expect(cookies.get('other')).to.equal(null)
      expect(cookies.get('token')).to.equal(jwt)
    })

    t.test('nothing opens with one character changed, and nothing is thrown', async () => {
      const { cookies, jar } = await made({ token: { sealed: true } })
      cookies.set('token', 'a')
      const raw = jar.raw('token') ?? ''
      for (let at = 0; at < raw.length; at++) {
        const other = raw[at] === 'A' ? 'E' : 'A'
        jar.write(`token=${raw.slice(0, at)}${other}${raw.slice(at + 1)}; Path=/`)
        expect(cookies.read('token').state, String(at)).to.equal('invalid')
        expect(cookies.get('token'), String(at)).to.equal(null)
      }
      jar.write(`token=${raw}; Path=/`)
      expect(cookies.get('token')).to.equal('a')
    })

    t.test('another locker’s cookie is invalid, not absent', async () => {
      const { cookies, jar } = await made({ token: { sealed: true } })
      cookies.set('token', jwt)
      const other = await freshLocker(t, t.disk())
      const theirs = lockerCookies(other.locker, { token: { sealed: true } }, { jar })
      t.after(() => theirs[Symbol.dispose]())
      await theirs.ready
      expect(theirs.read('token')).to.have.nested.property('error.code', 'cookie_invalid')
      theirs.set('token', 'mine now')
      expect(theirs.get('token')).to.equal('mine now')
      expect(cookies.get('token')).to.equal(null)
    })

    t.test('with a key of its own: another key, or another kid, is another matter', async () => {
      const key = crypto.getRandomValues(new Uint8Array(32))
      const { cookies, jar, locker } = await made({ token: { sealed: true }, key, kid: 'session 7' })
      cookies.set('token', jwt)
      expect(JSON.parse(atob(jar.raw('token')?.split('.')[0] ?? ''))).to.have.property('kid', 'session 7')
      const kept = key.slice()
      key.fill(0)
      expect(cookies.get('token'), 'the caller wiped his copy').to.equal(jwt)
      const others = [
        [{ token: { sealed: true, key: kept } }, jwt],
        [{ token: { sealed: true, key } }, null],
        [{ token: { sealed: true } }, null],
      ] as const
      for (const [table, expected] of others) {
        const other = lockerCookies(locker, table, { jar })
        t.after(() => other[Symbol.dispose]())
        await other.ready
        expect(other.get('token')).to.equal(expected)
      }
    })
  })

  t.describe('refused', () => {
    for (const { what, options, field } of refusals) {
      t.test(`${what}: cookie_invalid, and nothing is written`, async () => {
        const { cookies, jar } = await made({ token: options })
        const error = await failure(() => cookies.set('token', jwt))
        expect(error).to.include({ code: 'cookie_invalid', field })
        expect(jar.lines).to.deep.equal([])
      })
    }

    t.test('a mistake in the table is a TypeError that says which', async () => {
      const { locker } = await freshLocker(t, t.disk())
      for (const [table, says] of mistakes) {
        expect(() => lockerCookies(locker, table as CookieTable), says).to.throw(TypeError, says)
      }
    })

    t.test('HttpOnly: no page can set such a cookie', async () => {
      const { locker } = await freshLocker(t, t.disk())
      const error = await failure(() => lockerCookies(locker, { token: { httpOnly: true } }))
      expect(error).to.include({ code: 'cookie_invalid', field: 'httpOnly' })
      expect(error.message).to.include('serverCookies')
    })

    t.test('before it is ready: a typed error with a way out, and read does not throw', async () => {
      const { locker } = await freshLocker(t, t.disk())
      const cookies = lockerCookies(locker, { token: {} }, { jar: jarFor(t) })
      t.after(() => cookies[Symbol.dispose]())
      expect(cookies.read('token')).to.deep.equal({ state: 'loading' })
      // Both at once: it takes no longer than a task where the core is loaded already.
      const early = [failure(() => cookies.get('token')), failure(() => cookies.set('token', jwt))]
      for (const error of await Promise.all(early)) {
        expect(error.code).to.equal('unsupported')
        expect(error.message).to.include('await cookies.ready')
      }
      await cookies.ready
      cookies.set('token', jwt)
      expect(cookies.get('token')).to.equal(jwt)
    })

    t.test('a value of the wrong type, a name nobody defined, a lone surrogate', async () => {
      const { cookies, locker } = await made({
        token: {},
        cart: { json: true },
        user: { fields: ['username'] },
      })
      const any = cookies as unknown as {
        set(name: string, value: unknown): void
        get(name: string): unknown
      }
      expect(() => any.set('token', 7)).to.throw(TypeError, 'holds a text')
      expect(() => any.set('cart', 'text')).to.throw(TypeError, 'holds an object')
      // @ts-expect-error: the types say so too
      expect(() => cookies.set('user', { username: 'ann' })).to.throw(TypeError, 'follows the profile')
      expect(() => any.get('nobody')).to.throw(TypeError, 'no cookie "nobody"')
      expect(await code(() => any.set('cart', { at: new Date() }))).to.equal('not_serializable')
      expect(await code(() => cookies.set('token', '\ud800'))).to.equal('cookie_invalid')
      expect(() => lockerCookies({ ...locker }, {})).to.throw(TypeError, 'createLocker')
    })

    t.test('a browser that does not take it is told as storage_unavailable', async () => {
      const jar = jarFor(t)
      const deaf: TestJar = { ...jar, write: () => {} }
      const { cookies } = await made({ token: {} }, deaf)
      const error = await failure(() => cookies.set('token', jwt))
      expect(error).to.include({ code: 'storage_unavailable', field: 'token' })
      expect(cookies.get('token')).to.equal(undefined)
    })
  })
}
