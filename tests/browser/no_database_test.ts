/** A page to which the browser gives no database. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  const ways: Record<string, () => void> = {
    'there is none': () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }),
    'open() throws': () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError')
      }
    },
    'open() fails': () => {
      const open = IDBFactory.prototype.open
      IDBFactory.prototype.open = function (name) {
        const request = open.call(this, `${name} refused`)
        request.addEventListener('upgradeneeded', () => request.transaction?.abort())
        return request
      }
    },
  }
  for (const [what, way] of Object.entries(ways)) {
    t.test(`${what}: failed, with storage_unavailable, and nothing is kept in memory instead`, async () => {
      const tab = await chromium.open(`${server.origin}/page.html`, {
        prepare: (page) => page.addInitScript(way),
      })
      t.after(() => tab.page.close())
      for (const unlock of ['device', 'ask'] as const) {
        const status = await tab.page.evaluate(({ at, unlock }) => kbve.open(at, { unlock }), {
          at: t.name(),
          unlock,
        })
        expect(status, unlock).to.include({ state: 'failed', code: 'storage_unavailable', pending: 0 })
        const codes = await tab.page.evaluate(async () => {
          const told = (error: { code: string }) => error.code
          const set = (() => {
            try {
              kbve.locker.set('username', 'ann')
              return 'nothing'
            } catch (error) {
              return told(error as { code: string })
            }
          })()
          return [set, await kbve.locker.create({ passphrase: 'x' }).then(() => 'nothing', told)]
        })
        expect(codes, unlock).to.deep.equal(['locked', 'storage_unavailable'])
        expect(await tab.page.evaluate(() => kbve.locker.get('username'))).to.equal('')
      }
    })
  }
}
