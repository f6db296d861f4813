/** `remember: 'reload'`: what stays open over a reload, and what does not. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const cost = { memoryKib: 19_456, passes: 2 }

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  const url = `${server.origin}/page.html`

  async function tabAt(name: string, more: object = {}): Promise<{ tab: Tab; state: () => Promise<string> }> {
    const tab = await chromium.open(url)
    t.after(() => tab.page.close().catch(() => {}))
    const state = async () => (await open(tab, name, more)).state
    return { tab, state }
  }

  function open(tab: Tab, name: string, more: object = {}) {
    return tab.page.evaluate(
      async ({ name, more }) => {
        const states: string[] = []
        const status = await kbve.open(name, { unlock: 'ask', remember: 'reload', ...more })
        kbve.locker.on('status', ({ state }) => void states.push(state))
        return { ...status, username: kbve.locker.get('username') }
      },
      { name, more },
    )
  }

  /** An open locker with a passphrase and a value, kept for a reload. */
  async function kept(name: string, more: object = {}) {
    const { tab, state } = await tabAt(name, more)
    expect(await state()).to.equal('absent')
    await tab.page.evaluate(async (cost) => {
      await kbve.locker.create({ passphrase: 'a good one' }, { cost })
      kbve.locker.set('username', 'ann')
      await kbve.locker.flush()
    }, cost)
    await waitForKept(tab)
    return { tab, state }
  }

  const item = (tab: Tab) =>
    tab.page.evaluate(() => Object.keys(sessionStorage).find((key) => key.endsWith('/reload')))
  const waitForKept = (tab: Tab) =>
    tab.page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.endsWith('/reload')))

  t.test('a reload finds it open, again and again, without a moment of being locked', async () => {
    const name = t.name()
    const { tab } = await kept(name)
    for (let round = 0; round < 3; round++) {
      await tab.page.reload()
      const states = await tab.page.evaluate(async (name) => {
        const locker = kbve.createLocker({
          tenant: 'test',
          name,
          unlock: 'ask',
          remember: 'reload',
          storage: kbve.indexedDBStorage(),
        })
        kbve.locker = locker
        const seen: string[] = [locker.status.state]
        locker.on('status', ({ state }) => void (seen.at(-1) === state || seen.push(state)))
        await locker.ready
        return [...seen, locker.get('username')]
      }, name)
      expect(states).to.deep.equal(['opening', 'unlocked', 'ann'])
      await waitForKept(tab)
    }
  })

  t.test('nothing of it is the root key, or can be exported', async () => {
    const name = t.name()
    const { tab } = await kept(name)
    const found = await tab.page.evaluate(async (name) => {
      const db = await kbve.rawOpen(name)
      const key = await new Promise<CryptoKey>((resolve) => {
        const request = db.transaction('keys').objectStore('keys').get('reload')
        request.onsuccess = () => resolve(request.result)
      })
      db.close()
      return { extractable: key.extractable, text: sessionStorage.getItem(`kbve-locker/test/${name}/reload`) }
    }, name)
    expect(found.extractable).to.equal(false)
    // An id, a nonce, and 32 bytes with their tag.
    expect(JSON.parse(found.text ?? '{}').wrapped).to.have.length(64)
  })

  t.test('disposing of it when the page goes keeps it; lock() here or in another tab does not', async () => {
    const name = t.name()
    const { tab, state } = await kept(name)
    await tab.page.evaluate(() => kbve.locker[Symbol.dispose]())
    await tab.page.reload()
    expect(await state()).to.equal('unlocked')
    await waitForKept(tab)
    await tab.page.evaluate(() => kbve.locker.lock())
    expect(await item(tab)).to.equal(undefined)
    await tab.page.reload()
    expect(await state()).to.equal('locked')
    await tab.page.evaluate(() => kbve.locker.unlock({ passphrase: 'a good one' }))
    await waitForKept(tab)
    const other = await tabAt(name)
    expect(await other.state()).to.equal('locked')
    await other.tab.page.evaluate(() => kbve.locker.lock())
    await tab.page.waitForFunction(() => kbve.locker.status.state === 'locked')
    await tab.page.reload()
    expect(await state()).to.equal('locked')
  })

  t.test('another tab does not open by it, not even with a copy of what this one keeps', async () => {
    const name = t.name()
    const { tab, state } = await kept(name)
    const copy = await tab.page.evaluate(() => ({ ...sessionStorage }))
    const other = await tabAt(name)
    await other.tab.page.evaluate((items) => Object.assign(sessionStorage, items), copy)
    expect(await other.state()).to.equal('locked')
    expect(await item(other.tab)).to.equal(undefined)
    // It has taken nothing away from the one that is open.
    await tab.page.reload()
    expect(await state()).to.equal('unlocked')
  })

  t.test('gone with destroy() and with other keys; kept under those in the tab that made them', async () => {
    const name = t.name()
    const { tab, state } = await kept(name)
    const other = await tabAt(name)
    await other.state()
    await other.tab.page.evaluate(async (cost) => {
      await kbve.locker.unlock({ passphrase: 'a good one' }, { cost })
    }, cost)
    await waitForKept(other.tab)
    await other.tab.page.evaluate(async (cost) => {
      await kbve.locker.rekey({ passphrase: 'a better one' }, { cost })
    }, cost)
    await tab.page.waitForFunction(() => kbve.locker.status.state === 'locked')
    await tab.page.reload()
    expect(await state()).to.equal('locked')
    await other.tab.page.waitForTimeout(300)
    await other.tab.page.reload()
    expect(await other.state()).to.equal('unlocked')
    await other.tab.page.evaluate(() => kbve.locker.destroy())
    expect(await item(other.tab)).to.equal(undefined)
    await other.tab.page.reload()
    expect(await other.state()).to.equal('absent')
  })

  t.test('rubbish in its place opens nothing and breaks nothing', async () => {
    const name = t.name()
    const { tab, state } = await kept(name)
    const key = `kbve-locker/test/${name}/reload`
    const good = JSON.parse((await tab.page.evaluate((k) => sessionStorage.getItem(k), key)) ?? '')
    const spoilt = [
      '',
      'null',
      '[]',
      '{}',
      '{"id":1,"nonce":"AAAA","wrapped":"AAAA"}',
      JSON.stringify({ ...good, nonce: '' }),
      JSON.stringify({ ...good, wrapped: `A${good.wrapped.slice(1, -1)}A` }),
    ]
    for (const text of spoilt) {
      await tab.page.reload()
      await tab.page.evaluate(({ key, text }) => sessionStorage.setItem(key, text), { key, text })
      expect(await state(), text).to.equal('locked')
    }
  })

  t.test('after a longer absence than idleLock allows it is locked', async () => {
    const name = t.name()
    const { tab, state } = await kept(name, { idleLock: 2 })
    await tab.page.reload()
    expect(await state()).to.equal('unlocked')
    await waitForKept(tab)
    await tab.page.goto('about:blank')
    await tab.page.waitForTimeout(2_500)
    await tab.page.goto(url)
    expect(await state()).to.equal('locked')
  })

  t.test('a browser that cannot keep keys goes on without', async () => {
    const name = t.name()
    const { tab, state } = await tabAt(name)
    await tab.page.evaluate(() => {
      const put = IDBObjectStore.prototype.put
      IDBObjectStore.prototype.put = function (value, key) {
        if (value instanceof CryptoKey) throw new DOMException('no keys here', 'DataCloneError')
        return put.call(this, value, key)
      }
    })
    expect(await state()).to.equal('absent')
    await tab.page.evaluate((cost) => kbve.locker.create({ passphrase: 'a good one' }, { cost }), cost)
    await tab.page.waitForTimeout(300)
    expect(await item(tab)).to.equal(undefined)
    expect(
      await tab.page.evaluate(() => ({ state: kbve.locker.status.state, errors: kbve.errors })),
    ).to.deep.equal({
      state: 'unlocked',
      errors: [],
    })
  })
}
