/** Sessions for tests: a clock that is turned by hand, locks that a tab can die with, and tabs on one disk. */
import type { LockerStorage, LocksPort } from '@kbve/locker'
import {
  type Auth,
  type AuthBackend,
  type AuthOptions,
  createAuth,
  type SessionState,
} from '@kbve/locker/auth'
import { expect } from 'chai'
import type { SuiteContext, TestDisk } from './harness.ts'
import { type AnyLocker, openLocker, settled, until } from './help.ts'

/** Milliseconds since 1970, and what has been waited for. */
export class Time {
  wall = 1_800_000_000_000
  running = 5_000
  readonly #timers = new Set<{ at: number; call: () => void }>()
  #busy = 0
  #done = 0

  readonly now = () => this.wall
  readonly monotonic = () => this.running
  readonly timer = (milliseconds: number, call: () => void) => {
    const one = { at: this.running + milliseconds, call }
    this.#timers.add(one)
    return () => void this.#timers.delete(one)
  }

  /** Lets time pass, and whoever waits for it do his work. */
  async pass(milliseconds: number): Promise<void> {
    await this.#quiet()
    const end = this.running + milliseconds
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      const to = next ? Math.max(next.at, this.running) : end
      this.wall += to - this.running
      this.running = to
      if (!next) return
      this.#timers.delete(next)
      next.call()
      await this.#quiet()
    }
  }

  /** What takes no time of this clock, although it takes some of the world's. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++
    try {
      return await work()
    } finally {
      this.#busy--
      this.#done++
    }
  }

  /** Until nobody is at work, or whoever is waits for time to pass. A session that is open always waits for something:
   *  without any timer one is at work. */
  async #quiet(): Promise<void> {
    for (let done = -1, idle = 0; done !== this.#done || (this.#timers.size === 0 && idle < 15); ) {
      idle = done === this.#done ? idle + 1 : 0
      done = this.#done
      const patience = performance.now() + 2_000
      do await breath(20)
      while (this.#busy > 0 && performance.now() < patience)
    }
  }

  /** The clock is set, or the device sleeps. */
  set(by: number): void {
    this.wall += by
  }
}

/** Long enough for a transaction or two. By messages: in a page nobody looks at, WebKit's timers come twice a second. */
export async function breath(milliseconds = 12): Promise<void> {
  const end = performance.now() + milliseconds
  const { port1, port2 } = new MessageChannel()
  do {
    await new Promise((resolve) => {
      port1.onmessage = resolve
      port2.postMessage(undefined)
    })
  } while (performance.now() < end)
  port1.close()
}

/** What a browser's Web Locks are, for tabs of one test. */
export class Locks {
  readonly #queues = new Map<string, { owner: string; grant: () => void }[]>()
  readonly #held = new Map<string, string>()
  readonly #dead = new Set<string>()

  port(owner: string): LocksPort {
    return {
      request: async (name, { signal }, work) => {
        await this.#turn(name, owner, signal)
        try {
          return await work()
        } finally {
          if (!this.#dead.has(owner)) this.#next(name)
        }
      },
    }
  }

  /** As when a tab is closed: what it held is free. */
  die(owner: string): void {
    this.#dead.add(owner)
    for (const [name, holder] of this.#held) if (holder === owner) this.#next(name)
  }

  #turn(name: string, owner: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const grant = () => {
        this.#held.set(name, owner)
        resolve()
      }
      if (!this.#held.has(name)) return grant()
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      const place = { owner, grant }
      queue.push(place)
      signal.addEventListener('abort', () => {
        const at = queue.indexOf(place)
        if (at >= 0) queue.splice(at, 1)
        reject(signal.reason as Error)
      })
    })
  }

  #next(name: string): void {
    this.#held.delete(name)
    this.#queues.get(name)?.shift()?.grant()
  }
}

/** What a server double gives to its clients. */
export interface Double {
  readonly backend: AuthBackend
  /** Requests it should never have got. */
  readonly complaints: string[]
  fetch(tab: string): typeof globalThis.fetch
}

export interface Tab {
  readonly auth: Auth
  readonly locker: AnyLocker
  readonly events: string[]
}

type LockerOptions = NonNullable<Parameters<typeof openLocker>[2]>
export type More = Partial<Omit<AuthOptions, 'locker'>> & {
  locker?: LockerOptions
  tab?: string
  locks?: LocksPort | null
}

export interface Desk {
  readonly time: Time
  readonly locks: Locks
  readonly where: { storage: ReturnType<TestDisk['storage']>; tenant: string; name: string }
  tab(more?: More): Promise<Tab>
  /** A session in a locker that is there already. */
  session(locker: AnyLocker, more?: More): Auth
}

/** A disk, a clock and a server; each tab is a locker and a session of its own. */
export function desk(t: SuiteContext, server: Double, time = new Time()): Desk {
  const disk = t.disk()
  const where = { storage: disk.storage(), tenant: 'test', name: t.name() }
  const locks = new Locks()
  let tabs = 0
  t.after(() => expect(server.complaints.join('; '), 'what the server had to complain about').to.equal(''))
  const session = (
    locker: AnyLocker,
    { locker: _, tab = `tab${++tabs}`, locks: given, ports, ...more }: More = {},
  ) => {
    const auth = createAuth({
      locker,
      backend: server.backend,
      cost: { memoryKib: 19_456, passes: 2 },
      ...more,
      ports: {
        fetch: server.fetch(tab),
        monotonic: time.monotonic,
        timer: time.timer,
        locks: given === undefined ? locks.port(tab) : given,
        ...ports,
      },
    })
    t.after(() => auth[Symbol.dispose]())
    return auth
  }
  return {
    time,
    locks,
    where,
    session,
    async tab({ locker: lockerOptions, ...more } = {}) {
      const locker = openLocker(
        t,
        { ...where, storage: awaited(disk.storage(), time) },
        { clock: time.now, ...lockerOptions },
      )
      await settled(locker)
      const auth = session(locker, more)
      const events: string[] = []
      locker.on('error', ({ code }) => events.push(code))
      await auth.ready
      return { auth, locker, events }
    },
  }
}

/** The same storage; while it works, no time of this clock passes. Slow disks would be mistaken for dead servers. */
function awaited(storage: LockerStorage, time: Time): LockerStorage {
  return {
    notes: storage.notes,
    async open(name, options) {
      const session = await time.during(() => storage.open(name, options))
      return new Proxy(session, {
        get(target, key) {
          const found: unknown = Reflect.get(target, key)
          if (typeof found !== 'function') return found
          return (...given: unknown[]) => {
            const answer: unknown = found.apply(target, given)
            if (answer instanceof Promise) void time.during(() => answer.catch(() => {}))
            return answer
          }
        },
      })
    },
  }
}

export async function becomes(auth: Auth, state: SessionState): Promise<void> {
  await until(`the session is ${state}, not ${auth.session.state}`, () => auth.session.state === state)
}

/** A request, as a server sees it. */
export interface Seen {
  readonly tab: string
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly credentials: string
}

export async function seen(tab: string, input: RequestInfo | URL, init: RequestInit = {}): Promise<Seen> {
  const request = input instanceof Request ? input : undefined
  const headers = new Headers(init.headers ?? request?.headers)
  return {
    tab,
    method: init.method ?? request?.method ?? 'GET',
    url: request ? request.url : String(input),
    headers: Object.fromEntries([...headers].sort()),
    body: request ? await request.clone().text() : String(init.body ?? ''),
    credentials: init.credentials ?? request?.credentials ?? 'same-origin',
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = body === undefined ? null : JSON.stringify(body)
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
}
