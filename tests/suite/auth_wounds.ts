/** What others' clients bleed from, each named after it, and tabs, clocks and networks that misbehave. */
import type { LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { becomes, breath, desk, json, type More, type Tab, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }
const minute = 60_000
const hour = 60 * minute

export function suite(t: SuiteContext): void {
  function place() {
    const time = new Time()
    const server = new GotrueDouble(time)
    return { server, ...desk(t, server, time) }
  }

  async function signedIn(more: More = {}) {
    const at = place()
    const first = await at.tab(more)
    await first.auth.signIn(ann)
    await first.locker.flush()
    return { ...at, ...first }
  }

  const isSignedIn = ({ auth }: Tab) => auth.session.state === 'signed-in' && !auth.session.error

  t.describe('auth wounds', () => {
    t.test('deadlock when the client is called from an auth event', async () => {
      const { auth, time, server } = await signedIn()
      const heard: Promise<unknown>[] = []
      auth.subscribe(() => {
        if (heard.length > 2) return
        for (const call of [auth.getUser(), auth.refresh()]) {
          call.catch(() => {})
          heard.push(call)
        }
      })
      await time.pass(hour)
      await until('it was refreshed', () => server.refreshes > 0)
      await until('somebody heard', () => heard.length > 1)
      await Promise.all(heard)
      expect(auth.session.state).to.equal('signed-in')
      expect(server.refreshes).to.be.lessThan(4)
    })

    t.test('endless wait on an orphaned or stolen lock', async () => {
      const deaf = { request: () => new Promise<never>(() => {}) }
      const stuck = {
        request: <T>(_: string, { signal }: { signal: AbortSignal }) =>
          new Promise<T>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }
      for (const locks of [stuck, deaf]) {
        const { auth, time, server } = await signedIn({ locks })
        time.set(2 * hour)
        const got = auth.getUser()
        await breath(50)
        await time.pass(26_000)
        expect(await got).to.have.property('username', 'ann')
        expect(server.refreshes).to.equal(1)
      }
    })

    const ways: [string, More][] = [
      ['with Web Locks', {}],
      ['without Web Locks', { locks: null }],
      // What createAuth finds by itself: in a browser its own.
      ['with what there is', { ports: { locks: undefined } as object }],
    ]
    for (const [how, more] of ways) {
      t.test(
        `random logout with several tabs: four tabs, an expired session, one refresh, ${how}`,
        async () => {
          const { time, server, tab, auth, locker } = await signedIn(more)
          auth[Symbol.dispose]()
          locker[Symbol.dispose]()
          await breath()
          time.set(2 * hour)
          const tabs = await Promise.all([tab(more), tab(more), tab(more), tab(more)])
          const got = await Promise.all(tabs.map((one) => one.auth.getUser()))
          expect(got.map(({ username }) => username)).to.deep.equal(['ann', 'ann', 'ann', 'ann'])
          expect(server.refreshes).to.equal(1)
          await until('all have the same session', () => tabs.every(isSignedIn))
          const ends = new Set(tabs.map((one) => one.auth.session.expiresAt))
          expect(ends.size).to.equal(1)
          // And again, by the timers alone.
          await time.pass(hour + minute)
          await until('it was refreshed again', () => server.refreshes > 1)
          await breath(60)
          expect(server.refreshes).to.equal(2)
          expect(tabs.every(isSignedIn)).to.equal(true)
        },
      )
    }

    t.test('the winner dies between response and store: another tab takes over', async () => {
      for (const withLocks of [true, false]) {
        const { time, server, tab, locks } = await signedIn()
        const more: More = withLocks ? {} : { locks: null }
        const winner = await tab({ ...more, tab: 'winner' })
        const other = await tab({ ...more, tab: 'other' })
        // The server has rotated, and the answer never arrives.
        let reached = false
        server.before = (request) => {
          if (request.tab !== 'winner' || !request.url.includes('refresh_token')) return
          reached = true
          return new Promise(() => {})
        }
        void winner.auth.refresh().catch(() => {})
        await until('the server has answered', () => reached)
        winner.auth[Symbol.dispose]()
        locks.die('winner')
        await breath(30)
        if (!withLocks) await time.pass(31_000)
        await until('another tab has refreshed', () => server.refreshes > 1)
        await other.auth.getUser()
        expect(isSignedIn(other)).to.equal(true)
        expect(server.refreshes).to.equal(2)
        expect(server.sessions.size).to.equal(1)
      }
    })

    t.test('crash between receiving new tokens and storing them', async () => {
      const at = place()
      // From the answer on no transaction comes to an end any more: all that is left is what was handed over in its task.
      let cut = false
      const ends: (() => void)[] = []
      const storage = cutting(at.where.storage, () => cut, ends)
      const { auth, locker } = await at.tab({ locker: { storage } })
      await auth.signIn(ann)
      await locker.flush()
      at.time.set(2 * hour)
      at.server.before = ({ url }) => {
        if (url.includes('refresh_token')) cut = true
      }
      void auth.getUser().catch(() => {})
      await until('the answer was made', () => cut)
      await breath(40)
      expect(auth.session.expiresAt, 'nobody was told before it was stored').to.be.lessThan(at.time.wall)
      auth[Symbol.dispose]()
      locker[Symbol.dispose]()
      await breath(1_200)
      at.server.before = undefined
      const again = await at.tab()
      await again.auth.getUser()
      cut = false
      for (const end of ends) end()
      expect(isSignedIn(again)).to.equal(true)
      expect(at.server.refreshes).to.equal(1)
    })

    for (const status of [429, 500, 503]) {
      t.test(
        `a failed refresh deletes a good session: ${status} comes at most once for each step`,
        async () => {
          const { time, server, auth } = await signedIn()
          await time.pass(hour - 3 * minute)
          server.trouble = ({ url }) =>
            url.includes('refresh_token') ? json(status, { message: 'no' }) : undefined
          await time.pass(2 * minute + 30_000)
          await breath(40)
          expect(auth.session.state, 'while the token is valid').to.equal('signed-in')
          const before = server.refreshes
          expect(before).to.be.within(1, 12)
          await time.pass(hour)
          await breath(40)
          expect(auth.session.state, 'after the token has ended').to.equal('signed-in')
          expect(auth.session.error?.code).to.equal(status === 429 ? 'rate_limited' : 'server_error')
          expect(server.refreshes - before, 'in an hour of trouble').to.be.within(5, 40)
          server.trouble = undefined
          await time.pass(20 * minute)
          await until('it is well again', () => !auth.session.error)
          expect(await auth.getUser()).to.have.property('username', 'ann')
        },
      )
    }

    t.test('a wrong device clock makes a refresh loop: a day ahead, a day behind', async () => {
      for (const by of [24 * hour, -24 * hour]) {
        const at = place()
        at.server.ahead = -by
        const { auth } = await at.tab()
        await auth.signIn(ann)
        expect(auth.session.expiresAt).to.be.closeTo(at.time.wall + hour, 2_000)
        for (let life = 1; life <= 3; life++) {
          await at.time.pass(hour)
          await breath(30)
          expect(at.server.refreshes).to.equal(life)
        }
        expect(auth.session.state).to.equal('signed-in')
      }
    })

    t.test('a clock that is set, or a device that slept: one refresh before the next use', async () => {
      for (const by of [2 * hour, 24 * hour, -24 * hour]) {
        const { time, server, auth, tab } = await signedIn()
        const second = await tab()
        time.set(by)
        await Promise.all([auth.getUser(), second.auth.getUser()])
        await time.pass(2 * minute)
        await breath(30)
        expect(server.refreshes, `by ${by / hour} h`).to.equal(1)
        expect(auth.session.state).to.equal('signed-in')
      }
    })

    t.test('offline means logged out: an hour without a network', async () => {
      const { time, server, auth } = await signedIn()
      server.trouble = () => Promise.reject(new TypeError('Failed to fetch'))
      await time.pass(hour + 10 * minute)
      expect(auth.session.state).to.equal('signed-in')
      expect(auth.session.user?.username).to.equal('ann')
      expect(await code(() => auth.getUser())).to.equal('network')
      expect(server.refreshes).to.be.lessThan(40)
      server.trouble = undefined
      await time.pass(6 * minute)
      await until('it is back', () => !auth.session.error)
      expect(await auth.getUser()).to.have.property('username', 'ann')
    })

    t.test('offline and logout is impossible: here at once, there when there is a network', async () => {
      const { time, server, auth, locker, tab } = await signedIn()
      server.trouble = () => Promise.reject(new TypeError('Failed to fetch'))
      await auth.signOut()
      expect(auth.session).to.include({ state: 'anonymous', pendingSignOuts: 1 })
      await breath(30)
      auth[Symbol.dispose]()
      await locker.flush()
      locker[Symbol.dispose]()
      expect(server.sessions.size).to.equal(1)
      // The next day, with a token that has ended by then.
      time.set(20 * hour)
      server.trouble = undefined
      const next = await tab()
      await until('the backend was told', () => server.sessions.size === 0)
      await until('nothing waits', () => !next.auth.session.pendingSignOuts)
      expect(next.auth.session.state).to.equal('anonymous')
    })

    t.test('SIGNED_IN on every focus: an equal view is the same object and notifies nobody', async () => {
      const { time, auth, server, tab } = await signedIn()
      const second = await tab()
      let told = 0
      auth.subscribe(() => told++)
      const view = auth.session
      await auth.getUser()
      await auth.health()
      await second.auth.getUser()
      await time.pass(10 * minute)
      await breath(30)
      expect(told).to.equal(0)
      expect(auth.session).to.equal(view)
      expect(server.refreshes).to.equal(0)
    })

    t.test('the session goes to other tabs in a broadcast: no message has a token', async () => {
      const messages: unknown[] = []
      const { auth, tab } = await signedIn({
        locker: {
          channel: (name) => {
            const port = new BroadcastChannel(name)
            return {
              post(message) {
                messages.push(message)
                port.postMessage(message)
              },
              listen(take) {
                port.onmessage = ({ data }) => take(data)
              },
              close: () => port.close(),
            }
          },
        },
      })
      const second = await tab()
      await auth.refresh()
      await auth.signOut()
      await becomes(second.auth, 'anonymous')
      expect(messages.length).to.be.greaterThan(3)
      expect(JSON.stringify(messages)).not.to.match(/eyJ|refresh\d|example\.com/)
    })

    t.test('rate limited, nobody says for how long: shown, kept, and shared by tabs', async () => {
      const { auth, server, tab, time } = await signedIn()
      const second = await tab()
      const sentence = 'For security purposes, you can only request this after 40 seconds.'
      server.trouble = ({ url }) =>
        url.includes('/recover') ? server.no(429, 'over_email_send_rate_limit', sentence) : undefined
      expect(await code(() => auth.requestReset({ email: ann.email }))).to.equal('rate_limited')
      const asked = server.count('/recover')
      await until('the other tab knows', () => second.auth.session.retryAt)
      expect(second.auth.session.retryAt).to.be.closeTo(time.wall + 40_000, 1_500)
      expect(await code(() => second.auth.requestReset({ email: ann.email }))).to.equal('rate_limited')
      expect(server.count('/recover')).to.equal(asked)
      await time.pass(41_000)
      server.trouble = undefined
      await second.auth.requestReset({ email: ann.email })
    })

    t.test('second user on a shared device sees the first one’s data', async () => {
      const { auth, locker, server, events } = await signedIn()
      locker.entries.put('secret', 'of Ann')
      locker.set('github', 'ann-on-github')
      await auth.signOut()
      const bob = { email: 'bob@example.com', password: 'battery staple' }
      expect(await code(() => auth.signIn(bob))).to.equal('identity_mismatch')
      expect(auth.session.state).to.equal('anonymous')
      await until('the refused session is signed out', () => server.sessions.size === 0)
      const step = await auth.signIn(bob, { identity: 'empty' })
      expect(step).to.have.nested.property('user.username', 'bob')
      expect(locker.entries.get('secret')).to.equal(undefined)
      expect(locker.profile).to.include({ github: '', username: 'bob', avatar: '' })
      expect(events).to.deep.equal(['evicted'])
      expect(locker.status.reason).to.equal('account')
      expect(await code(() => auth.signIn(ann))).to.equal('identity_mismatch')
    })

    t.test('lock() waits for a refresh already sent, and seals what it brings', async () => {
      const { auth, locker, server, tab } = await signedIn()
      let release: () => void = () => {}
      let reached = false
      server.before = async ({ url }) => {
        if (!url.includes('refresh_token')) return
        reached = true
        await new Promise<void>((resolve) => {
          release = resolve
        })
      }
      void auth.refresh().catch(() => {})
      await until('the refresh is at the server', () => reached)
      locker.lock()
      expect(locker.status.state).to.equal('locked')
      expect(auth.session.state).to.equal('locked')
      expect(auth.session).not.to.have.property('user')
      expect(await code(() => auth.getUser())).to.equal('locked')
      const unlocking = locker.unlock({ device: true })
      await breath(40)
      release()
      server.before = undefined
      await unlocking
      await becomes(auth, 'signed-in')
      await until('what came is part of it', () => !auth.session.error)
      await auth.refresh()
      expect(auth.session.state).to.equal('signed-in')
      expect(server.sessions.size).to.equal(1)
      const tokens = [...server.sessions.values()][0]?.tokens ?? []
      expect(tokens).to.have.length(3)
      expect((await tab()).auth.session.state).to.equal('signed-in')
    })

    t.test('a call that is given up is given up, and the refresh it waited for is not', async () => {
      const { auth, time, server } = await signedIn()
      time.set(2 * hour)
      const give = new AbortController()
      const got = auth.getUser({ signal: give.signal })
      server.before = () => give.abort()
      expect(await code(() => got)).to.equal('aborted')
      server.before = undefined
      await until('it was refreshed', () => auth.session.expiresAt && auth.session.expiresAt > time.wall)
      expect(await auth.getUser()).to.have.property('username', 'ann')
      expect(server.refreshes).to.equal(1)
    })

    t.test('a revoked session is dead after storage was read once more, and says so', async () => {
      const { auth, time, server } = await signedIn()
      server.sessions.clear()
      time.set(2 * hour)
      expect(await code(() => auth.getUser())).to.equal('session_expired')
      await becomes(auth, 'expired')
      expect(auth.session.user?.username, 'who it was').to.equal('ann')
      expect(server.refreshes).to.equal(1)
      await auth.signIn(ann)
      expect(auth.session.state).to.equal('signed-in')
    })
  })
}

/** A disk whose transactions do not end any more as soon as `isCut` says so, until `ends` are called. */
function cutting(storage: LockerStorage, isCut: () => boolean, ends: (() => void)[]): LockerStorage {
  const open: LockerStorage['open'] = async (name, options) => {
    const session = await storage.open(name, options)
    return new Proxy(session, {
      get(target, key) {
        if (key === 'transact' && isCut())
          return () => new Promise((_, reject) => ends.push(() => reject(new Error('cut'))))
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  return { open, notes: storage.notes }
}
