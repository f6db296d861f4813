/** The database deleted or upgraded under an open locker. */
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { Browsing, TestTab } from './harness/ports.ts'

export function suite(t: SuiteContext, { engine, server }: Browsing): void {
  async function blank(): Promise<TestTab> {
    const tab = await engine.open(`${server.origin}/page.html`)
    t.after(() => tab.page.close())
    return tab
  }

  async function opened(name: string): Promise<TestTab> {
    const tab = await blank()
    const status = await tab.page.evaluate((at) => kbve.open(at), name)
    expect(status).to.include({ state: 'unlocked', integrity: 'ok' })
    return tab
  }

  t.test(
    'the main database is deleted under an open locker: it closes, says why, and makes nothing anew',
    async () => {
      const name = t.name()
      const tab = await opened(name)
      await tab.page.evaluate(async () => {
        kbve.locker.set('username', 'ann')
        await kbve.locker.flush()
      })
      const other = await blank()
      await other.page.evaluate((at) => {
        return new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(`kbve-locker/test/${at}`)
          request.onsuccess = () => resolve()
          request.onerror = () => reject(request.error)
        })
      }, name)
      const after = await tab.page.evaluate(async () => {
        const codes: string[] = []
        for (let i = 0; i < 3; i++) {
          try {
            kbve.locker.set('username', `after ${i}`)
          } catch (error) {
            codes.push((error as { code: string }).code)
          }
          await kbve.locker.flush().catch((error: { code: string }) => codes.push(error.code))
          await new Promise((resolve) => setTimeout(resolve, 300))
        }
        return { codes, errors: kbve.errors, status: kbve.status(), shown: kbve.locker.get('username') }
      })
      expect(after.status.state, JSON.stringify(after)).to.be.oneOf(['locked', 'absent', 'failed'])
      expect(after.shown, 'what was there can still be read').to.match(/^(ann|after \d)$/)
      expect([...after.codes, ...after.errors, after.status.reason], 'it says why').to.include.oneOf([
        'evicted',
        'conflict',
      ])
      const left = await other.page.evaluate((at) => kbve.remains(at), name)
      expect(left, 'nothing was made anew').to.not.equal('a header')
    },
  )

  t.test('the database is replaced by that of another locker: closed, with conflict', async () => {
    const name = t.name()
    const tab = await opened(name)
    await tab.page.evaluate(() => kbve.locker.set('username', 'ann'))
    const other = await blank()
    await other.page.evaluate(async (at) => {
      await new Promise<void>((resolve) => {
        const request = indexedDB.deleteDatabase(`kbve-locker/test/${at}`)
        request.onsuccess = () => resolve()
      })
      await kbve.open(at)
      kbve.locker.set('username', 'somebody else')
      await kbve.locker.flush()
    }, name)
    await tab.page.evaluate(() => {
      try {
        kbve.locker.set('username', 'ann again')
      } catch {}
      return kbve.locker.flush().catch(() => {})
    })
    await tab.page.waitForFunction(() => kbve.locker.status.state !== 'unlocked', undefined, {
      timeout: 5_000,
    })
    const third = await opened(name)
    expect(await third.page.evaluate(() => kbve.profile())).to.include({ username: 'somebody else' })
    expect(await third.page.evaluate(() => kbve.status())).to.deep.include({ integrity: 'ok', damaged: [] })
  })

  /** Another tab raises the database's version, which takes it `ms` milliseconds; `spoil` takes a store away. */
  async function upgradedElsewhere(
    name: string,
    { ms = 0, spoil = false }: { ms?: number; spoil?: boolean },
  ): Promise<TestTab> {
    const other = await blank()
    const version = await other.page.evaluate(
      ({ at, ms, spoil }) => {
        return new Promise<number>((resolve, reject) => {
          const request = indexedDB.open(`kbve-locker/test/${at}`, 2)
          request.onerror = () => reject(request.error)
          request.onupgradeneeded = (event) => {
            const store = request.result.createObjectStore('newer')
            if (spoil) request.result.deleteObjectStore('records')
            const end = Date.now() + ms
            const again = () => {
              if (Date.now() < end) store.get('x').onsuccess = again
            }
            again()
            const { transaction } = request
            if (transaction) transaction.oncomplete = () => request.result.close()
            resolve(event.oldVersion)
          }
        })
      },
      { at: name, ms, spoil },
    )
    expect(version, 'the locker let go of the database').to.equal(1)
    return other
  }

  t.test('the database is upgraded by another tab: the locker goes on, and so does the next', async () => {
    const name = t.name()
    const tab = await opened(name)
    await tab.page.evaluate(async () => {
      kbve.locker.set('username', 'before')
      await kbve.locker.flush()
    })
    await upgradedElsewhere(name, {})
    const after = await tab.page.evaluate(async () => {
      kbve.locker.set('username', 'after')
      await kbve.locker.flush()
      return { ...kbve.status(), errors: kbve.errors }
    })
    expect(after).to.deep.include({ state: 'unlocked', integrity: 'ok', pending: 0, errors: [] })
    const next = await opened(name)
    expect(await next.page.evaluate(() => kbve.profile())).to.include({ username: 'after' })
  })

  t.test('it is upgraded to something else: closed, with a reason, and nothing is made anew', async () => {
    const name = t.name()
    const tab = await opened(name)
    await upgradedElsewhere(name, { spoil: true })
    await tab.page.waitForFunction(() => kbve.locker.status.state !== 'unlocked', undefined, {
      timeout: 5_000,
    })
    const after = await tab.page.evaluate(() => ({ ...kbve.status(), errors: kbve.errors }))
    expect(after).to.deep.include({ state: 'failed', code: 'storage_closed', errors: ['storage_closed'] })
    const next = await blank()
    const status = await next.page.evaluate((at) => kbve.open(at), name)
    expect(status).to.include({ state: 'failed', code: 'storage_closed' })
  })

  t.test('what is set while another tab’s upgrade runs is applied after it', async () => {
    const name = t.name()
    const tab = await opened(name)
    const other = await upgradedElsewhere(name, { ms: 1_000 })
    const pending = await tab.page.evaluate(() => {
      kbve.locker.set('username', 'meanwhile')
      return kbve.locker.status.pending
    })
    expect(pending).to.equal(1)
    await tab.page.waitForFunction(() => kbve.locker.status.pending === 0, undefined, { timeout: 5_000 })
    expect(await tab.page.evaluate(() => kbve.status())).to.include({ state: 'unlocked', integrity: 'ok' })
    const records = await other.page.evaluate((at) => kbve.rawRecords(at), name)
    expect(records.map((record) => record.id)).to.deep.equal(['profile/username'])
  })
}
