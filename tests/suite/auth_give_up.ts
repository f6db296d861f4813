/** Calls that are given up: at once, without a trace, and never the refresh that others need as well. */
import type { Auth } from '@kbve/locker/auth'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { breath, desk, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }
const hour = 3_600_000
/** Looks at the clock that no call takes, unless it goes round in circles. */
const most = 2_000

/** A signal that is listened to, and how many still do. */
function counted(): {
  give: AbortController
  signal: AbortSignal
  listening: () => number
  ever: () => number
} {
  const give = new AbortController()
  const { signal } = give
  const listening = new Set<unknown>()
  let ever = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (type: string, call: unknown, options?: AddEventListenerOptions) => {
    ever++
    listening.add(call)
    addEventListener.call(signal, type, call as EventListener, options)
  }
  signal.removeEventListener = (type: string, call: unknown) => {
    listening.delete(call)
    removeEventListener.call(signal, type, call as EventListener)
  }
  return { give, signal, listening: () => listening.size, ever: () => ever }
}

export function suite(t: SuiteContext): void {
  /** Signed in two hours ago, so that whoever needs the token waits for the next one; the server answers when told. */
  async function waiting() {
    const time = new Time()
    const server = new GotrueDouble(time)
    let looks = 0
    const clock = () => {
      // Where nothing but microtasks run, no timer ever ends it.
      if (++looks > most) throw new Error('the page is frozen: this call goes round in circles')
      return time.wall
    }
    const { auth } = await desk(t, server, time).tab({ locker: { clock } })
    await auth.signIn(ann)
    time.set(2 * hour)
    let answer: () => void = () => {}
    let reached = false
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    server.before = async ({ url }) => {
      if (!url.includes('refresh_token')) return
      reached = true
      await answered
      // As over a network: in another task than whoever waits for it.
      await breath()
    }
    t.after(() => answer())
    return {
      auth,
      server,
      answer,
      reached: () => until('the refresh is at the server', () => reached),
      landed: async () => {
        await until('it was refreshed', () => (auth.session.expiresAt ?? 0) > time.wall)
        expect(server.refreshes).to.equal(1)
        expect(auth.session.state).to.equal('signed-in')
        looks = 0
        expect(await auth.getUser()).to.have.property('username', 'ann')
      },
      begin: () => {
        looks = 0
      },
    }
  }

  const calls: [string, (auth: Auth, signal: AbortSignal) => Promise<unknown>][] = [
    ['getUser', (auth, signal) => auth.getUser({ signal })],
    ['refresh', (auth, signal) => auth.refresh({ signal })],
    ['fetch', (auth, signal) => auth.fetch('https://id.example.com/rest/v1/notes', { signal })],
    ['mfa.enroll', (auth, signal) => auth.mfa.enroll({}, { signal })],
  ]

  t.describe('auth give up', () => {
    for (const [name, call] of calls) {
      for (const when of ['that it began itself', 'that others began'] as const) {
        t.test(`${name} waits for a refresh ${when}: aborted at once, and the refresh lands`, async () => {
          const { auth, answer, reached, landed, begin } = await waiting()
          const { give, signal } = counted()
          const first = when === 'that others began' ? auth.getUser() : undefined
          first?.catch(() => {})
          if (first) await reached()
          const got = call(auth, signal).then(
            () => 'done',
            (error: unknown) => error,
          )
          await reached()
          await breath()
          begin()
          give.abort(new Error('enough'))
          const told = await Promise.race([got, breath(500).then(() => 'still waiting')])
          expect(told).to.include({ code: 'aborted' })
          expect((told as Error).cause).to.have.property('message', 'enough')
          answer()
          await first
          await landed()
        })
      }
    }

    t.test('given up before it began: nothing is waited for, and nobody listens', async () => {
      const { auth, answer, reached, landed, begin } = await waiting()
      const first = auth.getUser()
      first.catch(() => {})
      await reached()
      const { give, signal, ever } = counted()
      give.abort()
      begin()
      expect(await code(() => auth.getUser({ signal }))).to.equal('aborted')
      expect(ever(), 'listeners ever added').to.equal(0)
      // What is given up before it begins says so as fetch does.
      const fetched = auth.fetch('https://id.example.com/rest/v1/notes', { signal })
      expect(await fetched.catch(({ name }: Error) => name)).to.equal('AbortError')
      answer()
      expect(await first).to.have.property('username', 'ann')
      await landed()
    })

    t.test('one signal for many calls gathers no listeners', async () => {
      const { auth, answer, reached, landed } = await waiting()
      const { give, signal, listening, ever } = counted()
      const got = [auth.getUser({ signal }), auth.mfa.enroll({}, { signal }), auth.getUser({ signal })]
      await reached()
      await breath()
      expect(ever()).to.be.greaterThan(2)
      answer()
      await Promise.all(got)
      expect(listening(), 'while nobody has given up').to.equal(0)
      await landed()
      give.abort()
      expect(listening()).to.equal(0)
    })

    t.test('signInWithOAuth: whoever gave up is sent nowhere', async () => {
      const time = new Time()
      const server = new GotrueDouble(time)
      const went: string[] = []
      const page = {
        href: () => 'https://app.example.com/',
        navigate: (url: string) => void went.push(url),
        replace() {},
      }
      const { auth } = await desk(t, server, time).tab({ ports: { page } })
      const over = AbortSignal.abort()
      const leave = (signal: AbortSignal) => auth.signInWithOAuth({ provider: 'github' }, { signal })
      expect(await code(() => leave(over))).to.equal('aborted')
      const give = new AbortController()
      const left = leave(give.signal)
      // The flow is being sealed.
      queueMicrotask(() => give.abort())
      expect(await code(() => left)).to.equal('aborted')
      expect(went).to.deep.equal([])
      const url = await leave(new AbortController().signal)
      expect(went).to.deep.equal([url])
    })
  })
}
