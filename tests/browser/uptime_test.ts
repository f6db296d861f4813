/** Looking at services from real tabs: one of them does, with Web Locks and without; the badge in the page. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'
import type {} from './harness/react_page.tsx'
import { reactTab, violations } from './harness/react_tab.ts'

export function suite(t: SuiteContext, browsing: ChromiumBrowsing): void {
  /** A tab whose clock is turned by hand, with a badge of this service. */
  async function tab(path: string, query = '', ahead = 0): Promise<Page> {
    const page = await reactTab(t, browsing, query)
    await page.evaluate(({ path, ahead }) => kbveReact.watch(path, ahead), { path, ahead })
    return page
  }
  const turn = (page: Page, minutes: number) => page.evaluate((by) => kbveReact.turn(by * 60_000), minutes)
  const asked = (page: Page) => page.evaluate(() => kbveReact.asked)
  const badge = (page: Page) => page.locator('svg[role=img]').getAttribute('aria-label', { timeout: 5_000 })

  for (const [how, query] of [
    ['with Web Locks', ''],
    ['without', '?nolocks'],
  ] as const) {
    t.test(
      `${how}, one of two tabs asks, both show it, and the other goes on when it is closed`,
      async () => {
        const path = `/react.html?${t.name()}`
        const earlier = await tab(path, query)
        await turn(earlier, 5 / 60)
        // Both clocks go on together, as those of one device do.
        const tabs = [earlier, await tab(path, query, 5_000)] as const
        for (let i = 0; i < 60; i++) await Promise.all(tabs.map((page) => turn(page, 5 / 60)))
        const [first, second] = (await asked(tabs[0])) > 0 ? tabs : ([tabs[1], tabs[0]] as const)
        expect(await asked(first)).to.be.within(3, 9)
        expect(await asked(second), 'it waits').to.equal(0)
        expect(await badge(first)).to.equal('Site: up, 100 % in 30 days')
        expect(await badge(second)).to.equal(await badge(first))
        await first.evaluate(() => kbveReact.unmount())
        await turn(second, 5)
        expect(await asked(second)).to.be.within(1, 9)
      },
    )
  }

  t.test('a page that is left for another one asks no more, and again when it is back', async () => {
    const page = await tab(`/react.html?${t.name()}`)
    await turn(page, 3)
    const before = await asked(page)
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await turn(page, 10)
    expect(await asked(page)).to.equal(before)
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await turn(page, 3)
    expect(await asked(page)).to.be.greaterThan(before)
  })

  t.test('the badge is inline SVG that axe has nothing to say about, under the strict policy', async () => {
    const page = await tab(`/react.html?${t.name()}`)
    expect(await page.locator('main').innerText()).to.contain('Site: …')
    expect(await violations(page)).to.deep.equal([])
    await turn(page, 3)
    expect(await page.locator('svg[role=img] title').innerHTML()).to.match(/^Site: up/)
    expect(await violations(page)).to.deep.equal([])
  })

  t.test(
    'a server that lets nobody read its answers is up when it is marked so, and down otherwise',
    async () => {
      const other = await browsing.startServer()
      // The browser says each time that it keeps the answer to itself.
      const page = await reactTab(t, browsing, '', /CORS|ERR_FAILED/)
      const seen = await page.evaluate(async (url) => {
        const of = async (opaque: boolean) => {
          kbveReact.now = 1_760_000_000_000
          const storage = { get: () => null, set: () => {} }
          const clock = () => kbveReact.now ?? 0
          const services = [{ name: 'Other', url, opaque }]
          const uptime = kbveReact.createUptime({ services, storage, clock })
          for (let i = 0; i < 5; i++) {
            await uptime.look()
            kbveReact.now += 60_000
          }
          return uptime.services[0]?.health
        }
        return [await of(true), await of(false)]
      }, `${other.origin}/react.html`)
      expect(seen).to.deep.equal(['up', 'down'])
    },
  )
}
