/** A locker's hold on the world outside: its storage, the other tabs, the page around it. */
import { disposed } from './errors.ts'
import { within } from './node.ts'
import { type PageEvents, watchPage } from './page.ts'
import type { Ports } from './ports.ts'
import { type AtOnce, databaseName, type StorageEvent, type StorageSession } from './storage/storage.ts'
import { type TabEvents, Tabs } from './tabs.ts'

/** Milliseconds. */
const closeLimit = 1_000

export interface ConnectionEvents extends TabEvents, PageEvents {
  storage(event: StorageEvent): void
}

export class Connection {
  readonly #ports: Ports
  readonly #on: ConnectionEvents
  #session: Promise<StorageSession> | undefined
  #tabs: Tabs | undefined
  #unwatch: (() => void) | undefined
  #closed = false

  constructor(ports: Ports, on: ConnectionEvents) {
    this.#ports = ports
    this.#on = on
  }

  get tabs(): Tabs {
    this.#tabs ??= new Tabs(this.#ports.channel(databaseName(this.#ports.name)), this.#on)
    return this.#tabs
  }

  /** The session; a new one after `drop`. The first call also begins to listen to other tabs and the page. `ahead`: see
   *  the port. */
  open(ahead?: (read: () => AtOnce) => void): Promise<StorageSession> {
    // Whoever still works on opening comes too late: nobody would close what is opened now.
    if (this.#closed) return Promise.reject(disposed())
    void this.tabs
    this.#unwatch ??= watchPage(this.#on)
    if (this.#session) return this.#session
    const { storage, name } = this.#ports
    const session: Promise<StorageSession> = storage
      .open(name, {
        writer: crypto.getRandomValues(new Uint8Array(8)),
        // Of a session that was given up meanwhile nobody wants to hear.
        onEvent: (event) => this.#session === session && this.#on.storage(event),
        ahead,
      })
      .catch((error: unknown) => {
        if (this.#session === session) this.#session = undefined
        throw error
      })
    this.#session = session
    return session
  }

  /** Gives the session up, without closing it: whoever has it does what is still to be done. */
  drop(): Promise<StorageSession> | undefined {
    const session = this.#session
    this.#session = undefined
    return session
  }

  /** Gives the session up, and closes it after `last` is done. */
  dropAfter(last: Promise<unknown>): void {
    const session = this.drop()
    void last.then(async () => (await session)?.close()).catch(() => {})
  }

  /** Closes everything after `last` is done, or has been waited for long enough: the journal keeps the rest. */
  async close(last: Promise<unknown>, lockerId: string): Promise<void> {
    this.#closed = true
    this.#unwatch?.()
    const dropped = this.drop()
    await within(closeLimit, last)
    try {
      const session = await dropped
      const left = session?.pending().length ?? 0
      await session?.close()
      if (left > 0) this.#tabs?.tell('left', lockerId)
    } catch {
      // A session that could not be had, or is closed already, is what was wanted.
    }
    this.#tabs?.close()
  }
}
