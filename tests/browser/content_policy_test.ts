/** What a page promises its visitors: the content security policy, and the memory it takes. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'

/** Notes every violation of the policy, and every WASM memory of the page. */
function watch(): void {
  const violations: string[] = []
  const memories: WebAssembly.Memory[] = []
  Object.assign(globalThis, { violations, memories })
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective} ${event.blockedURI}`)
  })
  // The original: what a module exports is no instance of the class that stands in for it below.
  const Memory = WebAssembly.Memory
  const keep = (instance: WebAssembly.Instance) => {
    for (const value of Object.values(instance.exports)) {
      if (value instanceof Memory) memories.push(value)
    }
  }
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor)
      memories.push(this)
    }
  }
  const { instantiate, instantiateStreaming } = WebAssembly
  const kept = (result: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource) => {
    keep('instance' in result ? result.instance : result)
    return result
  }
  Object.assign(WebAssembly, {
    instantiate: async (...args: Parameters<typeof instantiate>) => kept(await instantiate(...args)),
    instantiateStreaming: async (...args: Parameters<typeof instantiateStreaming>) => {
      return kept(await instantiateStreaming(...args))
    },
  })
}

interface Watched {
  violations: string[]
  memories: WebAssembly.Memory[]
}

export function suite(t: SuiteContext, { chromium, server }: ChromiumBrowsing): void {
  async function watchedTab() {
    const complaints: string[] = []
    const prepare = async (page: Page) => {
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.addInitScript(watch)
    }
    const tab = await chromium.open(`${server.origin}/page.html`, { prepare })
    t.after(() => tab.page.close())
    const violations = () => tab.page.evaluate(() => (globalThis as unknown as Watched).violations)
    return { page: tab.page, complaints, violations }
  }

  t.test('script-src ’self’ ’wasm-unsafe-eval’ is enough for everything, the worker too', async () => {
    const { page, complaints, violations } = await watchedTab()
    const response = await page.request.get(page.url())
    expect(response.headers()['content-security-policy']).to.equal("script-src 'self' 'wasm-unsafe-eval'")
    const name = t.name()
    await page.evaluate(async (at) => {
      await kbve.open(at)
      kbve.lockerStores(kbve.locker).$profile.setKey('theme', 'dark')
      await kbve.locker.update('username', (n) => `${n}!`)
      await kbve.locker.exclusive(() => kbve.locker.entries.put('x', 1))
      await kbve.locker.flush()
      kbve.locker[Symbol.dispose]()
      await kbve.open(`${at}-passphrase`, { unlock: 'ask' })
      await kbve.locker.create({ passphrase: 'correct horse' })
      kbve.locker.lock()
      await kbve.locker.unlock({ passphrase: 'correct horse' })
      kbve.locker.set('username', 'ann')
      await kbve.locker.destroy()
    }, name)
    expect(await violations()).to.deep.equal([])
    expect(complaints).to.deep.equal([])
  })

  t.test('control: a violation would be seen', async () => {
    const { page, violations } = await watchedTab()
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.ran = true'
      document.head.append(script)
    })
    await page.waitForFunction(() => (globalThis as unknown as Watched).violations.length > 0)
    expect((await violations()).join()).to.match(/script-src/)
    expect(await page.evaluate(() => 'ran' in globalThis)).to.equal(false)
  })

  t.test(
    'after a 64 MiB Argon2id unlock the page’s WASM holds at most 4 MiB, and the worker is gone',
    async () => {
      const { page } = await watchedTab()
      const workers: string[] = []
      page.on('worker', (worker) => workers.push(worker.url()))
      await page.evaluate(async (at) => {
        await kbve.open(at, { unlock: 'ask' })
        await kbve.locker.create({ passphrase: 'correct horse' })
        kbve.locker.set('username', 'ann')
        await kbve.locker.flush()
        kbve.locker.lock()
        await kbve.locker.unlock({ passphrase: 'correct horse' })
      }, t.name())
      const sizes = await page.evaluate(() => {
        return (globalThis as unknown as Watched).memories.map((memory) => memory.buffer.byteLength)
      })
      expect(sizes, 'the page’s own instance was seen').to.have.length(1)
      expect(Math.max(...sizes)).to.be.lessThanOrEqual(4 * 1024 * 1024)
      expect(workers, 'Argon2id ran in workers').to.have.length(2)
      expect(page.workers(), 'and they are gone').to.have.length(0)
    },
  )

  t.test('the page stays alive while a passphrase is tried', async () => {
    const { page } = await watchedTab()
    const { longest, all } = await page.evaluate(async (at) => {
      await kbve.open(at, { unlock: 'ask' })
      const started = performance.now()
      let last = started
      let longest = 0
      const timer = setInterval(() => {
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
      })
      await kbve.locker.create({ passphrase: 'correct horse' })
      clearInterval(timer)
      longest = Math.max(longest, performance.now() - last)
      return { longest, all: performance.now() - started }
    }, t.name())
    // Against the whole and not against the clock: a busy machine stretches both.
    expect(longest, `of ${all} ms`).to.be.lessThan(all / 2)
  })
}
