/** A tab killed while values are brought up to a new version: all of them are old, or all of them are new. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import { killCount } from './harness/kills.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'

const kills = killCount(8)
const entries = 300

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  t.test(
    `killed at ${kills} moments of an upgrade: wholly old or wholly new, and integrity holds`,
    async () => {
      const url = `${server.origin}/page.html`
      const name = t.name()
      /** Opens as `version`, which adds one to every entry for each version it goes up, and answers what it finds. */
      const open = `async ({ name, version, attempt }) => {
        const migrate = (from, { profile, entries }) => {
          if (attempt) kbve.log({ what: 'upgrading', attempt })
          const raised = Object.entries(entries).map(([key, n]) => [key, n + version - from])
          return { profile: { ...profile, last: 'version ' + version }, entries: Object.fromEntries(raised) }
        }
        return kbve.open(name, { version, migrate })
      }`
      let version = 1
      let upgraded = 0
      const first = await chromium.open(url)
      await first.page.evaluate(`(${open})(${JSON.stringify({ name, version })})`)
      await first.page.evaluate(async (count) => {
        for (let n = 0; n < count; n++) kbve.locker.entries.put(`e${n}`, 1)
        kbve.locker.set('last', 'version 1')
        await kbve.locker.flush()
      }, entries)
      await first.page.close()
      let seed = 20_261_123
      const random = (below: number) => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
        return (seed / 2 ** 32) * below
      }
      for (let kill = 0; kill <= kills; kill++) {
        const tab = await chromium.open(url)
        const call = (options: object) =>
          tab.page.evaluate(`(${open})(${JSON.stringify({ name, ...options })})`) as Promise<{
            state: string
            code?: string
          }>
        // With the older version where the upgrade did not come about, so that looking changes nothing.
        let status = await call({ version })
        if (status.code === 'unsupported_format') {
          version++
          upgraded++
          await tab.page.evaluate(() => kbve.locker[Symbol.dispose]())
          status = await call({ version })
        }
        expect(status, `kill ${kill}`).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [] })
        const found = await tab.page.evaluate(() => ({
          last: kbve.locker.get('last'),
          values: [...new Set(kbve.locker.entries.list().map((e) => kbve.locker.entries.get<number>(e)))],
          count: kbve.locker.entries.list().length,
        }))
        expect(found, `kill ${kill}`).to.deep.equal({
          last: `version ${version}`,
          values: [version],
          count: entries,
        })
        if (kill === kills) {
          await tab.page.close()
          break
        }
        await tab.page.evaluate(() => kbve.locker[Symbol.dispose]())
        const attempt = `${kill}`
        const upgrading = server.logged((line) => line.what === 'upgrading' && line.attempt === attempt)
        const ended = call({ version: version + 1, attempt }).catch(() => {})
        await upgrading
        // From the middle of the transaction to some time after it.
        await new Promise((resolve) => setTimeout(resolve, random(60)))
        await chromium.kill(tab)
        await ended
      }
      console.log(`    ${kills} kills: ${upgraded} found the new values, ${kills - upgraded} the old ones`)
    },
    { timeout: 60_000 + kills * 10_000 },
  )
}
