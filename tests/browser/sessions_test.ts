/**
 * One session in real tabs, with a backend behind a socket: four tabs that find it expired, tabs that die with the answer
 * in their hands, refreshes killed at any moment. `KBVE_ROUNDS=50` and `KBVE_KILLS=100` are the long form.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import { startGotrue } from './harness/gotrue_server.ts'
import { everyMoment, killCount } from './harness/kills.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'
import type { Believed, SessionPlace } from './harness/session_page.ts'

const rounds = Number(process.env.KBVE_ROUNDS ?? 3)
const kills = killCount(6)
/** The long form takes its time. */
const timeout = 15_000 + Math.max(rounds, kills) * 5_000

/** Longer than any token lives, and no more than a locker's clock may jump. */
const later = 2 * 60 * 60 * 1000

const restored = (tab: Tab, place: SessionPlace): Promise<Believed> =>
  tab.page.evaluate((given) => kbveSession.restored(given), place)

export function suite(t: SuiteContext, browsing: ChromiumBrowsing): void {
  const { chromium, server } = browsing

  /** Somebody signed in on this device, whose tab is closed. */
  async function signedIn(query = '') {
    const backend = await startGotrue()
    t.after(() => backend.close())
    const address = `${server.origin}/session.html${query}`
    const place: SessionPlace = { name: t.name(), url: backend.url, ahead: 0 }
    const tab = await chromium.open(address)
    await tab.page.evaluate((given) => kbveSession.signIn(given, 'ann@example.com', 'correct horse'), place)
    await tab.page.close()
    const { double } = backend
    return {
      double,
      open: () => chromium.open(address),
      /** Lets the token end; answers where the session is then. */
      expire(): SessionPlace {
        backend.ahead += later
        return { ...place, ahead: backend.ahead }
      },
    }
  }

  for (const [how, query] of [
    ['with Web Locks', ''],
    ['without Web Locks', '?nolocks'],
  ] as const) {
    t.test(
      `${how}, four tabs find the session expired: one refresh, one session`,
      async () => {
        const { double, open, expire } = await signedIn(query)
        for (let round = 1; round <= rounds; round++) {
          const what = `round ${round} of ${rounds}`
          const place = expire()
          const before = double.refreshes
          const tabs = await Promise.all([open(), open(), open(), open()])
          const all = await Promise.all(tabs.map((tab) => restored(tab, place)))
          expect(double.refreshes - before, `${what}: POST /token`).to.equal(1)
          expect(all[0], what).to.include({ state: 'signed-in', error: undefined, github: 'ann-on-github' })
          for (const one of all) expect(one, what).to.deep.equal(all[0])
          await Promise.all(tabs.map(({ page }) => page.close()))
        }
        expect(double.complaints).to.deep.equal([])
        expect([...double.sessions.values()].map(({ tokens }) => tokens.length)).to.deep.equal([rounds + 1])
      },
      { timeout },
    )
  }

  t.test(
    'the winner is killed between response and store: the other three end with one session',
    async () => {
      const { double, open, expire } = await signedIn()
      for (let round = 1; round <= rounds; round++) {
        const what = `round ${round} of ${rounds}`
        const place = expire()
        const before = double.refreshes
        const winner = await open()
        const others = await Promise.all([open(), open(), open()])
        const answered = server.lines.length
        winner.page
          .evaluate((given) => kbveSession.open(given), { ...place, stopsAtAnswer: true })
          .catch(() => {})
        await server.logged((line) => line.what === 'answered' && server.lines.indexOf(line) >= answered)
        const waiting = Promise.all(others.map((tab) => restored(tab, place)))
        await chromium.kill(winner)
        const all = await waiting
        expect(all[0], what).to.include({ state: 'signed-in', error: undefined, github: 'ann-on-github' })
        for (const one of all) expect(one, what).to.deep.equal(all[0])
        // The one that was lost, and one by which its answer was had again.
        expect(double.refreshes - before, `${what}: POST /token`).to.equal(2)
        await Promise.all(others.map(({ page }) => page.close()))
      }
      expect(double.complaints).to.deep.equal([])
      expect(double.sessions.size).to.equal(1)
    },
    { timeout },
  )

  t.test(
    'a refresh is killed at any moment: whoever comes next is signed in',
    async () => {
      const { double, open, expire } = await signedIn()
      const interrupted = await everyMoment<SessionPlace>({
        browsing,
        kills,
        work: (given) => kbveSession.restored(given),
        prepare: async () => ({ tab: await open(), given: expire() }),
        async check({ round, seed, given }) {
          const next = await open()
          expect(await restored(next, given), `seed ${seed}, round ${round}`).to.include({
            state: 'signed-in',
            error: undefined,
            github: 'ann-on-github',
          })
          await next.page.close()
        },
      })
      expect(interrupted, 'killed before the end').to.be.greaterThan(kills / 3)
      expect(double.complaints).to.deep.equal([])
      expect(double.sessions.size).to.equal(1)
    },
    { timeout },
  )
}
