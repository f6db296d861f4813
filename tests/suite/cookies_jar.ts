/** Cookies and the jar they lie in: sizes, parts, who else is in it, and a cookieStore before it. */
import { lockerCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { jarFor, jwt, madeCookies, slowStore } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, freshLocker } from './help.ts'

export function suite(t: SuiteContext): void {
  const made = madeCookies(t)

  t.describe('sizes and parts', () => {
    t.test('a long value takes two parts, and the second goes when it is short again', async () => {
      const { cookies, jar } = await made({ token: { sealed: true }, plain: {} })
      for (const name of ['token', 'plain'] as const) {
        const long = 'x'.repeat(name === 'token' ? 3_500 : 5_000)
        cookies.set(name, long)
        expect(jar.names()).to.include.members([name, `${name}.1`])
        expect(cookies.get(name)).to.equal(long)
        cookies.set(name, 'short')
        expect(jar.names()).to.include(name).and.not.include(`${name}.1`)
        expect(cookies.get(name)).to.equal('short')
        cookies.set(name, long)
        cookies.remove(name)
        expect(jar.names()).to.deep.equal([])
      }
    })

    t.test('too large: nothing is written, and what was there stays', async () => {
      const { cookies, jar } = await made({ token: { sealed: true }, plain: {}, more: {} })
      cookies.set('token', jwt)
      cookies.set('plain', 'x'.repeat(3_000))
      const before = jar.lines.length
      expect(await code(() => cookies.set('token', 'x'.repeat(7_000)))).to.equal('cookie_too_large')
      expect(await code(() => cookies.set('plain', 'ü'.repeat(1_500)))).to.equal('cookie_too_large')
      // Each would fit; all together are over 6,000 bytes.
      expect(await code(() => cookies.set('more', 'x'.repeat(2_900)))).to.equal('cookie_too_large')
      expect(jar.lines).to.have.length(before)
      expect(cookies.get('token')).to.equal(jwt)
      cookies.remove('plain')
      cookies.set('more', 'x'.repeat(2_900))
    })

    t.test('a missing second part is invalid, and set puts it right', async () => {
      const { cookies, jar } = await made({ token: {} })
      cookies.set('token', 'x'.repeat(5_000))
      jar.write('token.1=; Path=/; Max-Age=0')
      expect(cookies.read('token')).to.have.nested.property('error.code', 'cookie_invalid')
      cookies.set('token', 'short')
      expect(cookies.get('token')).to.equal('short')
    })

    t.test('cookies of others are neither counted nor touched', async () => {
      const jar = jarFor(t)
      jar.write(`theirs=${'y'.repeat(4_000)}; Path=/`)
      jar.write('odd="quoted value"; Path=/')
      const before = jar.lines.length
      const { cookies } = await made({ token: {}, user: { fields: ['username'] } }, jar)
      cookies.set('token', 'x'.repeat(5_000))
      cookies.set('token', 'short')
      cookies.clear()
      expect(jar.names()).to.deep.equal(['theirs', 'odd'])
      for (const line of jar.lines.slice(before)) expect(line).to.match(/^(token|token\.1|user|user\.1)=/)
    })
  })

  t.describe('cookieStore', () => {
    const table = { token: { secure: true, sealed: true } } as const

    t.test('get after set is the new value, although the store takes its time', async () => {
      const jar = jarFor(t)
      const { store, sent, go } = slowStore(jar)
      const { cookies } = await made(table, { ...jar, store })
      cookies.set('token', 'one')
      expect(sent, 'it leaves in the same task').to.deep.equal(['token'])
      cookies.set('token', 'two')
      cookies.set('token', 'x'.repeat(3_500))
      cookies.set('token', 'three')
      expect(cookies.get('token')).to.equal('three')
      expect(jar.names()).to.deep.equal([])
      go()
      await cookies.flush()
      expect(jar.names()).to.deep.equal(['token'])
      expect(cookies.get('token')).to.equal('three')
      expect(sent, 'what was replaced was not sent').to.deep.equal(['token', 'token.1', 'token'])
      expect(jar.lines.at(-1)).to.match(/^token=/)
      cookies.remove('token')
      expect(cookies.get('token')).to.equal(undefined)
      await cookies.flush()
      expect(jar.names()).to.deep.equal([])
    })

    t.test('what it refuses is written the old way; what that refuses too is told', async () => {
      const jar = jarFor(t)
      const { store, go } = slowStore(jar, () => true)
      const written: string[] = []
      const fallback = { ...jar, store, write: (line: string) => void written.push(line) }
      const { cookies, locker } = await made(table, fallback)
      const told: string[] = []
      locker.on('error', ({ code, field }) => told.push(`${code} ${field}`))
      cookies.set('token', jwt)
      go()
      expect(await code(() => cookies.flush())).to.equal('storage_unavailable')
      expect(written).to.have.length(1)
      expect(told).to.deep.equal(['storage_unavailable token'])
      await cookies.flush()
    })

    t.test(
      'what has not left when the page goes is written the old way',
      async () => {
        const jar = jarFor(t)
        const { store } = slowStore(jar)
        const { cookies } = await made(table, { ...jar, store })
        cookies.set('token', 'one')
        cookies.set('token', 'two')
        expect(jar.lines).to.deep.equal([])
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
        expect(jar.lines).to.have.length(1)
        expect(cookies.get('token')).to.equal('two')
      },
      { only: ['chromium'] },
    )

    t.test(
      'the browser’s own: a Secure cookie with a prefix goes through it and back',
      async () => {
        const { locker } = await freshLocker(t, t.disk())
        const mine = {
          token: { name: '__Host-test', secure: true, sealed: true, sameSite: 'strict' },
        } as const
        const cookies = lockerCookies(locker, mine)
        t.after(() => cookies[Symbol.dispose]())
        await cookies.ready
        cookies.set('token', 'x'.repeat(3_500))
        await cookies.flush()
        expect(document.cookie).to.include('__Host-test=2~').and.include('__Host-test.1=')
        cookies.set('token', jwt)
        await cookies.flush()
        expect(cookies.get('token')).to.equal(jwt)
        expect(document.cookie).not.to.include('__Host-test.1')
        cookies.clear()
        await cookies.flush()
        expect(document.cookie).not.to.include('__Host-test')
      },
      { only: ['chromium'] },
    )
  })
}
