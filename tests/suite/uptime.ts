/** Whether services answer: when they are looked at, by whom, and what is made of the answers. */
import { uptimeStores } from '@kbve/locker/nanostores'
import {
  createUptime,
  lockerUptimeStorage,
  type Uptime,
  type UptimeOptions,
  type UptimeStorage,
} from '@kbve/locker/uptime'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { freshLocker, until } from './help.ts'
import { breathe, type Turned, turned } from './turned.ts'

const services = [{ name: 'API', url: 'https://api.example/health' }] as const

/** What the tabs of a browser share. */
function browser() {
  const kept = new Map<string, string>()
  const tabs = new Set<() => void>()
  let queue = Promise.resolve()
  return {
    kept,
    /** A storage for one tab: it hears of what the others set. */
    storage(): UptimeStorage {
      let mine = () => {}
      return {
        get: (key) => kept.get(key) ?? null,
        set(key, value) {
          kept.set(key, value)
          for (const call of tabs) if (call !== mine) call()
        },
        listen(call) {
          mine = call
          tabs.add(call)
          return () => void tabs.delete(call)
        },
      }
    },
    /** Web Locks with a single name. */
    locks: {
      request<T>(_name: string, { signal }: { signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
        const turn = queue.then(() => {
          signal.throwIfAborted()
          return work()
        })
        queue = turn.then(
          () => {},
          () => {},
        )
        return turn
      },
    },
  }
}

interface Tab {
  uptime: Uptime
  asked: Request[]
  /** What is told about the page around it. */
  page: { visible: boolean; online: boolean; tell: () => void }
  /** What the service answers. */
  answer: (request: Request) => Promise<Response> | Response
}

async function tabOf(t: SuiteContext, clock: Turned, options: Partial<UptimeOptions> = {}): Promise<Tab> {
  const tab: Tab = {
    uptime: undefined as never,
    asked: [],
    page: { visible: true, online: true, tell: () => {} },
    answer: () => new Response('ok'),
  }
  const { page } = tab
  tab.uptime = createUptime({
    services,
    clock: clock.now,
    monotonic: clock.monotonic,
    timer: clock.timer,
    locks: null,
    storage: browser().storage(),
    page: {
      visible: () => page.visible,
      online: () => page.online,
      listen(call) {
        page.tell = call
        return () => {
          page.tell = () => {}
        }
      },
    },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      tab.asked.push(request)
      return tab.answer(request)
    },
    ...options,
  })
  t.after(() => tab.uptime[Symbol.dispose]())
  await tab.uptime.ready
  return tab
}

const minutes = (count: number) => count * 60_000

