/** Other keys for a locker, with real tabs and real kills. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import { Chance, everyMoment, killCount } from './harness/kills.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const entries = 300

export function suite(t: SuiteContext, { chromium, server, startServer }: ChromiumBrowsing): void {
  const browsing = { chromium, server, startServer }
  const url = `${server.origin}/page.html`

  async function openTab(name: string): Promise<Tab> {
    const tab = await chromium.open(url)
    t.after(() => tab.page.close().catch(() => {}))
    const status = await tab.page.evaluate((at) => kbve.open(at), name)
    expect(status).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [] })
    return tab
  }

  const keyId = (tab: Tab, name: string) =>
    tab.page.evaluate(async (at) => {
      const db = await kbve.rawOpen(at)
      const header = await new Promise<{ key_id: Uint8Array; slots: unknown[] }>((resolve) => {
        const request = db.transaction('meta').objectStore('meta').get('header')
        request.onsuccess = () => resolve(request.result)
      })
      db.close()
      return { key: header.key_id.join(), slots: header.slots.length }
    }, name)

  /** Renews the keys, and goes on setting a value while that lasts. Runs in the page. */
  const rekeyAndSet = async ({ name }: { name: string }) => {
    let over = false
    const work = kbve.locker.rekey({ device: true }).finally(() => {
      over = true
    })
    for (let n = 0; !over; n++) {
      kbve.locker.set('last', `${n}`)
      if (n % 3 === 0) kbve.log({ what: 'set', name, n })
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await work
  }

  /** A tab with a locker that is full of values, and the key it has. */
  async function filled() {
    const name = t.name()
    const tab = await openTab(name)
    await tab.page.evaluate(async (count) => {
      kbve.locker.set('username', 'ann')
      for (let i = 0; i < count; i++) kbve.locker.entries.put(`n ${i}`, 'x'.repeat(i))
      await kbve.locker.flush()
    }, entries)
    return { tab, given: { name, key: (await keyId(tab, name)).key } }
  }

  /** Whole, with every value that was set, and under one key. Answers whether it is the old one. */
  async function mustBeWhole({ name, key }: { name: string; key: string }, at: string): Promise<boolean> {
    const reader = await chromium.open(url)
    const status = await reader.page.evaluate((place) => kbve.open(place), name)
    expect(status, at).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [], readOnly: false })
    const there = await keyId(reader, name)
    expect(there.slots, at).to.equal(1)
    const set = server.lines.flatMap(({ what, name: of, n }) =>
      what === 'set' && of === name ? [Number(n)] : [],
    )
    // The killed tab's journal may be held a moment longer than the tab lives: what it holds arrives then.
    const all = (least: number) => Number(kbve.locker.get('last') || -1) >= least
    await reader.page.waitForFunction(all, Math.max(-1, ...set), { timeout: 5_000 }).catch(() => {})
    const values = await reader.page.evaluate(() => ({
      username: kbve.locker.get('username'),
      last: Number(kbve.locker.get('last') || -1),
      lengths: kbve.locker.entries.list().map((entry) => [entry, `${kbve.locker.entries.get(entry)}`.length]),
    }))
    expect(values.username, at).to.equal('ann')
    // Whatever set() returned for is found, under whichever key.
    expect(values.last, at).to.be.at.least(Math.max(-1, ...set))
    const lengths = Object.fromEntries(values.lengths)
    for (let i = 0; i < entries; i++) expect(lengths[`n ${i}`], at).to.equal(i)
    // And it goes on from there.
    await reader.page.evaluate(async () => {
      kbve.locker.set('last', 'and on')
      await kbve.locker.flush()
    })
    await reader.page.close()
    return there.key === key
  }

  t.test(
    'killed at any moment: wholly old or wholly new, with every value',
    async () => {
      const interrupted = await everyMoment({
        browsing,
        kills: killCount(8),
        prepare: filled,
        work: rekeyAndSet,
        async check({ ended, round, seed, given }) {
          const at = `seed ${seed}, round ${round}`
          const isOld = await mustBeWhole(given, at)
          if (ended) expect(isOld, at).to.equal(false)
        },
      })
      expect(interrupted).to.be.greaterThan(0)
    },
    { timeout: 60_000 + killCount(8) * 8_000 },
  )

  t.test(
    'killed while the transaction runs that renews the keys: the same',
    async () => {
      const chance = new Chance()
      const found = { old: 0, new: 0 }
      for (let round = 0; round < killCount(8); round++) {
        const { tab, given } = await filled()
        await tab.page.evaluate((name) => {
          const open = IDBFactory.prototype.open
          IDBFactory.prototype.open = function (database, version) {
            const request = open.call(this, database, version)
            if (version)
              request.addEventListener('upgradeneeded', () => kbve.log({ what: 'upgrading', name }))
            return request
          }
        }, given.name)
        tab.page.evaluate(rekeyAndSet, given).catch(() => {
          // The tab is killed under it.
        })
        await server.logged(({ what, name }) => what === 'upgrading' && name === given.name)
        await new Promise((resolve) => setTimeout(resolve, chance.upTo(80)))
        await chromium.kill(tab)
        const isOld = await mustBeWhole(given, `seed ${chance.seed}, round ${round}`)
        found[isOld ? 'old' : 'new']++
      }
      console.log(`  ${found.old} old, ${found.new} new`)
    },
    { timeout: 60_000 + killCount(8) * 8_000 },
  )

  t.test('other tabs let go, learn of it at once, and open with the new keys', async () => {
    const name = t.name()
    const first = await openTab(name)
    const second = await openTab(name)
    await second.page.evaluate(() => kbve.locker.set('last', 'from the second'))
    await first.page.evaluate(() => kbve.locker.rekey({ device: true }))
    await second.page.waitForFunction(() => kbve.locker.status.state === 'locked')
    const told = await second.page.evaluate(() => ({ ...kbve.status(), errors: kbve.errors }))
    expect(told).to.deep.include({ reason: 'conflict', errors: ['conflict'] })
    await second.page.evaluate(() => kbve.locker.unlock({ device: true }))
    expect(await second.page.evaluate(() => kbve.locker.get('last'))).to.equal('from the second')
    await second.page.evaluate(() => kbve.locker.set('username', 'ann'))
    await first.page.waitForFunction(() => kbve.locker.get('username') === 'ann')
  })

  t.test(
    'the tab that renewed the keys is killed before it tells: the others learn of it all the same',
    async () => {
      const name = t.name()
      const first = await openTab(name)
      const second = await openTab(name)
      await first.page.evaluate(() => {
        // No message of it ever leaves this tab.
        BroadcastChannel.prototype.postMessage = () => {}
      })
      await first.page.evaluate(() => kbve.locker.rekey({ device: true }))
      await chromium.kill(first)
      await second.page.waitForFunction(() => kbve.locker.status.state === 'locked')
    },
  )

  t.test(
    'a tab that does not let go: nothing is changed, and the next try succeeds',
    async () => {
      const name = t.name()
      const tab = await openTab(name)
      const holder = await chromium.open(url)
      t.after(() => holder.page.close().catch(() => {}))
      await holder.page.evaluate(async (at) => {
        const db = await kbve.rawOpen(at)
        db.onversionchange = () => {}
        Object.assign(globalThis, { db })
      }, name)
      const { key } = await keyId(tab, name)
      const code = await tab.page.evaluate(() =>
        kbve.locker.rekey({ device: true }).then(
          () => 'none',
          (error) => error.code,
        ),
      )
      expect(code).to.equal('storage_closed')
      await tab.page.evaluate(() => kbve.locker.set('username', 'meanwhile'))
      await holder.page.evaluate(() => (globalThis as unknown as { db: IDBDatabase }).db.close())
      await tab.page.evaluate(() => kbve.locker.flush())
      expect((await keyId(tab, name)).key).to.equal(key)
      await tab.page.evaluate(() => kbve.locker.rekey({ device: true }))
      expect((await keyId(tab, name)).key).not.to.equal(key)
      expect(await tab.page.evaluate(() => kbve.locker.get('username'))).to.equal('meanwhile')
    },
    { timeout: 40_000 },
  )
}
