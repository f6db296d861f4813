/**
 * The back/forward cache takes a page with an open locker, and what comes out of it shows present values.
 * Firefox takes no page that has a Web Lock as it is left, and gives it no chance to let go before; there
 * the page is loaded anew, and what is said of values holds all the same.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, TestTab } from './harness/ports.ts'

export function suite(t: SuiteContext, { engine, server }: Browsing): void {
  const url = `${server.origin}/page.html`

  async function opened(name: string): Promise<TestTab> {
    const tab = await engine.open(url)
    t.after(() => tab.page.close())
    const status = await tab.page.evaluate((at) => kbve.open(at), name)
    expect(status).to.include({ state: 'unlocked' })
    return tab
  }

  /** Leaves the page, lets `meanwhile` happen, and comes back; whether it is the same page that is shown again. */
  async function awayAndBack(tab: TestTab, meanwhile: () => Promise<unknown>): Promise<boolean> {
    await tab.page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        Object.assign(globalThis, { cameBack: persisted })
      })
    })
    await tab.page.goto(`${url}?elsewhere`)
    await meanwhile()
    await tab.page.evaluate(() => void setTimeout(() => history.back(), 50))
    await tab.page.waitForFunction(() => location.search === '' && 'kbve' in globalThis)
    return tab.page.evaluate(() => (globalThis as { cameBack?: boolean }).cameBack === true)
  }

  /** What is due where the page was not kept: it is opened again. */
  async function shownAgain(tab: TestTab, name: string, cached: boolean): Promise<void> {
    expect(cached, 'pageshow.persisted').to.equal(engine.name !== 'firefox')
    if (!cached) await tab.page.evaluate((at) => kbve.open(at), name)
  }

  const username = (tab: TestTab, value: string) =>
    tab.page.waitForFunction((v) => kbve.locker.get('username') === v, value, { timeout: 5_000 })

  t.test(
    'a page with an open locker comes back from the cache, with what other tabs wrote, and goes on',
    async () => {
      const name = t.name()
      const [tab, other] = [await opened(name), await opened(name)]
      await tab.page.evaluate(() => kbve.locker.set('username', 'before'))
      const cached = await awayAndBack(tab, () =>
        other.page.evaluate(async () => {
          kbve.locker.set('username', 'meanwhile')
          await kbve.locker.flush()
        }),
      )
      await shownAgain(tab, name, cached)
      await username(tab, 'meanwhile')
      const after = await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'afterwards')
        await kbve.locker.flush()
        return { ...kbve.status(), errors: kbve.errors }
      })
      expect(after).to.deep.include({ state: 'unlocked', integrity: 'ok', pending: 0, errors: [] })
      await username(other, 'afterwards')
    },
    { timeout: 40_000 },
  )

  t.test(
    'what it handed over as it was left is applied, and it comes back all the same',
    async () => {
      const name = t.name()
      const [tab, other] = [await opened(name), await opened(name)]
      await tab.page.evaluate(() => {
        addEventListener('pagehide', () => kbve.locker.set('username', 'in pagehide'), { once: true })
      })
      let seen: Promise<unknown> | undefined
      const cached = await awayAndBack(tab, async () => {
        const heir = await opened(name)
        seen = username(heir, 'in pagehide')
        await seen
      })
      await shownAgain(tab, name, cached)
      await username(tab, 'in pagehide')
      await username(other, 'in pagehide')
    },
    { timeout: 40_000 },
  )

  t.test(
    'the locker was destroyed meanwhile: no old value is taken for a present one',
    async () => {
      const name = t.name()
      const [tab, other] = [await opened(name), await opened(name)]
      await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'gone')
        await kbve.locker.flush()
      })
      const cached = await awayAndBack(tab, () => other.page.evaluate(() => kbve.locker.destroy()))
      // The deletion may put the page out of the cache; then it is loaded anew, and has no locker yet.
      if (!cached) await tab.page.evaluate((at) => kbve.open(at, { unlock: 'ask' }), name)
      await tab.page.waitForFunction(() => kbve.locker.status.state !== 'unlocked', undefined, {
        timeout: 5_000,
      })
      const refused = await tab.page.evaluate(() => {
        try {
          kbve.locker.set('username', 'again')
          return 'taken'
        } catch (error) {
          return (error as { code: string }).code
        }
      })
      expect(refused).to.be.oneOf(['locked', 'evicted', 'absent'])
      const left = await tab.page.evaluate((at) => kbve.remains(at), name)
      expect(left, 'nothing was made anew').to.not.equal('a header')
    },
    { timeout: 40_000 },
  )

  t.test(
    'another locker stands in its place meanwhile: it shows none of the old values as present',
    async () => {
      const name = t.name()
      const [tab, other] = [await opened(name), await opened(name)]
      await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'old')
        await kbve.locker.flush()
      })
      const cached = await awayAndBack(tab, () =>
        other.page.evaluate(async (at) => {
          await kbve.locker.destroy()
          await kbve.open(at)
          kbve.locker.set('username', 'new')
          await kbve.locker.flush()
        }, name),
      )
      if (cached) {
        await tab.page.waitForFunction(() => kbve.locker.status.state !== 'unlocked', undefined, {
          timeout: 5_000,
        })
      }
      await tab.page.evaluate((at) => kbve.open(at), name)
      await username(tab, 'new')
    },
    { timeout: 40_000 },
  )

  t.test(
    'keyslots were changed meanwhile: it goes on under the newer header',
    async () => {
      const name = t.name()
      const [tab, other] = [await opened(name), await opened(name)]
      const cached = await awayAndBack(tab, () =>
        other.page.evaluate(() => kbve.locker.slots.add({ device: true })),
      )
      if (!cached) await tab.page.evaluate((at) => kbve.open(at), name)
      const slots = await tab.page.evaluate(async () => (await kbve.locker.slots.list()).length)
      expect(slots).to.equal(2)
      await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'after')
        await kbve.locker.flush()
      })
      await username(other, 'after')
    },
    { timeout: 40_000 },
  )
}
