/**
 * 2,000 random operations over 3 tabs that are killed at random. Whatever `set()`, `patch()`,
 * `put()` or `delete()` returned for is on the disk afterwards, unless a larger (rev, writer) took
 * its place, and nothing is there that nobody wrote.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, TestTab } from './harness/ports.ts'
import { lostOf, returnedOf, valuesOf } from './harness/returned.ts'

const operations = 2_000

export function suite(t: SuiteContext, { engine, startServer }: Browsing): void {
  t.test(
    '2,000 operations over 3 tabs with random kills',
    async () => {
      const server = await startServer()
      const name = t.name()
      let lives = 0
      const seed = Date.now() % 1_000_000

      /** Which life each of the three tabs leads. */
      const lifeOf: string[] = []

      async function start(place: number): Promise<TestTab> {
        const tab = await engine.open(`${server.origin}/page.html`)
        const life = `life${lives++}`
        lifeOf[place] = life
        const status = await tab.page.evaluate((at) => kbve.open(at), name)
        expect(status, `${life} of seed ${seed}`).to.deep.include({
          state: 'unlocked',
          integrity: 'ok',
          damaged: [],
        })
        await tab.page.evaluate(
          ({ life, seed }) => {
            const { locker, spy, log } = kbve
            const work = kbve.wander({ locker, spy, log, life, seed })
            Object.assign(globalThis, { work })
            work.catch((error: unknown) => log({ what: 'broken', life, error: String(error) }))
          },
          { life, seed: seed + lives },
        )
        return tab
      }

      const tabs = [await start(0), await start(1), await start(2)]
      t.after(() => Promise.all(tabs.map((tab) => tab.page.close().catch(() => {}))))
      const count = () => server.lines.filter((line) => line.what === 'trying').length
      let kills = 0
      while (count() < operations || kills < 10) {
        const until = server.lines.length + 120 + ((seed * (kills + 7)) % 240)
        // Right after something returned: what is not applied by then lies in the journal alone.
        const due = () => server.lines.length >= until && server.lines.at(-1)?.what === 'returned'
        await server.logged(due, 20_000)
        const victim = lifeOf.indexOf(server.lines.at(-1)?.life as string)
        await engine.kill(tabs[victim] as TestTab)
        tabs[victim] = await start(victim)
        kills++
      }
      for (const tab of tabs) {
        await tab.page.evaluate(async () => {
          const page = globalThis as unknown as { kbveStop: boolean; work: Promise<void> }
          page.kbveStop = true
          await page.work
          await kbve.locker.flush()
        })
      }

      expect(server.lines.filter((line) => line.what === 'broken')).to.deep.equal([])
      expect(kills).to.be.greaterThanOrEqual(10)
      const reader = await engine.open(`${server.origin}/page.html`)
      t.after(() => reader.page.close())
      const status = await reader.page.evaluate((at) => kbve.open(at), name)
      expect(status, `seed ${seed}`).to.deep.include({
        state: 'unlocked',
        integrity: 'ok',
        damaged: [],
        pending: 0,
      })
      const disk = await reader.page.evaluate((at) => kbve.rawRecords(at), name)
      const values = await reader.page.evaluate(allValues)
      const returned = returnedOf(server.lines)
      expect(returned.length).to.be.greaterThan(operations * 0.8)
      expect(lostOf(returned, disk), `seed ${seed}: lost what was returned`).to.deep.equal([])
      for (const [id, value] of valuesOf(returned, disk)) {
        expect(values[id] ?? null, `seed ${seed}: ${id}`).to.equal(value)
      }
      const tried = new Set(
        server.lines.flatMap(({ ids, value }) =>
          (ids as string[] | undefined)?.map((id) => `${id} ${value}`),
        ),
      )
      for (const [id, value] of Object.entries(values)) {
        expect(tried.has(`${id} ${value}`), `seed ${seed}: ${id} = ${value}, which nobody wrote`).to.equal(
          true,
        )
      }
      for (const tab of tabs) {
        const end = Date.now() + 5_000
        while (JSON.stringify(await tab.page.evaluate(allValues)) !== JSON.stringify(values)) {
          if (Date.now() > end)
            expect(await tab.page.evaluate(allValues), `seed ${seed}`).to.deep.equal(values)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    },
    { timeout: 180_000 },
  )
}

/** Runs in a page: every value it shows, by id. */
export function allValues(): Record<string, string> {
  const { username, last } = kbve.locker.profile
  const entries = kbve.locker.entries.list().map((name) => [`entry/${name}`, kbve.locker.entries.get(name)])
  return { 'profile/username': username, 'profile/last': last, ...Object.fromEntries(entries) }
}
