/**
 * Pages without Web Locks: journals are told apart by their tabs' names and heartbeats, and one tab at a time is
 * what a database says. `?nolocks` takes them away before anything else runs; plain http has none by itself.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, TestTab } from './harness/ports.ts'

export function suite(t: SuiteContext, { engine, server }: Browsing): void {
  async function opened(name: string, options = {}): Promise<TestTab> {
    const tab = await engine.open(`${server.origin}/page.html?nolocks`)
    t.after(() => tab.page.close().catch(() => {}))
    expect(await tab.page.evaluate(() => navigator.locks === undefined)).to.equal(true)
    const status = await tab.page.evaluate(({ at, options }) => kbve.open(at, options), { at: name, options })
    expect(status).to.include({ state: 'unlocked', integrity: 'ok' })
    return tab
  }

  /** Adds one to a number that is read and written apart, so that any overlap of two tabs loses one. */
  const countUp = (tab: TestTab, times: number) =>
    tab.page.evaluate(async (times) => {
      for (let i = 0; i < times; i++) {
        await kbve.locker.exclusive(
          async () => {
            const n = Number(localStorage.getItem('kbve-count') ?? 0)
            await new Promise((resolve) => setTimeout(resolve, 15))
            localStorage.setItem('kbve-count', String(n + 1))
          },
          { timeout: 20 },
        )
      }
    }, times)

  t.test(
    'exclusive(): one tab at a time, over three tabs',
    async () => {
      const name = t.name()
      const tabs = [await opened(name), await opened(name), await opened(name)]
      await tabs[0]?.page.evaluate(() => localStorage.setItem('kbve-count', '0'))
      await Promise.all(tabs.map((tab) => countUp(tab, 8)))
      expect(await tabs[0]?.page.evaluate(() => localStorage.getItem('kbve-count'))).to.equal('24')
    },
    { timeout: 60_000 },
  )

  t.test(
    'exclusive(): what the work gives and throws comes back; a waiting tab gives up in time, and has it after a kill',
    async () => {
      const name = t.name()
      const [holder, other] = [await opened(name), await opened(name)]
      const answers = await other.page.evaluate(async () => [
        await kbve.locker.exclusive(() => 7),
        await kbve.locker
          .exclusive(() => {
            throw new RangeError('mine')
          })
          .catch((error: Error) => error.name),
      ])
      expect(answers).to.deep.equal([7, 'RangeError'])
      await holder.page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            void kbve.locker.exclusive(() => resolve() ?? new Promise(() => {}), { timeout: 600 })
          }),
      )
      const late = await other.page.evaluate(async () => {
        const begun = performance.now()
        const code = await kbve.locker
          .exclusive(() => 'done', { timeout: 1 })
          .catch((error: { code: string }) => error.code)
        return { code, ms: performance.now() - begun }
      })
      expect(late.code).to.equal('aborted')
      expect(late.ms).to.be.within(900, 6_000)
      await engine.kill(holder)
      const after = await other.page.evaluate(() => kbve.locker.exclusive(() => 'had', { timeout: 8 }))
      expect(after).to.equal('had')
    },
    { timeout: 60_000 },
  )

  t.test(
    'update() over two tabs loses nothing, and a change reaches the other',
    async () => {
      const name = t.name()
      const both = [await opened(name), await opened(name)]
      await both[0]?.page.evaluate(() => kbve.locker.set('username', '0'))
      await both[0]?.page.evaluate(() => kbve.locker.flush())
      await Promise.all(
        both.map((tab) =>
          tab.page.evaluate(async () => {
            for (let i = 0; i < 20; i++)
              await kbve.locker.update('username', (n: string) => `${Number(n) + 1}`)
          }),
        ),
      )
      for (const tab of both)
        await tab.page.waitForFunction(() => kbve.locker.get('username') === '40', undefined, {
          timeout: 5_000,
        })
    },
    { timeout: 30_000 },
  )

  t.test(
    'a killed tab’s journal is applied when its heartbeat is old, by a tab that is open already',
    async () => {
      const name = t.name()
      const [dying, other] = [await opened(name), await opened(name)]
      await other.page.evaluate((at) => kbve.holdMain(at), name)
      await dying.page.evaluate(() => {
        kbve.locker.set('username', 'left behind')
        setTimeout(() => {
          kbve.log({ what: 'spinning', value: 'left behind' })
          for (;;);
        }, 50)
      })
      await server.logged((line) => line.what === 'spinning' && line.value === 'left behind')
      await engine.kill(dying)
      await other.page.evaluate(() => kbve.release())
      const heir = await opened(name)
      await heir.page.waitForFunction(() => kbve.locker.get('username') === 'left behind', undefined, {
        timeout: 20_000,
      })
    },
    { timeout: 60_000 },
  )

  t.test('destroy leaves no database, the one of exclusive() included', async () => {
    const name = t.name()
    const tab = await opened(name)
    const left = await tab.page.evaluate(async (at) => {
      const names = async () =>
        (await indexedDB.databases()).map((db) => db.name ?? '').filter((db) => db.includes(at))
      await kbve.locker.exclusive(() => 1)
      const before = await names()
      await kbve.locker.destroy()
      return { before: before.length, after: await names() }
    }, name)
    expect(left.before).to.be.at.least(3)
    expect(left.after).to.deep.equal([])
  })
}
