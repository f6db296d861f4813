/** `unlock: 'account'`: who opens the locker, and what becomes of one that somebody cannot open. */
import type { Locker } from '@kbve/locker'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { becomes, breath, desk, type More, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }
const bob = { email: 'bob@example.com', password: 'battery staple' }
const cost = { memoryKib: 19_456, passes: 2 }

export function suite(t: SuiteContext): void {
  function place() {
    const time = new Time()
    const server = new GotrueDouble(time)
    const at = desk(t, server, time)
    const tab = (more: More = {}) => at.tab({ ...more, locker: { unlock: 'account', ...more.locker } })
    return { server, ...at, tab }
  }

  /** As when the browser is closed and opened again. */
  async function visit(
    at: ReturnType<typeof place>,
    last?: Awaited<ReturnType<typeof at.tab>>,
    more: More = {},
  ) {
    if (last) {
      await last.locker.flush()
      last.auth[Symbol.dispose]()
      last.locker[Symbol.dispose]()
      await breath(40)
    }
    return at.tab(more)
  }

  const kinds = async (locker: Locker) => (await locker.slots.list()).map(({ kind }) => kind)

  t.describe('account unlock', () => {
    t.test('a password makes the locker and opens it, and goes nowhere but to sign in', async () => {
      const at = place()
      const first = await visit(at)
      expect([first.auth.session.state, first.locker.status.state]).to.deep.equal(['anonymous', 'absent'])
      expect(await code(() => first.auth.getUser())).to.equal('session_missing')
      expect(await first.auth.signIn(ann)).to.have.property('step', 'signed-in')
      first.locker.entries.put('draft', 'mine')
      expect(await kinds(first.locker)).to.deep.equal(['passphrase'])
      const second = await visit(at, first)
      expect([second.auth.session.state, second.locker.status.state]).to.deep.equal(['locked', 'locked'])
      expect(second.auth.session).not.to.have.property('user')
      expect(await code(() => second.auth.getUser())).to.equal('locked')
      expect(await code(() => second.auth.signIn({ ...ann, password: 'wrong' }))).to.equal(
        'invalid_credentials',
      )
      expect(second.locker.status.state).to.equal('locked')
      await second.auth.signIn(ann)
      expect(second.locker.entries.get('draft')).to.equal('mine')
      expect(await kinds(second.locker)).to.deep.equal(['passphrase'])
      const third = await visit(at, second)
      // The same by hand, and the session in it goes on.
      await third.locker.unlock({ passphrase: ann.password })
      await becomes(third.auth, 'signed-in')
      const withPassword = at.server.requests.filter(({ body }) => body.includes(ann.password))
      expect(withPassword.map(({ url }) => url)).to.deep.equal(
        Array(2).fill(`${at.server.url}/token?grant_type=password`),
      )
    })

    t.test('register makes it, too', async () => {
      const at = place()
      const { auth, locker } = await visit(at)
      await auth.register({ email: 'new@example.com', password: 'long enough' })
      expect(locker.status.state).to.equal('unlocked')
      expect(locker.get('email')).to.equal('new@example.com')
      await locker.unlock({ passphrase: 'long enough' })
    })

    t.test('OAuth, code and link users get a key of this browser, and it opens by itself', async () => {
      for (const way of ['code', 'oauth'] as const) {
        const at = place()
        const went: string[] = []
        const here = 'https://app.example.com/'
        const page = { href: () => here, navigate: (url: string) => went.push(url), replace() {} }
        const first = await visit(at, undefined, { ports: { page } })
        if (way === 'code') await first.auth.verify({ kind: 'email', email: ann.email, token: '123456' })
        else {
          await first.auth.signInWithOAuth({ provider: 'github' })
          const to = new URL(went[0] as string).searchParams
          at.server.flows.set('c', { challenge: to.get('code_challenge') as string, user: ann.email })
          const back = new URL(to.get('redirect_to') as string)
          back.searchParams.set('code', 'c')
          await first.auth.handleRedirect(back.href)
        }
        expect(await kinds(first.locker)).to.deep.equal(['device'])
        const second = await visit(at, first)
        expect([second.auth.session.state, second.locker.status.state]).to.deep.equal([
          'signed-in',
          'unlocked',
        ])
      }
    })

    t.test('a password changed here rewraps; one that is refused changes nothing', async () => {
      const at = place()
      const first = await visit(at)
      await first.auth.signIn(ann)
      expect(await code(() => first.auth.changePassword({ password: 'abc' }))).to.equal('weak_password')
      await first.locker.unlock({ passphrase: ann.password })
      expect(await kinds(first.locker)).to.deep.equal(['passphrase'])
      await first.auth.changePassword({ password: 'a new one' })
      expect(await kinds(first.locker)).to.deep.equal(['passphrase'])
      const second = await visit(at, first)
      expect(await code(() => second.locker.unlock({ passphrase: ann.password }))).to.equal('wrong_secret')
      await second.auth.signIn({ ...ann, password: 'a new one' })
      expect(second.locker.status.state).to.equal('unlocked')
      // Nobody knows whether it was taken: both open, and the next sign-in settles it.
      at.server.trouble = ({ method }) =>
        method === 'PUT' ? Promise.reject(new TypeError('Failed to fetch')) : undefined
      expect(await code(() => second.auth.changePassword({ password: 'third one' }))).to.equal('network')
      expect(await kinds(second.locker)).to.deep.equal(['passphrase', 'passphrase'])
      at.server.trouble = undefined
      const account = at.server.accounts.get(ann.email)
      if (account) account.password = 'third one'
      const third = await visit(at, second)
      await third.auth.signIn({ ...ann, password: 'third one' })
      expect(third.events).to.deep.equal([])
      expect(await kinds(third.locker)).to.deep.equal(['passphrase'])
    })

    t.test(
      'a password reset elsewhere: a recovery code still opens, and from then on the new one',
      async () => {
        const at = place()
        const first = await visit(at)
        await first.auth.signIn(ann)
        first.locker.entries.put('draft', 'mine')
        const { code: recovery } = await first.locker.slots.add({ recovery: true })
        const old = (await first.locker.slots.list()).find((one) => one.kind === 'passphrase')?.id
        const account = at.server.accounts.get(ann.email)
        if (account) account.password = 'set elsewhere'
        const second = await visit(at, first)
        const step = await second.auth.signIn({ ...ann, password: 'set elsewhere' })
        expect(step).to.deep.equal({ step: 'locked', opensWith: ['recovery'] })
        expect(second.auth.session).to.deep.include({ state: 'locked', opensWith: ['recovery'] })
        await second.locker.unlock({ recovery })
        await becomes(second.auth, 'signed-in')
        expect(second.auth.session).not.to.have.property('opensWith')
        expect(second.locker.entries.get('draft')).to.equal('mine')
        const passphrase = async () =>
          (await second.locker.slots.list()).find((one) => one.kind === 'passphrase')?.id
        await until('the slot is another one', async () => (await passphrase()) !== old)
        await second.locker.unlock({ passphrase: 'set elsewhere' })
        expect(await code(() => second.locker.unlock({ passphrase: ann.password }))).to.equal('wrong_secret')
      },
      { timeout: 40_000 },
    )

    t.test(
      'reset elsewhere and nothing else opens: emptied, filled again from the server, and said',
      async () => {
        const at = place()
        const first = await visit(at)
        await first.auth.signIn(ann)
        first.locker.entries.put('draft', 'mine')
        const account = at.server.accounts.get(ann.email)
        if (account) account.password = 'set elsewhere'
        const second = await visit(at, first)
        expect(await second.auth.signIn({ ...ann, password: 'set elsewhere' })).to.have.property(
          'step',
          'signed-in',
        )
        expect(second.events).to.deep.equal(['evicted'])
        expect(second.locker.status).to.include({ state: 'unlocked', reason: 'account' })
        expect(second.locker.entries.list()).to.deep.equal([])
        expect(second.locker.profile).to.include({ username: 'ann', email: ann.email })
        const third = await visit(at, second)
        await third.auth.signIn({ ...ann, password: 'set elsewhere' })
        expect(third.events).to.deep.equal([])
      },
    )

    t.test('a code instead of the password waits for what opens the locker, or starts over', async () => {
      const at = place()
      const first = await visit(at)
      await first.auth.signIn(ann)
      first.locker.entries.put('draft', 'mine')
      await first.locker.slots.add({ recovery: true })
      const second = await visit(at, first)
      const step = await second.auth.verify({ kind: 'email', email: ann.email, token: '123456' })
      expect(step).to.have.property('step', 'locked')
      expect(second.locker.status.state).to.equal('locked')
      expect(await second.auth.startOver()).to.have.property('step', 'signed-in')
      expect(second.locker.entries.list()).to.deep.equal([])
      expect(await kinds(second.locker)).to.deep.equal(['device'])
      expect(second.events).to.deep.equal(['evicted'])
    })

    t.test('a second person never sees the first one’s data', async () => {
      const at = place()
      const first = await visit(at)
      await first.auth.signIn(ann)
      first.locker.entries.put('draft', 'of Ann')
      await first.auth.signOut()
      await until('it is locked', () => first.locker.status.state === 'locked')
      expect(first.locker.profile.username).to.equal('')
      expect(at.server.sessions.size).to.equal(0)
      const second = await visit(at, first)
      expect(await code(() => second.auth.signIn(bob))).to.equal('identity_mismatch')
      expect(second.locker.status.state).to.equal('locked')
      await until('the refused session is over', () => at.server.sessions.size === 0)
      expect(await second.auth.signIn(bob, { identity: 'empty' })).to.have.nested.property(
        'user.username',
        'bob',
      )
      expect(second.locker.entries.list()).to.deep.equal([])
      expect(second.locker.profile).to.include({ username: 'bob', avatar: '' })
      expect(await code(() => second.locker.unlock({ passphrase: ann.password }))).to.equal('wrong_secret')
    })

    t.test('without a network the password opens the locker and the session in it', async () => {
      const at = place()
      const first = await visit(at)
      await first.auth.signIn(ann)
      const second = await visit(at, first)
      at.server.trouble = () => Promise.reject(new TypeError('Failed to fetch'))
      expect(await code(() => second.auth.signIn({ ...ann, password: 'wrong' }))).to.equal('network')
      expect(await second.auth.signIn(ann)).to.have.nested.property('user.username', 'ann')
      expect(second.auth.session.state).to.equal('signed-in')
    })

    t.test('a backup holds no session, and a migration leaves it alone', async () => {
      const at = place()
      const first = await visit(at)
      await first.auth.signIn(ann)
      const backup = await first.locker.backup()
      const { records } = JSON.parse(await backup.text()) as { records: { id: string }[] }
      expect(records.map(({ id }) => id.replace(/\/.*/, ''))).to.not.include('auth')
      first.locker.set('github', 'after-it')
      await first.locker.flush()
      const other = place()
      const elsewhere = await visit(other)
      const report = await elsewhere.locker.restore(backup, { passphrase: ann.password })
      expect(report.added.filter((id) => !id.startsWith('profile/'))).to.deep.equal([])
      await until('it was looked at', () => elsewhere.auth.session.state !== 'restoring')
      expect(elsewhere.auth.session.state).to.equal('anonymous')
      expect(elsewhere.locker.get('username')).to.equal('ann')
      const migrated = await visit(at, first, {
        locker: { version: 2, migrate: (_, values) => values },
      })
      await migrated.locker.unlock({ passphrase: ann.password }, { cost })
      await becomes(migrated.auth, 'signed-in')
      expect(migrated.locker.status.integrity, 'the locker goes on with its own root').to.equal('ok')
      expect(migrated.locker.get('github')).to.equal('after-it')
    })
  })
}
