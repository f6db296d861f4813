/** Importing the package does nothing: safe under SSR, where nothing of a browser is there. */
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'

/** Watches everything an import could touch, then imports; prints what was touched as JSON. */
const watched = `
const touched = []
const watch = (name, target) => target && (globalThis[name] = new Proxy(target, {
  get: (t, key) => { touched.push(name + '.' + String(key)); const v = t[key]; return typeof v === 'function' ? v.bind(t) : v },
  construct: (t, args) => { touched.push('new ' + name); return new t(...args) },
  apply: (t, self, args) => { touched.push(name + '()'); return t.apply(self, args) },
}))
for (const name of ['WebAssembly', 'crypto', 'fetch', 'BroadcastChannel', 'setTimeout', 'setInterval']) {
  Object.defineProperty(globalThis, name, { value: globalThis[name], writable: true, configurable: true })
  watch(name, globalThis[name])
}
for (const name of ['indexedDB', 'localStorage', 'sessionStorage', 'document', 'window', 'navigator', 'Worker', 'addEventListener']) {
  Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return undefined } })
}
const before = new Set(Object.getOwnPropertyNames(globalThis))
const core = await import('@kbve/locker')
const stores = await import('@kbve/locker/nanostores')
await import('@kbve/locker/jose')
await import('@kbve/locker/cookies')
await import('@kbve/locker/react')
await import('@kbve/locker/inline')
const { createUptime } = await import('@kbve/locker/uptime')
await import('@kbve/locker/auth')
await import('@kbve/locker/inspect')
// nanostores keeps a counter there; it is none of ours.
const left = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name) && name !== 'nanostoresGlobal')
const imported = touched.splice(0)
`

export function suite(t: SuiteContext): void {
  async function run(rest: string): Promise<Record<string, unknown>> {
    if (!t.node) throw new Error('this test needs node')
    return JSON.parse(await t.node.run(watched + rest))
  }

  t.test(
    'import touches no global, no WASM, no timer',
    async () => {
      const found = await run('console.log(JSON.stringify({ imported, left }))')
      expect(found).to.deep.equal({ imported: [], left: [] })
    },
    { only: ['node'] },
  )

  t.test(
    'the watcher sees what an import could do (proof that this test can fail)',
    async () => {
      const found = await run(
        `indexedDB; new WebAssembly.Memory({ initial: 1 }); globalThis.x = 1
       console.log(JSON.stringify({ touched }))`,
      )
      expect(found.touched).to.deep.equal(['indexedDB', 'WebAssembly.Memory'])
    },
    { only: ['node'] },
  )

  t.test(
    'a locker made on a server answers initial values and lets the process end',
    async () => {
      const found = await run(`
      const locker = core.createLocker({ mirror: ['theme'] })
      const { $profile, $status } = stores.lockerStores(locker)
      touched.length = 0
      const { services } = createUptime({ services: [{ name: 'API', url: 'https://api.example' }] })
      const uptime = { services, touched: [...touched] }
      console.log(JSON.stringify({ theme: locker.get('theme'), profile: $profile.get(), state: $status.get().state, uptime }))
    `)
      expect(found.theme).to.equal('auto')
      expect((found.profile as { username?: string }).username).to.equal('')
      expect(found.state).to.be.a('string')
      expect(found.uptime).to.have.nested.property('services[0].health', 'unknown')
      expect(found.uptime, 'and uptime touches nothing').to.have.deep.property('touched', [])
    },
    { only: ['node'] },
  )
}
