/** Real tabs, each in a process of its own. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, TestTab } from './harness/ports.ts'

export function suite(t: SuiteContext, { engine, server }: Browsing): void {
  async function tabs(count: number, name?: string): Promise<TestTab[]> {
    const opened: TestTab[] = []
    for (let i = 0; i < count; i++) {
      const tab = await engine.open(`${server.origin}/page.html`)
      opened.push(tab)
      t.after(() => tab.page.close())
      if (name === undefined) continue
      const status = await tab.page.evaluate((at) => kbve.open(at), name)
      expect(status).to.include({ state: 'unlocked', integrity: 'ok' })
    }
    return opened
  }

  const usernames = (all: TestTab[]) =>
    Promise.all(all.map((tab) => tab.page.evaluate(() => kbve.locker.get('username'))))

  t.test(
    'two tabs creating at once: one locker, both have it',
    async () => {
      for (let round = 0; round < 5; round++) {
        const name = t.name()
        const both = await tabs(2)
        const statuses = await Promise.all(both.map((tab) => tab.page.evaluate((at) => kbve.open(at), name)))
        for (const status of statuses) expect(status).to.include({ state: 'unlocked', integrity: 'ok' })
        await Promise.all(
          both.map((tab, i) =>
            tab.page.evaluate(async (n) => {
              kbve.locker.set(n === 0 ? 'username' : 'last', `tab ${n}`)
              await kbve.locker.flush()
            }, i),
          ),
        )
        const [third] = (await tabs(1, name)) as [TestTab]
        expect(await third.page.evaluate(() => kbve.profile())).to.include({
          username: 'tab 0',
          last: 'tab 1',
        })
      }
    },
    { timeout: 60_000 },
  )

  t.test(
    'two tabs creating at once with passphrases: one is told exists, and both passphrases are not mixed',
    async () => {
      const name = t.name()
      const both = await tabs(2)
      const cost = { memoryKib: 19_456, passes: 2 }
      const outcomes = await Promise.all(
        both.map((tab, i) =>
          tab.page.evaluate(
            async ({ at, n, cost }) => {
              await kbve.open(at, { unlock: 'ask' })
              return kbve.locker.create({ passphrase: `passphrase ${n}` }, { cost }).then(
                () => 'created',
                (error: { code: string }) => error.code,
              )
            },
            { at: name, n: i, cost },
          ),
        ),
      )
      expect([...outcomes].sort()).to.deep.equal(['created', 'exists'])
      const loser = outcomes.indexOf('exists')
      const answers = await both[loser]?.page.evaluate(async (own) => {
        const attempt = (passphrase: string) =>
          kbve.locker.unlock({ passphrase }).then(
            () => 'unlocked',
            (error: { code: string }) => error.code,
          )
        return [await attempt(`passphrase ${own}`), await attempt(`passphrase ${1 - own}`)]
      }, loser)
      expect(answers).to.deep.equal(['wrong_secret', 'unlocked'])
    },
  )

  t.test(
    'both set the same field at once: they end equal, and so does the disk',
    async () => {
      const name = t.name()
      const both = await tabs(2, name)
      for (let round = 0; round < 10; round++) {
        await Promise.all(
          both.map((tab, i) =>
            tab.page.evaluate((value) => kbve.locker.set('username', value), `round ${round} tab ${i}`),
          ),
        )
      }
      await Promise.all(both.map((tab) => tab.page.evaluate(() => kbve.locker.flush())))
      await expectSoon(async () => {
        const [a, b] = await usernames(both)
        return a === b
      })
      const third = await tabs(1, name)
      expect(await usernames(third)).to.deep.equal((await usernames(both)).slice(1))
    },
    { timeout: 30_000 },
  )

  t.test(
    'different fields set at once: neither is lost',
    async () => {
      const name = t.name()
      const both = await tabs(2, name)
      await Promise.all(
        both.map((tab, i) =>
          tab.page.evaluate(async (n) => {
            for (let round = 0; round < 50; round++) {
              kbve.locker.set(n === 0 ? 'username' : 'last', `round ${round}`)
              if (round % 7 === 0) await kbve.locker.flush()
            }
            await kbve.locker.flush()
          }, i),
        ),
      )
      const [third] = (await tabs(1, name)) as [TestTab]
      expect(await third.page.evaluate(() => kbve.profile())).to.include({
        username: 'round 49',
        last: 'round 49',
      })
      expect(await third.page.evaluate(() => kbve.status())).to.deep.include({ integrity: 'ok', damaged: [] })
    },
    { timeout: 30_000 },
  )

  t.test('a change reaches the other tab’s nanostores, once and with its value', async () => {
    const [writer, reader] = (await tabs(2, t.name())) as [TestTab, TestTab]
    await reader.page.evaluate(() => {
      const seen: string[] = []
      Object.assign(globalThis, { seen })
      const { $theme, $profile } = kbve.lockerStores(kbve.locker)
      $theme.listen((theme) => void seen.push(`theme ${theme}`))
      $profile.listen((profile) => void seen.push(`profile ${profile.username}`))
      kbve.lockerAtom(kbve.locker, 'draft', { n: 0 }).listen((draft) => void seen.push(`draft ${draft.n}`))
    })
    await writer.page.evaluate(() => {
      const { $profile } = kbve.lockerStores(kbve.locker)
      $profile.setKey('theme', 'dark')
    })
    const seen = () =>
      reader.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen.splice(0))
    const all: string[] = []
    await expectSoon(async () => all.push(...(await seen())) >= 2)
    expect(all.sort()).to.deep.equal(['profile ', 'theme dark'])
    await writer.page.evaluate(() => {
      kbve.locker.set('username', 'ann')
      kbve.lockerAtom(kbve.locker, 'draft', { n: 0 }).set({ n: 7 })
    })
    all.length = 0
    await expectSoon(async () => all.push(...(await seen())) >= 2)
    expect(all.sort()).to.deep.equal(['draft 7', 'profile ann'])
    expect(await reader.page.evaluate(() => kbve.locker.get('theme'))).to.equal('dark')
  })

  t.test('destroy in one tab closes the other, and leaves no database', async () => {
    const name = t.name()
    const [one, two] = (await tabs(2, name)) as [TestTab, TestTab]
    await one.page.evaluate(async () => {
      kbve.locker.set('username', 'ann')
      await kbve.locker.flush()
      await kbve.locker.destroy()
    })
    await expectSoon(async () => (await two.page.evaluate(() => kbve.status())).state !== 'unlocked')
    expect(await usernames([two])).to.deep.equal([''])
    await two.page.evaluate(() => kbve.locker[Symbol.dispose]())
    const left = () =>
      two.page.evaluate(async (at) => {
        const all = await indexedDB.databases()
        return all.map((db) => db.name ?? '').filter((db) => db.includes(at))
      }, name)
    await expectSoon(async () => (await left()).length === 0)
    const notes = await two.page.evaluate(
      (at) => Object.keys(localStorage).filter((key) => key.includes(at)),
      name,
    )
    expect(notes).to.deep.equal([])
  })
}

async function expectSoon(holds: () => Promise<unknown>, ms = 5_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
