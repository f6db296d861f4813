/** One service: looked at when it is due, by whichever tab has the turn. */
import type { AuthDoor } from '../auth/door.ts'
import type { Backend, Slices } from '../auth/types.ts'
import { type TurnPorts, takeTurn } from './turn.ts'
import type { ServiceUptime, UptimePage, UptimeService, UptimeWindow } from './types.ts'

export interface WatchPorts extends TurnPorts {
  readonly page: UptimePage
  readonly fetch: typeof globalThis.fetch
  monotonic(): number
  /** Milliseconds. */
  readonly timeout: number
}

/** What is kept of a service. */
interface Kept {
  /** The core's own. */
  readonly state: string
  /** When to look again, milliseconds since 1970. */
  readonly due: number
}

const nothing: Kept = { state: '', due: 0 }

/** No look is planned further ahead; whatever says otherwise was written by a wrong clock. */
const furthest = 120_000

/** Nothing is known yet. */
export function unknown(name: string): ServiceUptime {
  const none = Object.freeze({ samples: 0 })
  return Object.freeze({
    name,
    health: 'unknown',
    windows: Object.freeze({ hour: none, day: none, month: none }),
  })
}

/** Milliseconds between two looks, whatever becomes of what is kept. */
const nearest = 5_000

export class Watch {
  view: ServiceUptime
  readonly #service: UptimeService
  readonly #door: AuthDoor
  readonly #ports: WatchPorts
  readonly #changed: () => void
  readonly #key: string
  /** What was kept last, for a storage that keeps nothing. */
  #mine = nothing
  /** By the time that goes on whatever the clock is set to. */
  #notBefore = 0
  #giveBack: (() => void) | undefined
  #turn = false
  #cancel = () => {}
  #looking: Promise<void> | undefined
  #stop = new AbortController()

  /** `view` is that of a service nothing is known of. */
  constructor(
    service: UptimeService,
    view: ServiceUptime,
    door: AuthDoor,
    ports: WatchPorts,
    changed: () => void,
  ) {
    this.#service = service
    this.view = view
    this.#door = door
    this.#ports = ports
    this.#changed = changed
    // Another address is another service, whatever its name.
    this.#key = `kbve-uptime/${service.name} ${'url' in service ? service.url : service.backend.url}`
    this.read()
  }

  /** Shows what is kept by now. */
  read(): void {
    const { nextLook: _, ...seen } = this.#door.uptime(this.#kept().state, this.#ports.now())
    const view = { name: this.#service.name, ...seen }
    if (JSON.stringify(view) === JSON.stringify(this.view)) return
    this.view = Object.freeze(view)
    this.#changed()
  }

  badge(label: string, over: UptimeWindow): string {
    return this.#door.badge(this.#kept().state, label, over, this.#ports.now())
  }

  history(over: UptimeWindow): Slices {
    return this.#door.history(this.#kept().state, over, this.#ports.now())
  }

  /** Takes part in looking, or not. Also to be called when the device may have slept. */
  attend(wanted: boolean): void {
    if (wanted) {
      this.#giveBack ??= takeTurn(
        this.#ports,
        this.#key,
        () => {
          this.#turn = true
          this.#wake()
        },
        () => this.#rest(),
      )
      this.#wake()
    } else if (this.#giveBack) {
      this.#rest()
      this.#giveBack()
      this.#giveBack = undefined
    }
  }

  #rest(): void {
    this.#turn = false
    this.#cancel()
    this.#stop.abort()
    this.#stop = new AbortController()
  }

  /** Looks if it is time, and otherwise when it will be. */
  #wake(): void {
    this.#cancel()
    if (!this.#turn || this.#looking) return
    const { now, monotonic, timer, page } = this.#ports
    const left = this.#kept().due - now()
    const wait = Math.max(left <= furthest ? left : 0, this.#notBefore - monotonic())
    if (wait > 0) this.#cancel = timer(wait, () => this.#wake())
    else if (!page.online()) this.#cancel = timer(furthest / 2, () => this.#wake())
    else void this.look()
  }

  /** Looks now; who calls while that is under way waits for the same. */
  look(): Promise<void> {
    this.#looking ??= this.#ask(this.#stop.signal).finally(() => {
      this.#looking = undefined
      this.#notBefore = this.#ports.monotonic() + nearest
      this.#wake()
    })
    return this.#looking
  }

  async #ask(stop: AbortSignal): Promise<void> {
    const { now, monotonic, timeout, page, storage } = this.#ports
    const limit = new AbortController()
    const late = this.#ports.timer(timeout, () => limit.abort())
    const from = monotonic()
    let status = 0
    try {
      status = await this.#answer(AbortSignal.any([stop, limit.signal]))
    } catch {
      // No answer, or none in time.
    } finally {
      late()
    }
    // Given up, or the device has lost its network: that says nothing about the service.
    if (stop.aborted || (status === 0 && !page.online())) return
    const { slow } = this.#service
    const time = now()
    const look = { at: time, status, latency: Math.round(monotonic() - from), ...(slow ? { slow } : {}) }
    // Read again: another tab may have looked too.
    const state = this.#door.addLook(this.#kept().state, look, time)
    const { nextLook } = this.#door.uptime(state, time)
    this.#mine = { state, due: nextLook }
    storage.set(this.#key, JSON.stringify(this.#mine))
    this.read()
  }

  /** The status of the answer. */
  async #answer(signal: AbortSignal): Promise<number> {
    const { url, ...how } = this.#request()
    const { fetch } = this.#ports
    const response = await fetch(url, { signal, cache: 'no-store', credentials: 'omit', ...how })
    response.body?.cancel().catch(() => {})
    return response.type === 'opaque' ? 200 : response.status
  }

  #request(): RequestInit & { url: string } {
    const service = this.#service
    if ('url' in service) return { url: service.url, mode: service.opaque ? 'no-cors' : 'cors' }
    const { apiKey, ...rest } = service.backend
    // A sealed key is not here; a health endpoint answers without one, or says so.
    const backend: Backend = typeof apiKey === 'string' ? { ...rest, apiKey } : rest
    const { url, method, headers } = this.#door.request(backend, { type: 'health' })
    return { url, method, headers }
  }

  /** What lies in the storage, as far as it can be meant. */
  #kept(): Kept {
    const text = this.#ports.storage.get(this.#key)
    if (text === null) return this.#mine
    try {
      const { state, due } = JSON.parse(text)
      if (typeof state !== 'string' || typeof due !== 'number') return nothing
      // The core refuses what it has not written.
      this.#door.uptime(state, this.#ports.now())
      return { state, due }
    } catch {
      return nothing
    }
  }
}
