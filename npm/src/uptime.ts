/**
 * @kbve/locker/uptime: whether services answer, seen from this browser: over an hour, a day and thirty days, drawn as
 * a badge. It loads without the locker. Importing and making it touch nothing; the first listener begins to look.
 */
import { type AuthDoor, loadAuthDoor } from './auth/door.ts'
import { Listeners, report } from './events.ts'
import { defaultPage, defaultStorage, defaultTimer } from './uptime/ports.ts'
import type {
  BadgeOptions,
  ServiceUptime,
  Uptime,
  UptimeOptions,
  UptimeService,
  UptimeWindow,
} from './uptime/types.ts'
import { unknown, Watch, type WatchPorts } from './uptime/watch.ts'

export { lockerUptimeStorage } from './uptime/ports.ts'
export type * from './uptime/types.ts'

/** Milliseconds of the windows. */
const spans = { hour: 3_600_000, day: 86_400_000, month: 2_592_000_000 } as const

/** Makes it. A mistake in the options is a `TypeError`. */
export function createUptime(options: UptimeOptions): Uptime {
  const { timeout = 10 } = options
  check(options.services)
  if (!(timeout > 0)) throw new TypeError('createUptime: timeout is a number of seconds above 0.')
  const initial = Object.freeze(options.services.map(({ name }) => unknown(name)))
  const listeners = new Listeners<void>()
  const timer = options.timer ?? defaultTimer
  let services: readonly ServiceUptime[] = initial
  let watches: readonly Watch[] = []
  let opening: Promise<void> | undefined
  let ports: WatchPorts | undefined
  let stop: (() => void) | undefined
  let disposed = false

  // Asked for when they are needed: a server makes such an object for nothing but its first snapshot.
  const portsOf = (): WatchPorts => ({
    locks: options.locks === null ? undefined : (options.locks ?? globalThis.navigator?.locks),
    storage: options.storage ?? defaultStorage(),
    page: options.page ?? defaultPage(),
    fetch: options.fetch ?? ((...given) => globalThis.fetch(...given)),
    now: options.clock ?? Date.now,
    monotonic: options.monotonic ?? (() => performance.now()),
    timer,
    timeout: timeout * 1000,
  })

  const gather = () => {
    if (watches.every(({ view }, i) => view === services[i])) return
    services = Object.freeze(watches.map(({ view }) => view))
    listeners.tell()
  }

  const indexOf = (name: string) => {
    const at = options.services.findIndex((service) => service.name === name)
    if (at < 0) throw new TypeError(`Uptime: there is no service "${name}" here.`)
    return at
  }

  const open = (): Promise<void> => {
    opening ??= loadAuthDoor(options.wasm).then(
      (door: AuthDoor) => {
        ports ??= portsOf()
        const all = ports
        watches = options.services.map(
          (service, i) => new Watch(service, initial[i] as ServiceUptime, door, all, gather),
        )
        gather()
      },
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }

  /** As long as somebody listens. */
  const begin = () => {
    ports ??= portsOf()
    const { page, storage } = ports
    let cancel = () => {}
    let wanted = true
    const update = () => {
      for (const watch of watches) {
        watch.read()
        watch.attend(wanted && page.visible())
      }
    }
    const load = () => {
      open().then(
        () => wanted && update(),
        (error: unknown) => {
          if (!wanted) return
          report(error)
          cancel = timer(60_000, load)
        },
      )
    }
    const deaf = [page.listen(update), storage.listen?.(() => watches.forEach((watch) => void watch.read()))]
    load()
    return () => {
      wanted = false
      cancel()
      for (const end of deaf) end?.()
      for (const watch of watches) watch.attend(false)
    }
  }

  let count = 0
  const release = () => {
    stop?.()
    stop = undefined
  }

  const uptime = {
    get ready() {
      return open()
    },
    get services() {
      return services
    },
    initial,
    subscribe(listener: () => void) {
      const remove = listeners.add(listener)
      let here = true
      if (!disposed && ++count > 0) stop ??= begin()
      return () => {
        if (!here || disposed) return
        here = false
        remove()
        if (--count === 0) release()
      }
    },
    async look() {
      await open()
      await Promise.all(watches.map((watch) => watch.look()))
    },
    history(name: string, over: UptimeWindow = 'day') {
      const to = (options.clock ?? Date.now)()
      const from = to - spans[over]
      const found = watches[indexOf(name)]?.history(over)
      return found ? { from, to, ...found } : { from, to, width: spans[over], slices: [] }
    },
    badgeSvg(name: string, { label = name, over = 'month' }: BadgeOptions = {}) {
      return watches[indexOf(name)]?.badge(label, over) ?? ''
    },
    // Older browsers have no such symbol; the method is out of reach there, and nothing breaks.
    [Symbol.dispose ?? 'dispose']() {
      disposed = true
      listeners.clear()
      release()
    },
  }
  return Object.freeze(uptime) as unknown as Uptime
}

function check(services: readonly UptimeService[]): void {
  const names = new Set(services.map(({ name }) => name))
  if (names.size === 0 || names.size < services.length || names.has(''))
    throw new TypeError('createUptime: services have names, each of its own, and there is at least one.')
  const lost = services.find((service) => !('url' in service || 'backend' in service)) as
    | UptimeService
    | undefined
  if (lost) throw new TypeError(`createUptime: "${lost.name}" has neither a url nor a backend.`)
}
