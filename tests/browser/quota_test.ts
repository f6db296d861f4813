/** No room on the disk: the value is kept, the error is told, and it is applied once there is room. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'

export function suite(t: SuiteContext, { chromium, startServer }: ChromiumBrowsing): void {
  t.test(
    'quota reached: pending, storage_full, applied once there is room',
    async () => {
      const { origin } = await startServer()
      const tab = await chromium.open(`${origin}/page.html`)
      t.after(() => tab.page.close())
      const cdp = await chromium.context.newCDPSession(tab.page)
      const name = t.name()
      // Before the site opens a database: Chromium remembers for half a minute how much room there was.
      await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 })
      await tab.page.evaluate((at) => kbve.open(at), name)
      await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'before')
        await kbve.locker.flush()
      })
      const during = await tab.page.evaluate(async () => {
        kbve.locker.entries.put('big', 'A'.repeat(900_000))
        kbve.locker.set('username', 'no room')
        const flushed = await kbve.locker.flush().then(
          () => 'flushed',
          (error: { code: string }) => error.code,
        )
        await kbve.until('the error is told', () => kbve.errors.includes('storage_full'))
        return {
          flushed,
          shown: kbve.locker.get('username'),
          big: kbve.locker.entries.get<string>('big')?.length,
          ...kbve.status(),
        }
      })
      expect(during).to.include({
        flushed: 'storage_full',
        shown: 'no room',
        state: 'unlocked',
        big: 900_000,
      })
      expect(during.pending).to.be.greaterThan(0)
      await cdp.send('Storage.overrideQuotaForOrigin', { origin })
      await tab.page.waitForFunction(
        () => kbve.locker.status.pending === 0 && kbve.locker.status.error === undefined,
        undefined,
        { timeout: 20_000 },
      )
      await chromium.kill(tab)
      const next = await chromium.open(`${origin}/page.html`)
      t.after(() => next.page.close())
      expect(await next.page.evaluate((at) => kbve.open(at), name)).to.deep.include({
        integrity: 'ok',
        damaged: [],
      })
      expect(await next.page.evaluate(() => kbve.locker.get('username'))).to.equal('no room')
      expect(await next.page.evaluate(() => kbve.locker.entries.get<string>('big')?.length)).to.equal(900_000)
    },
    { timeout: 60_000 },
  )
}
