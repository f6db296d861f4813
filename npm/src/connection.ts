/** A locker's hold on the world outside: its storage, the other tabs, the page around it. */
import { within } from './node.ts'
import { watchPage } from './page.ts'
import {
  databaseName,
  type LockerName,
  type LockerStorage,
  type StorageEvent,
  type StorageSession,
} from './storage/storage.ts'
import { type ChangeNote, type ChannelPort, Tabs } from './tabs.ts'

/** Milliseconds. */
const closeLimit = 1_000

export interface ConnectionEvents {
  storage(event: StorageEvent): void
  /** Another tab of the locker with this id has applied changes. */
  changed(lockerId: string, notes: readonly ChangeNote[]): void
  destroyed(lockerId: string): void
  /** Another tab is gone and has left something to be applied. */
  left(lockerId: string): void
  /** The page came back, and messages may have been missed. */
  restored(): void
  /** The page is looked at again. */
  visible(): void
}

export class Connection {
  readonly #storage: LockerStorage
  readonly #name: LockerName
  readonly #channel: (name: string) => ChannelPort | undefined
  readonly #on: ConnectionEvents
  #session: Promise<StorageSession> | undefined
  #tabs: Tabs | undefined
  #unwatch: (() => void) | undefined

  constructor(
    storage: LockerStorage,
    name: LockerName,
    channel: (name: string) => ChannelPort | undefined,
    on: ConnectionEvents,
  ) {
    this.#storage = storage
    this.#name = name
    this.#channel = channel
    this.#on = on
  }

  get tabs(): Tabs {
    this.#tabs ??= new Tabs(this.#channel(databaseName(this.#name)), this.#on)
    return this.#tabs
  }

  /** The session; a new one after `drop`. The first call also begins to listen to other tabs and the page. */
  open(): Promise<StorageSession> {
    void this.tabs
    this.#unwatch ??= watchPage(this.#on)
    if (this.#session) return this.#session
    const session: Promise<StorageSession> = this.#storage
      .open(this.#name, {
        writer: crypto.getRandomValues(new Uint8Array(8)),
        // Of a session that was given up meanwhile nobody wants to hear.
        onEvent: (event) => this.#session === session && this.#on.storage(event),
      })
      .catch((error: unknown) => {
        if (this.#session === session) this.#session = undefined
        throw error
      })
    this.#session = session
    return session
  }

  /** Lets go of the session without closing it; whoever has it does what is still to be done. */
  drop(): Promise<StorageSession> | undefined {
    const session = this.#session
    this.#session = undefined
    return session
  }

  /** Closes everything after `last` is done, or has been waited for long enough: the journal keeps the rest. */
  async close(last: Promise<unknown>, lockerId: string): Promise<void> {
    this.#unwatch?.()
    const dropped = this.drop()
    await within(closeLimit, last)
    try {
      const session = await dropped
      const left = session?.pending().length ?? 0
      await session?.close()
      if (left > 0) this.#tabs?.tellLeft(lockerId)
    } catch {
      // A session that could not be had, or is closed already, is what was wanted.
    }
    this.#tabs?.close()
  }
}
