/// <reference lib="esnext.disposable" preserve="true" />
/** The public types of `/uptime`. */
import type { AuthBackend } from '../auth/public.ts'
import type { Uptime as Seen, Slices } from '../auth/types.ts'
import type { LocksPort } from '../locks.ts'
import type { WasmSource } from '../wasm_source.ts'

export type { UptimeSummary } from '../auth/types.ts'

/** What is looked at: an address, or a backend, which is asked in the way of its kind. */
export type UptimeService = {
  /** Each of its own. */
  readonly name: string
  /** Answers slower than this count as degraded; 1,000 milliseconds if not said. */
  readonly slow?: number
} & (
  | {
      readonly url: string
      /** The server lets no other origin read its answers: that there is one is then all that can be seen. */
      readonly opaque?: boolean
    }
  | { readonly backend: AuthBackend }
)

/** How a service does; the same object as long as nothing in it changes. */
export interface ServiceUptime extends Omit<Seen, 'nextLook'> {
  readonly name: string
}

export type { UptimeSlice } from '../auth/types.ts'

export type UptimeWindow = 'hour' | 'day' | 'month'

/** What was seen over a window, slice by slice: minutes of an hour, quarters of an hour of a day, quarters of a day of a
 *  month. */
export interface UptimeHistory extends Slices {
  /** The window, milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

export interface BadgeOptions {
  /** The service's name, if not said. */
  readonly label?: string
  /** `'month'` if not said. */
  readonly over?: UptimeWindow
}

/** Where what was seen is kept. It is not secret. */
export interface UptimeStorage {
  get(key: string): string | null
  /** What cannot be kept is left; it does not throw. */
  set(key: string, value: string): void
  /** Calls whenever another tab has set something. Returns how to stop it. */
  listen?(call: () => void): () => void
}

/** The page around it. */
export interface UptimePage {
  /** Whether somebody may be looking. */
  visible(): boolean
  /** Whether there is a network at all: without one, nothing is said about anybody. */
  online(): boolean
  /** Calls whenever one of these may have changed, and when the device has slept. Returns how to stop it. */
  listen(call: () => void): () => void
}

/** How an `Uptime` is made; every port can be replaced. */
export interface UptimeOptions {
  readonly services: readonly UptimeService[]
  /** Seconds until no answer is an answer; 10 if not said. */
  readonly timeout?: number
  /** localStorage in a browser, this object alone elsewhere, if not said. */
  readonly storage?: UptimeStorage
  /** Web Locks if not said; `null` for none, and then a lease in the storage keeps the tabs apart. */
  readonly locks?: LocksPort | null
  readonly page?: UptimePage
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds since 1970; `Date.now` if not said. */
  readonly clock?: () => number
  /** Milliseconds that go on whatever the clock is set to; `performance.now` if not said. */
  readonly monotonic?: () => number
  /** Calls back after so many milliseconds; returns how not to. */
  readonly timer?: (milliseconds: number, call: () => void) => () => void
  /** Where `auth.wasm` comes from; the file beside the package if not said. */
  readonly wasm?: WasmSource
}

/** What `createUptime` makes. */
export interface Uptime extends Disposable {
  /** What was kept is there. Looks at nothing. Rejects where `auth.wasm` cannot be loaded. */
  readonly ready: Promise<void>
  /** All services, in the order given; the same array as long as nothing in it changes. */
  readonly services: readonly ServiceUptime[]
  /** What `services` is before anything is known. */
  readonly initial: readonly ServiceUptime[]
  /** Calls `listener` after every change. As long as somebody listens, the services are looked at, about once a minute,
   *  by one of the visible tabs. Returns how to stop it. */
  subscribe(listener: () => void): () => void
  /** Looks at all services now. Rejects where `auth.wasm` cannot be loaded. */
  look(): Promise<void>
  /** What a chart of a service draws; without slices before `ready`. `'day'` if not said. */
  history(name: string, over?: UptimeWindow): UptimeHistory
  /** The badge of a service as SVG text, to be put into a page or a file; '' before `ready`. */
  badgeSvg(name: string, options?: BadgeOptions): string
  /** Stops. What was seen stays kept. */
  [Symbol.dispose](): void
}
