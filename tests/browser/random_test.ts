/**
 * 2,000 random operations over 3 tabs that are killed at random. Whatever `set()`, `patch()`,
 * `put()` or `delete()` returned for is on the disk afterwards, unless a larger (rev, writer) took
 * its place, and nothing is there that nobody wrote.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, Logged, Tab } from './harness/ports.ts'

interface Returned extends Logged {
  id: string
  rev: number
  writer: number[]
  value: string | null
}

const operations = 2_000

function compare(a: { rev: number; writer: number[] }, b: { rev: number; writer: number[] }): number {
  if (a.rev !== b.rev) return a.rev - b.rev
  const at = a.writer.findIndex((byte, i) => byte !== b.writer[i])
  return at < 0 ? 0 : (a.writer[at] ?? 0) - (b.writer[at] ?? 0)
}

export function suite(t: SuiteContext, { chromium, startServer }: Browsing): void {
  t.test(
    '2,000 operations over 3 tabs with random kills',
    async () => {
      const server = await startServer()
      const name = t.name()
      let lives = 0
      const seed = Date.now() % 1_000_000

      async function start(): Promise<Tab> {
        const tab = await chromium.open(`${server.origin}/page.html`)
        const life = `life${lives++}`
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

      const tabs = [await start(), await start(), await start()]
      t.after(() => Promise.all(tabs.map((tab) => tab.page.close().catch(() => {}))))
      const count = () => server.lines.filter((line) => line.what === 'trying').length
      let kills = 0
      while (count() < operations) {
        const until = count() + 60 + ((seed * (kills + 7)) % 120)
        const end = Date.now() + 20_000
        while (count() < until) {
          expect(Date.now(), `seed ${seed}: no operation for 20 s`).to.be.lessThan(end)
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        const victim = (seed + kills * 2) % 3
        await chromium.kill(tabs[victim] as Tab)
        tabs[victim] = await start()
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
      const reader = await chromium.open(`${server.origin}/page.html`)
      t.after(() => reader.page.close())
      const status = await reader.page.evaluate((at) => kbve.open(at), name)
      expect(status, `seed ${seed}`).to.deep.include({
        state: 'unlocked',
        integrity: 'ok',
        damaged: [],
        pending: 0,
      })
      await reader.page.evaluate(() => kbve.locker.flush())
      const disk = new Map(
        (await reader.page.evaluate((at) => kbve.rawRecords(at), name)).map((r) => [r.id, r]),
      )
      const values = await reader.page.evaluate(() => {
        const entry = (id: string) => kbve.locker.entries.get<string>(id) ?? null
        const { username, last } = kbve.locker.profile
        const named = { 'profile/username': username, 'profile/last': last }
        return {
          ...named,
          'entry/a': entry('a'),
          'entry/b': entry('b'),
          'entry/c': entry('c'),
          'entry/d': entry('d'),
        }
      })
      const returned = server.lines.filter((line) => line.what === 'returned') as unknown as Returned[]
      expect(returned.length).to.be.greaterThan(operations * 0.8)
      for (const [id, value] of Object.entries(values)) {
        const stored = disk.get(id)
        if (!stored) throw new Error(`seed ${seed}: ${id} is not on the disk`)
        const own = returned.filter((line) => line.id === id)
        const lost = own.filter((line) => compare(line, stored) > 0)
        expect(lost, `seed ${seed}: ${id} has lost what was returned`).to.deep.equal([])
        const same = own.find((line) => compare(line, stored) === 0)
        if (same) expect(value, `seed ${seed}: ${id}`).to.equal(same.value)
        const tried = server.lines.some(
          (line) => line.what === 'trying' && (line.ids as string[]).includes(id) && line.value === value,
        )
        expect(tried, `seed ${seed}: ${id} = ${value}, which nobody wrote`).to.equal(true)
      }
      for (const tab of tabs) {
        const shown = await tab.page.waitForFunction(
          (wanted) => {
            const { username, last } = kbve.locker.profile
            return username === wanted.username && last === wanted.last
          },
          { username: values['profile/username'], last: values['profile/last'] },
          { timeout: 5_000 },
        )
        expect(await shown.jsonValue()).to.equal(true)
      }
    },
    { timeout: 180_000 },
  )
}
