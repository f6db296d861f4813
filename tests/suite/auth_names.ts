/** Several sessions in one locker, told apart by their names. */
import type { Auth } from '@kbve/locker/auth'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { becomes, breath, desk, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }
const bob = { email: 'bob@example.com', password: 'battery staple' }
const hour = 3_600_000

export function suite(t: SuiteContext): void {
  /** Ann in the session `a`, and Bob in the session `b`, which was made later. */
  async function two() {
    const time = new Time()
    const server = new GotrueDouble(time)
    const at = desk(t, server, time)
    const { auth: a, locker } = await at.tab({ name: 'a', profile: false })
    const b = at.session(locker, { name: 'b', profile: false })
    await b.ready
    await a.signIn(ann)
    await b.signIn(bob)
    await locker.flush()
    return { ...at, server, locker, a, b }
  }

  const who = ({ session: { state, user } }: Auth) => [state, user?.username]

  t.describe('auth names', () => {
    t.test('a session hears of its sign-out in another tab, whichever was made last', async () => {
      const { a, b, tab, session } = await two()
      const other = await tab({ name: 'a', profile: false })
      const otherB = session(other.locker, { name: 'b', profile: false })
      await otherB.ready
      expect([who(other.auth), who(otherB)]).to.deep.equal([
        ['signed-in', 'ann'],
        ['signed-in', 'bob'],
      ])
      await other.auth.signOut()
      await becomes(a, 'anonymous')
      expect(who(b)).to.deep.equal(['signed-in', 'bob'])
      await otherB.signOut()
      await becomes(b, 'anonymous')
    })

    t.test('one that is disposed of takes no other along', async () => {
      const { a, b, locker, tab, session } = await two()
      const newer = session(locker, { name: 'a', profile: false })
      await newer.ready
      b[Symbol.dispose]()
      a[Symbol.dispose]()
      const other = await tab({ name: 'a', profile: false })
      await other.auth.signOut()
      await becomes(newer, 'anonymous')
      await other.auth.signIn(ann)
      await becomes(newer, 'signed-in')
    })

    t.test('lock() waits for the refreshes of all, and seals what each brings', async () => {
      const { a, b, locker, server, time, tab, session } = await two()
      const answers: (() => void)[] = []
      server.before = async ({ url }) => {
        if (url.includes('refresh_token')) await new Promise<void>((resolve) => answers.push(resolve))
      }
      time.set(2 * hour)
      for (const auth of [a, b]) {
        const before = answers.length
        void auth.getUser().catch(() => {})
        await until('the refresh is at the server', () => answers.length > before)
      }
      locker.lock()
      expect([a.session.state, b.session.state]).to.deep.equal(['locked', 'locked'])
      let open = false
      const unlocking = locker.unlock({ device: true }).then(() => {
        open = true
      })
      // The later one is answered first.
      answers[1]?.()
      await breath(60)
      expect(open, 'while the first is on its way').to.equal(false)
      answers[0]?.()
      server.before = undefined
      await unlocking
      const isFresh = ({ session: { state, expiresAt = 0, error } }: Auth) =>
        state === 'signed-in' && expiresAt > time.wall && !error
      await until('both go on with what came', () => isFresh(a) && isFresh(b))
      expect([who(a), who(b)]).to.deep.equal([
        ['signed-in', 'ann'],
        ['signed-in', 'bob'],
      ])
      await Promise.all([a.getUser(), b.getUser()])
      expect(server.refreshes, 'neither was asked for again').to.equal(2)
      const again = await tab({ name: 'a', profile: false })
      expect(who(again.auth)).to.deep.equal(['signed-in', 'ann'])
      const againB = session(again.locker, { name: 'b', profile: false })
      await againB.ready
      expect(who(againB)).to.deep.equal(['signed-in', 'bob'])
      await Promise.all([a.refresh(), b.refresh()])
      expect(server.sessions.size).to.equal(2)
    })
  })
}