export function suite(t: SuiteContext): void {
  const health = ({ uptime }: Tab) => uptime.services[0]?.health

  t.test('it looks while somebody listens, about once a minute, never at the same second', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    await clock.turn(minutes(5))
    expect(tab.asked, 'nobody listened').to.have.length(0)
    const times: number[] = []
    tab.answer = () => {
      times.push(clock.monotonic())
      return new Response('ok')
    }
    const stop = tab.uptime.subscribe(() => {})
    await clock.turn(minutes(60))
    expect(health(tab)).to.equal('up')
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(gaps.length).to.be.within(50, 76)
    expect(new Set(gaps).size, 'they differ').to.be.greaterThan(10)
    expect(Math.max(...gaps)).to.be.at.most(72_000)
    expect(tab.uptime.services[0]?.windows.hour).to.include({ ratio: 1 })
    stop()
    const before = times.length
    await clock.turn(minutes(5))
    expect(times.length).to.equal(before)
  })

  t.test('one lost answer is no outage, several are, and equal looks tell nobody anything', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    const seen: (string | undefined)[] = []
    t.after(tab.uptime.subscribe(() => void seen.push(health(tab))))
    await clock.turn(minutes(10))
    tab.answer = () => Promise.reject(new TypeError('Failed to fetch'))
    await clock.turn(minutes(10))
    expect(health(tab)).to.equal('down')
    tab.answer = () => new Response('', { status: 429 })
    await clock.turn(minutes(10))
    expect(health(tab)).to.equal('degraded')
    expect(seen.filter((each, i) => each !== seen[i - 1])).to.deep.equal(['up', 'down', 'degraded'])
    const { services: before } = tab.uptime
    tab.page.tell()
    await breathe()
    expect(tab.uptime.services, 'the same object').to.equal(before)
  })

  t.test('slow answers are degraded, and none within the time is down', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock, { timeout: 5 })
    tab.answer = () => new Promise((resolve) => clock.timer(1500, () => resolve(new Response('ok'))))
    t.after(tab.uptime.subscribe(() => {}))
    await clock.turn(minutes(3))
    expect(health(tab)).to.equal('degraded')
    expect(tab.uptime.services[0]?.windows.hour.p50).to.be.within(1300, 1700)
    tab.answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await clock.turn(minutes(3))
    expect(health(tab)).to.equal('down')
  })

  t.test('offline, and while it is hidden, it asks nobody and says nothing about anybody', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    t.after(tab.uptime.subscribe(() => {}))
    await clock.turn(minutes(5))
    expect(health(tab)).to.equal('up')
    tab.page.online = false
    tab.page.tell()
    let count = tab.asked.length
    await clock.turn(minutes(30))
    expect(tab.asked.length).to.equal(count)
    expect(health(tab)).not.to.equal('down')
    tab.page.online = true
    tab.page.tell()
    await breathe()
    expect(tab.asked.length, 'at once when it is back').to.equal(count + 1)
    // The network goes away under a look that has begun.
    tab.answer = async () => {
      tab.page.online = false
      throw new TypeError('Failed to fetch')
    }
    const { samples } = tab.uptime.services[0]?.windows.hour ?? { samples: -1 }
    await clock.turn(minutes(2))
    expect(tab.uptime.services[0]?.windows.hour.samples).to.equal(samples)
    tab.page.online = true
    tab.page.visible = false
    tab.page.tell()
    count = tab.asked.length
    await clock.turn(minutes(30))
    expect(tab.asked.length).to.equal(count)
  })

  for (const [how, locked] of [
    ['a lock', true],
    ['a lease in the storage, without locks', false],
  ] as const) {
    t.test(`of two tabs one looks, by ${how}, and both know; the other goes on when it is gone`, async () => {
      const clock = turned()
      const shared = browser()
      const open = () => tabOf(t, clock, { storage: shared.storage(), locks: locked ? shared.locks : null })
      const tabs = [await open(), await open()] as const
      const [first, second] = tabs
      for (const { uptime } of tabs) t.after(uptime.subscribe(() => {}))
      await clock.turn(minutes(20))
      expect(first.asked.length + second.asked.length).to.be.within(15, 40)
      expect(Math.min(first.asked.length, second.asked.length), 'one of them never').to.equal(0)
      expect([health(first), health(second)]).to.deep.equal(['up', 'up'])
      const [active, idle] = first.asked.length > 0 ? [first, second] : [second, first]
      active.page.visible = false
      active.page.tell()
      const count = active.asked.length
      await clock.turn(minutes(5))
      expect(active.asked.length).to.equal(count)
      expect(idle.asked.length).to.be.within(3, 9)
    })
  }

  t.test('without locks, a tab that is gone without a word is missed for half a minute at most', async () => {
    const clock = turned()
    const shared = browser()
    const lease = 'kbve-uptime/API https://api.example/health/turn'
    shared.kept.set(lease, `gone ${clock.now() + 30_000}`)
    const tab = await tabOf(t, clock, { storage: shared.storage() })
    t.after(tab.uptime.subscribe(() => {}))
    await clock.turn(29_000)
    expect(tab.asked).to.have.length(0)
    await clock.turn(3_000)
    expect(tab.asked.length).to.be.greaterThan(0)
  })

  t.test('what was seen outlives the page, and a page that comes back asks when it is due', async () => {
    const clock = turned()
    const shared = browser()
    const first = await tabOf(t, clock, { storage: shared.storage() })
    first.uptime.subscribe(() => {})
    await clock.turn(minutes(30))
    first.uptime[Symbol.dispose]()
    const { length } = first.asked
    const next = await tabOf(t, clock, { storage: shared.storage() })
    expect(next.uptime.services).to.deep.equal(first.uptime.services)
    t.after(next.uptime.subscribe(() => {}))
    await clock.turn(10)
    expect(next.asked.length).to.be.at.most(1)
    expect(length).to.be.greaterThan(20)
  })

  t.test(
    'whatever lies in the storage, and wherever the clock jumps, nobody is asked more often',
    async () => {
      for (const text of [
        '',
        '{',
        'null',
        '{"state":"{}","due":1e99}',
        '{"state":7,"due":0}',
        'x'.repeat(9999),
      ]) {
        const clock = turned()
        const shared = browser()
        shared.kept.set('kbve-uptime/API https://api.example/health', text)
        const tab = await tabOf(t, clock, { storage: shared.storage() })
        t.after(tab.uptime.subscribe(() => {}))
        await clock.turn(minutes(4))
        expect(tab.asked.length, text).to.be.within(3, 14)
        expect(health(tab), text).to.equal('up')
        tab.uptime[Symbol.dispose]()
      }
      const clock = turned()
      const nothing: UptimeStorage = { get: () => null, set: () => {} }
      const tab = await tabOf(t, clock, { storage: nothing })
      t.after(tab.uptime.subscribe(() => {}))
      for (const jump of [-minutes(1440), minutes(1440), -minutes(43_200)]) {
        clock.set(clock.now() + jump)
        tab.page.tell()
        const before = tab.asked.length
        await clock.turn(minutes(4))
        expect(tab.asked.length - before).to.be.within(2, 14)
      }
    },
  )

  t.test('a backend is asked in its own way, and without cookies', async () => {
    const clock = turned()
    const backends = [
      { kind: 'gotrue', url: 'https://auth.example/auth/v1', apiKey: 'sb_publishable_x' },
      { kind: 'strapi', url: 'https://cms.example/api' },
      { kind: 'appwrite', url: 'https://app.example/v1', project: 'p' },
    ] as const
    const tab = await tabOf(t, clock, {
      services: backends.map((backend) => ({ name: backend.kind, backend })),
    })
    await tab.uptime.look()
    expect(tab.asked.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'GET https://auth.example/auth/v1/health',
      'GET https://cms.example/_health',
      'GET https://app.example/v1/ping',
    ])
    expect(tab.asked[0]?.headers.get('apikey')).to.equal('sb_publishable_x')
    expect(tab.asked.map(({ credentials }) => credentials).join()).not.to.contain('include')
    tab.answer = ({ url }) => new Response(null, { status: url.includes('cms') ? 503 : 204 })
    for (let i = 0; i < 10; i++) {
      await clock.turn(minutes(1))
      await tab.uptime.look()
    }
    expect(tab.uptime.services.map(({ health }) => health)).to.deep.equal(['up', 'down', 'up'])
  })

  t.test('the badge is SVG with a name, and only for services there are', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    const early = createUptime({ services })
    expect(early.badgeSvg('API'), 'before ready').to.equal('')
    expect(early.services).to.equal(early.initial)
    await tab.uptime.look()
    const svg = tab.uptime.badgeSvg('API', { label: '<API>', over: 'hour' })
    expect(svg).to.match(/^<svg .*aria-label="&lt;API&gt;: \w+, 100 % in an hour"/)
    expect(tab.uptime.badgeSvg('API')).to.contain('in 30 days')
    expect(() => tab.uptime.badgeSvg('other')).to.throw(TypeError, /other/)
  })

  t.test('the history has what was seen in each slice, and no slice where nobody looked', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    const early = createUptime({ services })
    expect(early.history('API').slices, 'before ready').to.deep.equal([])
    await tab.uptime.look()
    tab.answer = () => new Response(null, { status: 503 })
    await clock.turn(minutes(60))
    await tab.uptime.look()
    const { from, to, width, slices } = tab.uptime.history('API')
    expect(to).to.equal(clock.now())
    expect(to - from).to.equal(24 * minutes(60))
    expect(width).to.equal(minutes(15))
    expect(slices.map(({ up, degraded, down }) => [up, degraded, down])).to.deep.equal([
      [1, 0, 0],
      [0, 0, 1],
    ])
    expect((slices[1]?.from ?? 0) - (slices[0]?.from ?? 0)).to.equal(minutes(60))
    expect(slices[0]?.p50).to.be.at.least(0)
    expect(slices[1]).to.not.have.property('p95')
    expect(tab.uptime.history('API', 'hour').width).to.equal(minutes(1))
    expect(() => tab.uptime.history('other')).to.throw(TypeError, /other/)
  })

  t.test('mistakes in the options are told', () => {
    for (const wrong of [[], [{ name: '', url: 'x' }], [services[0], services[0]], [{ name: 'a' }]])
      expect(() => createUptime({ services: wrong as never })).to.throw(TypeError)
    expect(() => createUptime({ services, timeout: 0 })).to.throw(TypeError)
  })

  t.test(
    'the locker can keep it, sealed; while that is locked nothing is kept, and looking goes on',
    async () => {
      const clock = turned()
      const { locker } = await freshLocker(t, t.disk())
      const tab = await tabOf(t, clock, { storage: lockerUptimeStorage(locker) })
      t.after(tab.uptime.subscribe(() => {}))
      await clock.turn(minutes(5))
      expect(health(tab)).to.equal('up')
      const [key] = locker.entries.list().filter((name) => !name.endsWith('/turn'))
      expect(key).to.equal('kbve-uptime/API https://api.example/health')
      locker.lock()
      const { length } = tab.asked
      await clock.turn(minutes(5))
      expect(tab.asked.length).to.be.greaterThan(length)
      await locker.unlock({ device: true })
      await clock.turn(minutes(5))
      expect(health(tab)).to.equal('up')
    },
  )

  t.test(
    'in a locker that locks by itself it writes nothing: that would count as somebody at work',
    async () => {
      const clock = turned()
      const { locker } = await freshLocker(t, t.disk(), { idleLock: 3600 })
      await until('the time is set', () => locker.status.lockAt !== undefined)
      const tab = await tabOf(t, clock, { storage: lockerUptimeStorage(locker) })
      t.after(tab.uptime.subscribe(() => {}))
      await clock.turn(minutes(20))
      expect(health(tab)).to.equal('up')
      expect(tab.uptime.services[0]?.windows.hour.samples).to.be.greaterThan(15)
      expect(locker.entries.list()).to.deep.equal([])
    },
  )

  t.test('a store of it listens while it is listened to', async () => {
    const clock = turned()
    const tab = await tabOf(t, clock)
    const { $uptime } = uptimeStores(tab.uptime)
    await clock.turn(minutes(2))
    expect(tab.asked).to.have.length(0)
    let told = 0
    t.after($uptime.listen(() => void told++))
    await clock.turn(minutes(3))
    expect($uptime.get()).to.equal(tab.uptime.services)
    expect($uptime.get()[0]?.health).to.equal('up')
    expect(told).to.be.within(2, tab.asked.length + 1)
  })
}
