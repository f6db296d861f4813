/** Large entries where memory, disk and processes are real. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing, Tab } from './harness/ports.ts'

const MiB = 1 << 20

/** What the process holds, and held at most since `forgetPeak`, in bytes. */
function memoryOf({ pid }: Tab): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kB = (name: string) => Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))?.[1]) * 1024
  return { now: kB('VmRSS'), peak: kB('VmHWM') }
}

function forgetPeak({ pid }: Tab): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

export function suite(t: SuiteContext, { chromium, server, startServer }: ChromiumBrowsing): void {
  const url = `${server.origin}/page.html`

  async function opened(name: string, at = url): Promise<Tab> {
    const tab = await chromium.open(at)
    t.after(() => tab.page.close().catch(() => {}))
    const status = await tab.page.evaluate((name) => kbve.open(name), name)
    expect(status).to.include({ state: 'unlocked', integrity: 'ok' })
    return tab
  }

  t.test(
    '64 MiB: stored and loaded in under three times as much memory, progress rising',
    async () => {
      const size = 64 * MiB
      // How much is held at most also depends on when the browser collects garbage; what is needed is the least.
      const least = new Map<string, number>()
      const tab = await opened(t.name())
      await tab.page.evaluate(async () => {
        kbve.locker.entries.put('warm', 1)
        await kbve.locker.entries.store('warm up', new Uint8Array(70_000))
        await kbve.locker.entries.load('warm up')
        await kbve.locker.flush()
      })
      for (const kind of ['bytes', 'blob', 'bytes', 'blob'] as const) {
        for (const work of ['store', 'load'] as const) {
          await (await chromium.context.newCDPSession(tab.page)).send('HeapProfiler.collectGarbage')
          // The value that is stored counts as well.
          let before = memoryOf(tab).now
          if (work === 'store') {
            await tab.page.evaluate((size) => {
              const bytes = new Uint8Array(size)
              for (let at = 0; at < size; at += 65_536)
                crypto.getRandomValues(bytes.subarray(at, at + 65_536))
              Object.assign(globalThis, { given: bytes })
            }, size)
            before = memoryOf(tab).now - size
          }
          forgetPeak(tab)
          const result = await tab.page.evaluate(
            async ({ kind, work }) => {
              const global = globalThis as unknown as { given: Uint8Array<ArrayBuffer>; got: unknown }
              const seen: number[] = []
              const onProgress = ({ done }: { done: number }) => void seen.push(done)
              const started = performance.now()
              if (work === 'store') {
                const value = kind === 'blob' ? new Blob([global.given], { type: 'video/mp4' }) : global.given
                await kbve.locker.entries.store('large', value, { onProgress })
              } else global.got = await kbve.locker.entries.load('large', { onProgress })
              return { seen, seconds: (performance.now() - started) / 1000 }
            },
            { kind, work },
          )
          const used = (memoryOf(tab).peak - before) / size
          const same = await tab.page.evaluate(async (work) => {
            const global = globalThis as unknown as {
              given: Uint8Array<ArrayBuffer>
              got: Blob | Uint8Array<ArrayBuffer>
              digest: string
            }
            const value = work === 'store' ? global.given : global.got
            const bytes = value instanceof Blob ? await value.arrayBuffer() : value
            const digest = String(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
            const same = work === 'store' || digest === global.digest
            const nothing = new Uint8Array()
            Object.assign(globalThis, { digest, given: nothing, got: nothing })
            return same
          }, work)
          console.log(
            `    ${work} 64 MiB of ${kind}: ${used.toFixed(2)} times its size, ${result.seconds.toFixed(1)} s`,
          )
          expect(same).to.equal(true)
          expect(result.seen).to.have.length(64)
          expect([...result.seen].sort((a, b) => a - b)).to.deep.equal(result.seen)
          expect(result.seen.at(-1)).to.equal(size)
          const name = `${work} ${kind}`
          least.set(name, Math.min(used, least.get(name) ?? used))
        }
      }
      for (const [name, used] of least) expect(used, name).to.be.lessThan(3)
    },
    { timeout: 120_000 },
  )

  t.test(
    'given up, or the tab killed, in the middle: the old value stays, and no part for ever',
    async () => {
      const name = t.name()
      const tab = await opened(name)
      const given = await tab.page.evaluate(async () => {
        kbve.locker.entries.put('x', 'old')
        await kbve.locker.flush()
        const abort = new AbortController()
        const onProgress = ({ done }: { done: number }) => done > 5_000_000 && abort.abort()
        const { signal } = abort
        const code = await kbve.locker.entries
          .store('x', new Uint8Array(20 << 20), { signal, onProgress })
          .then(
            () => 'stored',
            (error: { code: string }) => error.code,
          )
        return { code, parts: await kbve.parts() }
      })
      expect(given).to.deep.equal({ code: 'aborted', parts: [] })
      await tab.page.evaluate(() => {
        const onProgress = ({ done }: { done: number }) => {
          if (done > 5_000_000) kbve.log({ what: 'in the middle' })
        }
        void kbve.locker.entries.store('x', new Uint8Array(64 << 20), { onProgress }).catch(() => {})
      })
      await server.logged((line) => line.what === 'in the middle')
      await chromium.kill(tab)
      const next = await opened(name)
      expect(await next.page.evaluate(() => kbve.locker.entries.load('x'))).to.equal('old')
      expect(await next.page.evaluate(() => kbve.parts())).to.not.deep.equal([])
      await next.page.evaluate(async (name) => {
        const start = Date.now() + 7_200_000 - performance.now()
        await kbve.open(name, { clock: () => start + performance.now() })
        await kbve.until('the parts are gone', async () => (await kbve.parts()).length === 0)
      }, name)
      expect(await next.page.evaluate(() => kbve.locker.entries.load('x'))).to.equal('old')
    },
    { timeout: 60_000 },
  )

  t.test(
    'the disk is full in the middle: storage_full, nothing has changed, the parts are gone; then there is room',
    async () => {
      const { origin } = await startServer()
      const page = await chromium.open(`${origin}/page.html`)
      t.after(() => page.page.close())
      const cdp = await chromium.context.newCDPSession(page.page)
      await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 12 * MiB })
      await page.page.evaluate((name) => kbve.open(name), t.name())
      const full = await page.page.evaluate(async () => {
        kbve.locker.entries.put('x', 'old')
        await kbve.locker.flush()
        const value = crypto.getRandomValues(new Uint8Array(65_536))
        const large = new Blob(Array.from({ length: 512 }, () => value))
        const code = await kbve.locker.entries.store('x', large).then(
          () => 'stored',
          (error: { code: string }) => error.code,
        )
        return { code, parts: await kbve.parts(), value: kbve.locker.entries.get('x') }
      })
      expect(full).to.deep.equal({ code: 'storage_full', parts: [], value: 'old' })
      await cdp.send('Storage.overrideQuotaForOrigin', { origin })
      await page.page.evaluate(async () => {
        // Chromium remembers for a while how much room there was.
        await kbve.until(
          'there is room',
          () =>
            kbve.locker.entries.store('x', new Blob([new Uint8Array(16 << 20)])).then(
              () => true,
              () => false,
            ),
          40_000,
        )
      })
      const size = await page.page.evaluate(async () => (await kbve.locker.entries.load<Blob>('x'))?.size)
      expect(size).to.equal(16 * MiB)
    },
    { timeout: 90_000 },
  )

  t.test('persist asks once there is something to keep, once, and the status tells', async () => {
    const name = t.name()
    const tab = await chromium.open(url)
    t.after(() => tab.page.close())
    const result = await tab.page.evaluate(async (name) => {
      const calls: string[] = []
      let granted = false
      navigator.storage.persist = async () => {
        calls.push('persist')
        granted = true
        return granted
      }
      navigator.storage.persisted = async () => granted
      await kbve.open(`${name} not asked`)
      kbve.locker.set('username', 'ann')
      const notAsked = calls.length
      await kbve.open(name, { persist: true })
      await new Promise((resolve) => setTimeout(resolve, 50))
      const empty = calls.length
      kbve.locker.set('username', 'ann')
      kbve.locker.set('username', 'bob')
      await kbve.until('the status tells', () => kbve.locker.status.persisted)
      await kbve.locker.flush()
      const written = calls.length
      kbve.locker.lock()
      await kbve.locker.unlock({ device: true })
      const again = calls.length
      await kbve.open(name, { persist: true })
      await kbve.until('the status tells', () => kbve.locker.status.persisted)
      return { notAsked, empty, written, again, next: calls.length }
    }, name)
    expect(result).to.deep.equal({ notAsked: 0, empty: 0, written: 1, again: 1, next: 2 })
  })
}
