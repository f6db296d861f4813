/** What is left in a page after `lock()` of a locker that a passphrase opened. */
import { passphraseKek } from '../reference/keys.ts'
import type { SuiteContext } from '../suite/harness.ts'
import { keysOf } from './harness/memory_search.ts'
import { expectNothing, plant, plantedTexts, searchAndLock } from './harness/planted_locker.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  t.test(
    'after lock() no value, no passphrase and no key is in the heap or in WebAssembly memory',
    async () => {
      const tab = await chromium.open(`${server.origin}/page.html`)
      t.after(() => tab.page.close())
      const planting = { name: t.name(), seed: `${t.name()} ${Math.random()}` }
      const texts = await plantedTexts(planting)
      const { passphrase = '' } = texts
      await plant(tab, planting)
      await tab.page.evaluate(async (seed) => {
        kbve.locker.lock()
        await kbve.locker.flush()
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${seed} passphrase`))
        await kbve.locker.unlock({
          passphrase: Array.from(new Uint8Array(digest), (byte) => byte.toString(36)).join(''),
        })
      }, planting.seed)
      const { keys, kdfOf } = await keysOf(tab, planting.name, passphrase)
      const kek = await passphraseKek(passphrase, kdfOf('passphrase'))
      const sought = { texts, keys: { ...keys, kek } }
      expectNothing(await searchAndLock(chromium, tab, sought), sought)
    },
    { timeout: 60_000 },
  )
}
