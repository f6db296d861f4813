/**
 * Another tab holds what this one needs, and is frozen, stopped or killed. Whoever waits is answered
 * within a time limit, `set()` does not wait at all, and what was waiting goes on when the way is free.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

/** The limit for a database that does not answer, and what a busy machine may add. */
const limitMs = 10_000
const graceMs = 4_000

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  async function opened(name: string): Promise<Tab> {
    const tab = await chromium.open(`${server.origin}/page.html`)
    t.after(() => tab.page.close().catch(() => {}))
    const status = await tab.page.evaluate((at) => kbve.open(at), name)
    expect(status).to.include({ state: 'unlocked' })
    return tab
  }

  /** Two ways to stand still: as the browser does it to save power, and as a debugger or a sleeping computer does. */
  const ways: Record<string, (tab: Tab) => Promise<() => Promise<void>>> = {
    'frozen by the browser': async (tab) => {
      const cdp = await chromium.context.newCDPSession(tab.page)
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
      return async () => {
        await cdp.send('Page.setWebLifecycleState', { state: 'active' })
      }
    },
    'its process stopped': async (tab) => {
      process.kill(tab.pid, 'SIGSTOP')
      const go = async () => void process.kill(tab.pid, 'SIGCONT')
      // A tab that is killed at last is not there to be woken.
      t.after(() => go().catch(() => {}))
      return go
    },
  }

  /** How a try under a time limit ends, and when. */
  interface Outcome {
    code: string
    ms: number
  }

  const exclusive = (tab: Tab, timeout: number): Promise<Outcome> =>
    tab.page.evaluate(async (timeout) => {
      const begun = performance.now()
      const code = await kbve.locker
        .exclusive(() => 'done', { timeout })
        .catch((error: { code: string }) => error.code)
      return { code, ms: performance.now() - begun }
    }, timeout)

  const update = (tab: Tab, value: string): Promise<Outcome> =>
    tab.page.evaluate(async (value) => {
      const begun = performance.now()
      const code = await kbve.locker
        .update('username', () => value)
        .then(
          () => 'done',
          (error: { code: string }) => error.code,
        )
      return { code, ms: performance.now() - begun }
    }, value)

  for (const [what, freeze] of Object.entries(ways)) {
    t.test(
      `exclusive() held by a tab that is ${what}: given up in time, and had as soon as that tab is killed`,
      async () => {
        const name = t.name()
        const [holder, other] = [await opened(name), await opened(name)]
        await holder.page.evaluate(() => {
          const held = new Promise((resolve) => {
            void kbve.locker.exclusive(() => resolve(undefined) ?? new Promise(() => {}), { timeout: 600 })
          })
          return held
        })
        await freeze(holder)
        const late = await exclusive(other, 1)
        expect(late.code).to.equal('aborted')
        expect(late.ms).to.be.within(900, 1_000 + graceMs)
        await chromium.kill(holder)
        const after = await exclusive(other, 8)
        expect(after.code).to.equal('done')
      },
      { timeout: 40_000 },
    )

    t.test(
      `the main database held by a tab that is ${what}: update() is refused in time, set() does not wait`,
      async () => {
        const name = t.name()
        const [holder, other] = [await opened(name), await opened(name)]
        await holder.page.evaluate((at) => kbve.holdMain(at), name)
        const thaw = await freeze(holder)

        const set = await other.page.evaluate(() => {
          const begun = performance.now()
          kbve.locker.set('last', 'handed over')
          return { ms: performance.now() - begun, shown: kbve.locker.get('last') }
        })
        expect(set.shown).to.equal('handed over')
        expect(set.ms).to.be.below(500)

        const [late, flushed] = await Promise.all([
          update(other, 'late'),
          other.page.evaluate(() =>
            kbve.locker.flush().then(
              () => 'done',
              (error: { code: string }) => error.code,
            ),
          ),
        ])
        expect(late.code).to.equal('storage_unavailable')
        expect(late.ms).to.be.within(limitMs - 500, limitMs + graceMs)
        expect(flushed).to.equal('storage_unavailable')
        const waiting = await other.page.evaluate(() => kbve.status())
        expect(waiting).to.include({ state: 'unlocked', pending: 1, code: 'storage_unavailable' })

        await thaw()
        await holder.page.evaluate(() => kbve.release())
        await other.page.waitForFunction(
          () => kbve.locker.status.pending === 0 && kbve.locker.status.error === undefined,
          undefined,
          { timeout: 20_000 },
        )
        const after = await other.page.evaluate(() => kbve.status())
        expect(after).to.include({ state: 'unlocked', integrity: 'ok' })
        expect((await update(other, 'again')).code).to.equal('done')
        const reader = await opened(name)
        expect(await reader.page.evaluate(() => kbve.profile())).to.include({
          username: 'again',
          last: 'handed over',
        })
      },
      { timeout: 60_000 },
    )
  }

  t.test(
    'the main database held by a tab that is killed: update() goes through',
    async () => {
      const name = t.name()
      const [holder, other] = [await opened(name), await opened(name)]
      await holder.page.evaluate((at) => kbve.holdMain(at), name)
      const updating = update(other, 'through')
      await new Promise((resolve) => setTimeout(resolve, 300))
      await chromium.kill(holder)
      const { code, ms } = await updating
      expect(code).to.equal('done')
      expect(ms).to.be.within(250, limitMs)
    },
    { timeout: 30_000 },
  )

  t.test(
    'opened while a stopped tab holds the main database: an answer in time, and open when it is asked again',
    async () => {
      const name = t.name()
      const holder = await opened(name)
      await holder.page.evaluate((at) => kbve.holdMain(at), name)
      const thaw = await ways['its process stopped']?.(holder)
      const late = await chromium.open(`${server.origin}/page.html`)
      t.after(() => late.page.close())
      const begun = Date.now()
      const status = await late.page.evaluate((at) => kbve.open(at), name)
      expect(status).to.include({ state: 'failed', code: 'storage_unavailable' })
      expect(Date.now() - begun).to.be.below(limitMs + graceMs)
      await thaw?.()
      await holder.page.evaluate(() => kbve.release())
      const state = await late.page.evaluate(async () => {
        await kbve.locker.unlock({ device: true })
        return kbve.locker.status.state
      })
      expect(state).to.equal('unlocked')
    },
    { timeout: 40_000 },
  )
}
