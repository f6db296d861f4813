/** One jar with universal-cookie, which is what react-cookie is made of: each reads what the other wrote plain. */
import { loadCookies, lockerCookies, serverCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import UniversalCookie from 'universal-cookie'
import { jarFor } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker } from './help.ts'

const table = { token: {}, user: { fields: ['username', 'avatar'] }, cart: { json: true } } as const
const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
const texts = [jwt, 'a b', 'ü€𝄞', '100%', 'a;b=c,d', '"quoted"', "it's (fine)!*~", '\\']

export function suite(t: SuiteContext): void {
  async function ours() {
    const jar = jarFor(t)
    const { locker } = await freshLocker(t, t.disk())
    const cookies = lockerCookies(locker, table, { jar })
    t.after(() => cookies[Symbol.dispose]())
    await cookies.ready
    return { jar, locker, cookies }
  }

  t.test('universal-cookie reads what we wrote', async () => {
    const { jar, locker, cookies } = await ours()
    for (const text of texts) {
      cookies.set('token', text)
      expect(new UniversalCookie(jar.read()).get('token', { doNotParse: true })).to.equal(text)
    }
    locker.patch({ username: 'ann "ä"', avatar: 'https://example.com/a;b.png' })
    cookies.set('cart', { items: [1, 'zwei', null] })
    const theirs = new UniversalCookie(jar.read())
    expect(theirs.get('user')).to.deep.equal(cookies.get('user'))
    expect(theirs.get('user')).to.deep.equal({ username: 'ann "ä"', avatar: 'https://example.com/a;b.png' })
    expect(theirs.get('cart')).to.deep.equal({ items: [1, 'zwei', null] })
  })

  t.test(
    'we read what universal-cookie wrote, and neither touches the other’s',
    async () => {
      const { jar, cookies } = await ours()
      const theirs = new UniversalCookie(null, { path: '/' })
      for (const text of texts) {
        theirs.set('token', text)
        expect(cookies.get('token')).to.equal(text)
      }
      theirs.set('user', { username: 'ben ä;', avatar: '' })
      expect(cookies.get('user')).to.deep.equal({ username: 'ben ä;', avatar: '' })
      theirs.set('cart', ['a', { b: 1 }])
      expect(cookies.get('cart')).to.deep.equal(['a', { b: 1 }])
      theirs.set('own', { of: 'theirs' })
      const before = jar.raw('own')
      cookies.set('token', 'ours')
      expect(theirs.get('token')).to.equal('ours')
      cookies.clear()
      expect(jar.raw('own')).to.equal(before)
      cookies.set('token', 'ours')
      theirs.remove('own')
      expect(jar.names()).to.deep.equal(['token'])
      theirs.remove('token')
      expect(cookies.get('token')).to.equal(undefined)
    },
    { only: ['chromium'] },
  )

  // In a page universal-cookie reads document.cookie, whatever it is given.
  t.test(
    'on a server: the same header for both',
    async () => {
      await loadCookies()
      for (const text of texts) {
        const cookies = serverCookies('', { token: {} })
        cookies.set('token', text)
        const header = cookies.setCookie[0]?.split('; ')[0] ?? ''
        expect(new UniversalCookie(header).get('token', { doNotParse: true })).to.equal(text)
        expect(serverCookies(`token=${encodeURIComponent(text)}`, { token: {} }).get('token')).to.equal(text)
      }
    },
    { only: ['node'] },
  )
}
