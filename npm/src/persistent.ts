/** A locker as the engine of `@nanostores/persistent`: what an application keeps with that becomes sealed. */
import { hasCode } from './errors.ts'
import type { ChangeEvent, Locker } from './types.ts'

/** What `@nanostores/persistent` tells a store about a key that changed elsewhere. */
export interface PersistentEvent {
  key: string
  newValue: string
}

/** A store that is told of such a change. */
export type PersistentListener = (event: PersistentEvent) => void

/** The two arguments of `setPersistentEngine`. */
export type LockerEngine = [
  storage: Record<string, string>,
  events: {
    addEventListener(key: string, listener: PersistentListener, restore: () => void): void
    removeEventListener(key: string, listener: PersistentListener, restore: () => void): void
  },
]

export interface LockerEngineOptions {
  /** What the names of its entries begin with; `'persistent/'` if not said. */
  prefix?: string
}

/** The part of a locker that the engine takes. */
export type EngineLocker = Pick<Locker, 'entries' | 'on' | 'status'>

/**
 * `setPersistentEngine(...lockerEngine(locker))`: every `persistentAtom` and `persistentMap` of the application keeps
 * its values in this locker, one entry for each key, whether the store was made or mounted before the locker opened
 * or after. The first store somebody listens to opens the locker.
 *
 * While the locker is not open, stores hold their initial values, and what they are set to is not kept: nothing is
 * written and nothing throws. When it opens they take what is stored, and when it is locked they go back to their
 * initial values. An open locker throws what it refuses (`too_large`, `read_only`, …) out of the store's `set`.
 */
export function lockerEngine(locker: EngineLocker, options: LockerEngineOptions = {}): LockerEngine {
  const { prefix = 'persistent/' } = options
  if (typeof prefix !== 'string') throw new TypeError('lockerEngine: prefix is a text.')
  const engine = new Engine(locker, prefix)
  return [engine.storage(), engine]
}

interface Held {
  readonly key: string
  readonly listener: PersistentListener
  readonly restore: () => void
}

class Engine {
  readonly #locker: EngineLocker
  readonly #prefix: string
  readonly #held = new Set<Held>()
  #stop: (() => void) | undefined
  #open = false
  /** Keys that are being written to: their stores have the value already, and are told nothing. */
  readonly #writing = new Set<string>()
  /** The store that is taking what is there: a key, or what the keys of a map begin with. It writes nothing. */
  #restoring: string | undefined

  constructor(locker: EngineLocker, prefix: string) {
    this.#locker = locker
    this.#prefix = prefix
  }

  // As fields, because they are called without their object.
  readonly addEventListener = (key: string, listener: PersistentListener, restore: () => void): void => {
    this.#held.add({ key, listener, restore })
    this.#stop ??= this.#listen()
  }

  readonly removeEventListener = (key: string, listener: PersistentListener): void => {
    for (const held of this.#held) {
      if (held.key === key && held.listener === listener) this.#held.delete(held)
    }
    if (this.#held.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  /** An object that behaves as localStorage does where `@nanostores/persistent` looks. */
  storage(): Record<string, string> {
    // Without a prototype: a key may be called "constructor", and `in` must not find that by itself.
    return new Proxy<Record<string, string>>(Object.create(null), {
      get: (_, key) => this.#get(key),
      has: (_, key) => this.#get(key) !== undefined,
      set: (_, key, value) => this.#set(key, value),
      deleteProperty: (_, key) => this.#set(key, undefined),
      ownKeys: () => this.#keys(),
      getOwnPropertyDescriptor: (_, key) => {
        const value = this.#get(key)
        return value === undefined
          ? undefined
          : { value, enumerable: true, configurable: true, writable: true }
      },
    })
  }

  get #isOpen(): boolean {
    return this.#locker.status.state === 'unlocked'
  }

  #get(key: string | symbol): string | undefined {
    const value = typeof key === 'string' ? this.#locker.entries.get(this.#prefix + key) : undefined
    // Something else of this name is not one of ours.
    return typeof value === 'string' ? value : undefined
  }

  #set(key: string | symbol, value: string | undefined): boolean {
    if (typeof key !== 'string') return false
    const restored = this.#restoring !== undefined && key.startsWith(this.#restoring)
    if (restored || this.#writing.has(key) || !this.#isOpen || this.#get(key) === value) return true
    const { entries } = this.#locker
    this.#writing.add(key)
    try {
      if (value === undefined) entries.delete(this.#prefix + key)
      else entries.put(this.#prefix + key, String(value))
    } catch (error) {
      if (!hasCode(error, 'locked')) throw error
    } finally {
      this.#writing.delete(key)
    }
    return true
  }

  #keys(): string[] {
    return this.#locker.entries
      .list()
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => name.slice(this.#prefix.length))
      .filter((key) => this.#get(key) !== undefined)
  }

  #restore({ key, restore }: Held): void {
    const before = this.#restoring
    this.#restoring = key
    try {
      restore()
    } finally {
      this.#restoring = before
    }
  }

  #listen(): () => void {
    this.#open = this.#isOpen
    const stops = [
      this.#locker.on('status', () => {
        if (this.#open === this.#isOpen) return
        this.#open = this.#isOpen
        // A store takes what is there by setting itself to it.
        for (const held of [...this.#held]) this.#restore(held)
      }),
      this.#locker.on('change', (event) => this.#changed(event)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #changed({ entries, from }: ChangeEvent): void {
    // What locking and unlocking change is told by the status, for all stores at once.
    if (from === 'lock' || from === 'unlock') return
    for (const name of entries) {
      if (!name.startsWith(this.#prefix)) continue
      const key = name.slice(this.#prefix.length)
      if (this.#writing.has(key)) continue
      // As the storage event has it: null for what is gone, whatever the types say.
      const event = { key, newValue: (this.#get(key) ?? null) as string }
      for (const { listener } of [...this.#held]) listener(event)
    }
  }
}
