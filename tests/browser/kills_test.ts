/**
 * Tabs that set, patch, update, delete, lock, unlock and repair, killed at any moment. However they end, the next tab
 * finds the locker whole: integrity `ok`, nothing damaged, and every value that was returned for. `KBVE_KILLS=500` is
 * the long form.
 */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import { Chance, killAmong, killCount, pause } from './harness/kills.ts'
import type { ChromiumBrowsing, Tab, TestServer } from './harness/ports.ts'
import { lostOf, returnedOf, valuesOf } from './harness/returned.ts'
import { allValues } from './random_test.ts'

const kills = killCount(20)
/** Kills of one locker; then another is made, so that opening it stays quick. */
const series = 25
const whole = { state: 'unlocked', integrity: 'ok', damaged: [] }

export function suite(t: SuiteContext, { chromium, server, startServer }: ChromiumBrowsing): void {
  const browsing = { chromium, server, startServer }

  /** Every value that was returned for is on the disk, sooner or later: a killed tab's journal is free after a while. */
  async function expectKept(at: TestServer, tab: Tab, name: string, life: string | undefined, what: string) {
    const returned = returnedOf(at.lines).filter((line) => life === undefined || line.life === life)
    const end = Date.now() + 10_000
    for (;;) {
      const disk = await tab.page.evaluate((which) => kbve.rawRecords(which), name)
      const lost = lostOf(returned, disk)
      if (lost.length === 0) return { returned, disk }
      if (Date.now() > end) expect(lost, `${what}: lost`).to.deep.equal([])
      await pause(100)
    }
  }

  /** Answers how many values were returned for, and how often it was locked or repaired. */
  async function oneSeries(chance: Chance, count: number) {
    const at = await startServer()
    const name = t.name()
    const what = `seed ${chance.seed}, ${name}`
    const tabs = 2 + chance.below(2)
    const lives: { tab: Tab; life: string; dead: boolean }[] = []

    async function start(number: number): Promise<Tab> {
      const tab = await chromium.open(`${at.origin}/page.html`)
      const life = `life${number}`
      const status = await tab.page.evaluate(async (which) => {
        await kbve.open(which)
        // Another tab may just have locked it for all.
        await kbve.reopened(kbve.locker)
        return kbve.locker.status
      }, name)
      expect(status, `${life} of ${what}`).to.deep.include(whole)
      const dead = lives.find((other) => other.tab.page.isClosed() && !other.dead)
      if (dead) {
        dead.dead = true
        await expectKept(at, tab, name, dead.life, `${what}: ${dead.life}`)
      }
      lives.push({ tab, life, dead: false })
      await tab.page.evaluate(
        ({ life, seed }) => {
          const { locker, spy, log } = kbve
          locker.on('status', ({ integrity, damaged }) => {
            if (integrity !== 'ok' || damaged.length > 0) log({ what: 'alarm', life, integrity, damaged })
          })
          const work = kbve.wander({ locker, spy, log, life, seed, deeds: ['lock', 'repair'], burst: 12 })
          Object.assign(globalThis, { work })
          work.catch((error: unknown) => log({ what: 'broken', life, error: String(error) }))
        },
        { life, seed: chance.seed + number },
      )
      return tab
    }

    const living = await killAmong({ browsing, kills: count, tabs, chance, start, longest: 250 })
    for (const tab of living) {
      await tab.page.evaluate(async () => {
        const page = globalThis as unknown as { kbveStop: boolean; work: Promise<void> }
        page.kbveStop = true
        await page.work
        await kbve.locker.flush()
      })
    }
    for (const tab of living) await tab.page.close()
    const problems = at.lines.filter((line) => line.what === 'broken' || line.what === 'alarm')
    expect(problems, what).to.deep.equal([])
    const reader = await chromium.open(`${at.origin}/page.html`)
    expect(await reader.page.evaluate((which) => kbve.open(which), name), what).to.deep.include(whole)
    const { returned, disk } = await expectKept(at, reader, name, undefined, what)
    await reader.page.evaluate(() => kbve.locker.flush())
    const values = await reader.page.evaluate(allValues)
    for (const [id, value] of valuesOf(returned, disk)) {
      expect(values[id] ?? null, `${what}: ${id}`).to.equal(value)
    }
    await reader.page.close()
    await at.close()
    return { returned: returned.length, deeds: at.lines.filter((line) => line.what === 'done').length }
  }

  t.test(
    `${kills} kills at any moment of writing, locking, unlocking and repairing: no false alarm, nothing lost`,
    async () => {
      const chance = new Chance()
      let [returned, deeds] = [0, 0]
      for (let done = 0; done < kills; done += series) {
        const outcome = await oneSeries(chance, Math.min(series, kills - done))
        returned += outcome.returned
        deeds += outcome.deeds
        const made = Math.min(done + series, kills)
        console.log(
          `  seed ${chance.seed}: ${made} kills, ${returned} values kept, ${deeds} locks and repairs`,
        )
      }
      expect(returned).to.be.greaterThan(kills * 5)
      expect(deeds).to.be.greaterThan(kills / 4)
    },
    { timeout: 60_000 + kills * 6_000 },
  )
}
