/** What an application sees of a session beside its calls: cookies, stores' ground, and an import that does nothing. */

import { createLocker, memoryStorage } from '@kbve/locker'
import { createAuth, gotrue } from '@kbve/locker/auth'
import { lockerCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { becomes, desk, Time } from './auth_help.ts'
import { jarFor } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, openLocker, settled, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }

export function suite(t: SuiteContext): void {
  t.describe('auth view', () => {
    t.test('the cookies token and user go with the session, and are removed at the end', async () => {
      const time = new Time()
      const server = new GotrueDouble(time)
      const { where } = desk(t, server, time)
      const jar = jarFor(t)
      const locker = openLocker(t, where, { clock: time.now })
      const cookies = lockerCookies(
        locker,
        { token: { sealed: true }, user: { fields: ['username', 'avatar'] } },
        { jar },
      )
      t.after(() => cookies[Symbol.dispose]())
      await settled(locker)
      const ports = { fetch: server.fetch('tab'), timer: time.timer, monotonic: time.monotonic }
      const auth = createAuth({ locker, backend: server.backend, cookies, ports })
      t.after(() => auth[Symbol.dispose]())
      await auth.signIn(ann)
      await until('the cookie is there', () => jar.names().includes('token') && jar.names().includes('user'))
      const first = cookies.get('token')
      expect(first).to.match(/^eyJ/)
      expect(jar.raw('token')).not.to.equal(first)
      expect(cookies.get('user')).to.include({ username: 'ann' })
      await auth.refresh()
      await until('it is the new one', () => cookies.get('token') !== first)
      await auth.signOut()
      await until('both are gone', () => jar.names().length === 0)
      await becomes(auth, 'anonymous')
    })

    t.test('importing and making it touches nothing; nobody is waited for on a server', async () => {
      let touched = 0
      const storage = memoryStorage()
      const locker = createLocker({
        storage: {
          ...storage,
          notes: storage.notes,
          open: (...args) => {
            touched++
            return storage.open(...args)
          },
        },
        tenant: 'test',
        name: t.name(),
      })
      t.after(() => locker[Symbol.dispose]())
      const send = () => {
        touched++
        throw new Error('nothing is sent')
      }
      const auth = createAuth({
        locker,
        backend: gotrue({ url: 'https://x.example.com' }),
        ports: { fetch: send },
      })
      expect(auth.session).to.deep.equal({ state: 'restoring' })
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(touched).to.equal(0)
      await auth.ready
      expect(auth.session.state).to.equal('anonymous')
      auth[Symbol.dispose]()
      expect(await code(() => auth.signIn(ann))).to.equal('aborted')
    })

    t.test('mistakes in the options are TypeErrors', () => {
      const locker = createLocker({ storage: memoryStorage() })
      t.after(() => locker[Symbol.dispose]())
      const backend = gotrue({ url: 'https://x.example.com' })
      const make = (more: object) => () => createAuth({ locker, backend, ...more })
      expect(make({ locker: {} })).to.throw(TypeError, 'createLocker')
      expect(make({ backend: {} })).to.throw(TypeError, 'gotrue()')
      expect(make({ identity: 'x' })).to.throw(TypeError, 'refuse')
      expect(() => gotrue({} as never)).to.throw(TypeError, 'url')
    })

    t.test('two sessions in one locker know nothing of each other', async () => {
      const time = new Time()
      const server = new GotrueDouble(time)
      const { tab } = desk(t, server, time)
      const one = await tab({ name: 'one' })
      const two = await tab({ name: 'two', profile: false })
      await one.auth.signIn(ann)
      await two.auth.signIn({ email: 'bob@example.com', password: 'battery staple' })
      expect(one.auth.session.user?.username).to.equal('ann')
      expect(two.auth.session.user?.username).to.equal('bob')
      expect(one.locker.get('username')).to.equal('ann')
      await one.auth.signOut()
      expect(two.auth.session.state).to.equal('signed-in')
    })

    t.test('the application’s own mapping; a value that a field does not take is left out', async () => {
      const time = new Time()
      const server = new GotrueDouble(time)
      const account = server.accounts.get(ann.email)
      if (account)
        account.meta = { username: 'ann', avatar_url: 'javascript:alert(1)', handle: 'not a handle!' }
      const { tab } = desk(t, server, time)
      const { auth, locker } = await tab({
        profile: ({ username = '', avatar = '', raw }) => ({
          last: username,
          avatar,
          github: (raw?.user_metadata as { handle: string } | undefined)?.handle ?? '',
        }),
      })
      await auth.signIn(ann)
      expect(locker.profile).to.include({ last: 'ann', avatar: '', github: '', username: '', email: '' })
    })
  })
}
