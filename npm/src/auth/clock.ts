/** When to come back: one timer, what the page tells, and whether the clock can be trusted. */

/** A browser takes no longer delay; and this often it is looked whether the clock was set. */
const longest = 60_000
/** Wall clock and running time further apart than this: the device slept, or its clock was set. */
const drift = 30_000

export interface ClockHost {
  now(): number
  monotonic(): number
  timer(milliseconds: number, call: () => void): () => void
  /** It is time. */
  due(): void
  /** The clock jumped, at that time of it at the earliest. */
  jumped(since: number): void
  /** There is a network again. */
  online(): void
}

export class Clock {
  readonly #host: ClockHost
  #wall: number
  #running: number
  #at = 0
  #cancel: (() => void) | undefined
  #page: AbortController | undefined

  constructor(host: ClockHost) {
    this.#host = host
    this.#wall = host.now()
    this.#running = host.monotonic()
  }

  /** Begins to listen to the page. */
  watch(): void {
    if (this.#page || typeof document === 'undefined') return
    this.#page = new AbortController()
    const { signal } = this.#page
    const look = () => {
      if (document.visibilityState === 'hidden') return
      this.check()
      this.#host.due()
    }
    for (const type of ['focus', 'pageshow']) addEventListener(type, look, { signal })
    document.addEventListener('visibilitychange', look, { signal })
    addEventListener('online', () => this.#host.online(), { signal })
  }

  /** Comes back then, and forgets when it was to come back before. 0: not at all. */
  wakeAt(at: number): void {
    this.#at = at
    this.#cancel?.()
    this.#cancel = undefined
    if (at === 0) return
    const wait = Math.max(at - this.#host.now(), 0)
    this.#cancel = this.#host.timer(Math.min(wait, longest), () => {
      this.#cancel = undefined
      this.check()
      if (this.#host.now() >= this.#at) this.#host.due()
      else this.wakeAt(this.#at)
    })
  }

  /** Looks whether the clock was set, or stood still, since the last look. */
  check(): void {
    const { now, monotonic } = this.#host
    const [wall, running] = [now(), monotonic()]
    const passed = running - this.#running
    const jumped = Math.abs(wall - this.#wall - passed) > drift
    this.#wall = wall
    this.#running = running
    if (jumped) this.#host.jumped(wall - passed)
  }

  stop(): void {
    this.wakeAt(0)
    this.#page?.abort()
    this.#page = undefined
  }
}
