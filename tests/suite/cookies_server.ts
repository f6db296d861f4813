/** Cookies on a server: from header to Set-Cookie and back through a page. */
import { type CookieTable, loadCookies, lockerCookies, serverCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { jarFor, take } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker } from './help.ts'

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 3)
/** One table for both sides. */
const table = {
  key,
  kid: 'session',
  token: { sealed: true, secure: false },
  user: { fields: ['username', 'avatar'], secure: false },
  seen: { json: true, secure: false },
} as const

export function suite(t: SuiteContext): void {
  t.test('server to page and back: each reads what the other wrote', async () => {
    await loadCookies()
    const jar = jarFor(t)
    const first = serverCookies(null, table)
    expect(first.get('token')).to.equal(undefined)
    first.set('token', 'from the server; ü')
    first.set('seen', ['news'])
    expect(first.get('token')).to.equal('from the server; ü')
    take(jar, first.setCookie)

    const { locker } = await freshLocker(t, t.disk())
    const page = lockerCookies(locker, table, { jar })
    t.after(() => page[Symbol.dispose]())
    await page.ready
    expect(page.get('token')).to.equal('from the server; ü')
    expect(page.get('seen')).to.deep.equal(['news'])
    page.set('token', 'x'.repeat(3_200))
    locker.set('username', 'änn')
    locker.lock()
    expect(await code(() => page.get('token')), 'whoever’s key it is').to.equal('locked')
    expect(await code(() => page.set('token', 'x'))).to.equal('locked')

    const second = serverCookies(jar.read(), table)
    expect(second.get('token')).to.equal('x'.repeat(3_200))
    expect(second.get('user')).to.deep.equal({ username: 'änn', avatar: '' })
    second.set('token', 'short')
    second.remove('seen')
    take(jar, second.setCookie)
    await locker.unlock({ device: true })
    expect(jar.names()).to.have.members(['token', 'user'])
    expect(page.get('token')).to.equal('short')
  })

  t.test(
    'the lines: Secure and Lax by default, HttpOnly allowed, the last word on a cookie alone',
    async () => {
      await loadCookies()
      const cookies = serverCookies('a=1; a.1=left', {
        a: {},
        b: { httpOnly: true, name: '__Host-b', sameSite: 'strict', maxAge: 60, partitioned: true },
      })
      expect(cookies.setCookie).to.deep.equal([])
      cookies.set('a', 'one')
      cookies.set('a', 'two')
      cookies.set('b', 'three')
      expect(cookies.setCookie).to.deep.equal([
        'a=two; Path=/; Secure; SameSite=Lax',
        'a.1=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax',
        '__Host-b=three; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict; Partitioned',
      ])
      cookies.remove('b')
      expect(cookies.get('b')).to.equal(undefined)
      expect(cookies.setCookie[2]).to.match(/^__Host-b=; Path=\/; Max-Age=0/)
    },
  )

  t.test('two requests know nothing of each other', async () => {
    await loadCookies()
    const one = serverCookies('', table)
    const two = serverCookies(undefined, table)
    one.set('token', 'mine')
    expect(two.get('token')).to.equal(undefined)
    expect(two.setCookie).to.deep.equal([])
  })

  t.test('invalid is not absent, and nothing is thrown for what a client sent', async () => {
    await loadCookies()
    const other = serverCookies('', { ...table, key: new Uint8Array(32) })
    other.set('token', 'x')
    const foreign = other.setCookie[0]?.split(';')[0] ?? ''
    for (const header of [foreign, 'token=plain', 'token=2~x', 'token=%E0%A4%A', 'token=']) {
      const { state } = serverCookies(header, table).read('token')
      expect(state, header).to.equal('invalid')
      expect(serverCookies(header, table).get('token'), header).to.equal(null)
    }
    for (const header of ['', ';;;', '=x', 'token', 'other=token=x', '\u0000']) {
      expect(serverCookies(header, table).get('token'), header).to.equal(undefined)
    }
    expect(serverCookies('user=[1]', table).get('user')).to.equal(null)
    expect(serverCookies('user=1', table).get('user')).to.equal(null)
  })

  t.test('refusals: sealed without a key, too large for all, prefixes, a name nobody defined', async () => {
    await loadCookies()
    expect(() => serverCookies('', { token: { sealed: true } })).to.throw(TypeError, 'key of 32 bytes')
    expect(() => serverCookies(7 as unknown as string, {})).to.throw(TypeError, 'Cookie header')
    const cookies = serverCookies('', { a: {}, b: {}, host: { name: '__Host-x', path: '/app' } })
    cookies.set('a', 'x'.repeat(3_500))
    expect(await code(() => cookies.set('b', 'x'.repeat(3_500)))).to.equal('cookie_too_large')
    expect(cookies.setCookie).to.have.length(1)
    expect(await failure(() => cookies.set('host', 'x'))).to.include({
      code: 'cookie_invalid',
      field: 'path',
    })
    const any = cookies as unknown as { get(name: string): unknown }
    expect(() => any.get('c')).to.throw(TypeError, 'no cookie "c"')
  })

  t.test('jose opens what we sealed, and we open what jose sealed', async () => {
    await loadCookies()
    const cookies = serverCookies('', table)
    cookies.set('token', 'für jose')
    const sealed = cookies.setCookie[0]?.split(/[=;]/)[1] ?? ''
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key)
    expect(new TextDecoder().decode(plaintext)).to.equal('für jose')
    expect(protectedHeader).to.deep.equal({
      alg: 'dir',
      enc: 'A256GCM',
      typ: 'kbve-cookie',
      kid: 'session',
      cookie: 'token',
    })
    const byJose = (cookie: string) =>
      new CompactEncrypt(new TextEncoder().encode('von jose ü'))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'kbve-cookie', cookie })
        .encrypt(key)
    expect(serverCookies(`token=${await byJose('token')}`, table).get('token')).to.equal('von jose ü')
    expect(serverCookies(`token=${await byJose('other')}`, table).get('token')).to.equal(null)
  })

  t.test('random values survive from Set-Cookie to the next request', async () => {
    await loadCookies()
    const letters = ['%', ';', '"', '=', ' ', ',', '\t', '\r\n', '\0', 'ü', '€', '𝄞', '2~', '%C3', '%zz', 'a']
    let seed = 7
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const both = {
      key,
      plain: {},
      sealed: { sealed: true },
      data: { json: true },
    } as const satisfies CookieTable
    for (let round = 0; round < 500; round++) {
      const value = Array.from({ length: next(60) }, () => letters[next(letters.length)]).join('')
      const cookies = serverCookies('', both)
      cookies.set('plain', value)
      cookies.set('sealed', value)
      cookies.set('data', { [value]: [value] })
      const header = cookies.setCookie.map((line) => line.split('; ')[0]).join('; ')
      const again = serverCookies(header, both)
      expect(again.get('plain'), String(round)).to.equal(value)
      expect(again.get('sealed'), String(round)).to.equal(value)
      expect(again.get('data'), String(round)).to.deep.equal({ [value]: [value] })
    }
  })

  t.test(
    'without a page: making a locker’s cookies is safe, and using them says what to use instead',
    async () => {
      const { locker } = await freshLocker(t, t.disk())
      const cookies = lockerCookies(locker, { token: { sealed: true }, user: { fields: ['username'] } })
      t.after(() => cookies[Symbol.dispose]())
      await cookies.ready
      expect(cookies.read('token')).to.deep.equal({ state: 'loading' })
      for (const use of [
        () => cookies.get('token'),
        () => cookies.set('token', 'x'),
        () => cookies.clear(),
      ]) {
        const error = await failure(use)
        expect(error.code).to.equal('unsupported')
        expect(error.message).to.include('serverCookies')
      }
      locker.set('username', 'ann')
      await locker.destroy()
    },
    { only: ['node'] },
  )

  t.test(
    'before loadCookies: a typed error with a way out',
    async () => {
      const said = await t.node?.run(`
        const { serverCookies, loadCookies } = await import('@kbve/locker/cookies')
        let code, says
        try { serverCookies('', {}) } catch (error) { ({ code, message: says } = error) }
        await loadCookies()
        const value = serverCookies('a=1', { a: {} }).get('a')
        console.log(JSON.stringify({ code, says: says.includes('loadCookies()'), value }))`)
      expect(JSON.parse(said ?? '')).to.deep.equal({ code: 'unsupported', says: true, value: '1' })
    },
    { only: ['node'] },
  )

  t.test(
    'a module that cannot be loaded: unsupported, told by the locker, and another look tries again',
    async () => {
      const said = await t.node?.run(`
        const { createLocker } = await import('@kbve/locker')
        const { lockerCookies, loadCookies } = await import('@kbve/locker/cookies')
        let text = ''
        const jar = { read: () => text, write: (line) => { text = line.split(';')[0] } }
        const locker = createLocker()
        await locker.ready
        const told = []
        locker.on('error', ({ code }) => told.push(code))
        const wasm = new Uint8Array([1, 2, 3])
        const cookies = lockerCookies(locker, { user: { fields: ['username'] } }, { jar, wasm })
        locker.set('username', 'ann')
        const first = await cookies.ready.catch(({ code }) => code)
        await loadCookies()
        await cookies.ready
        console.log(JSON.stringify({ first, told: [...new Set(told)], user: cookies.get('user') }))`)
      expect(JSON.parse(said ?? '')).to.deep.equal({
        first: 'unsupported',
        told: ['unsupported'],
        user: { username: 'ann' },
      })
    },
    { only: ['node'] },
  )
}
