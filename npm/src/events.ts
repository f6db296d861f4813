/** Listeners that cannot hurt each other. */
import type { ChangeEvent, LockerEvents, Status } from './types.ts'
import type { Changed } from './values.ts'

/** Tells the environment about an error nobody can catch, as an uncaught one would be, without ending anything. */
export function report(error: unknown): void {
  // node has no reportError, and there an uncaught error would end the process.
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
  else console.error(error)
}

/** A set of listeners, in the order in which they came. */
export class Listeners<T> {
  readonly #all = new Set<{ call: (value: T) => void }>()

  add(call: (value: T) => void): () => void {
    if (typeof call !== 'function') throw new TypeError('A listener is a function.')
    // An object of its own, so that the same function added twice is called twice and removed once.
    const held = { call }
    this.#all.add(held)
    return () => void this.#all.delete(held)
  }

  /** A listener that throws is reported, and the others are still called. */
  tell(value: T): void {
    if (this.#all.size === 0) return
    for (const held of [...this.#all]) {
      if (!this.#all.has(held)) continue
      try {
        held.call(value)
      } catch (error) {
        report(error)
      }
    }
  }

  clear(): void {
    this.#all.clear()
  }
}

/** Everybody who listens to a locker. */
export class Audience {
  readonly status = new Listeners<LockerEvents['status']>()
  readonly change = new Listeners<LockerEvents['change']>()
  readonly error = new Listeners<LockerEvents['error']>()
  readonly slots = new Listeners<LockerEvents['slots']>()
  /** Of every change of a value or of the status. */
  readonly any = new Listeners<void>()

  tellStatus(status: Status): void {
    this.status.tell(status)
    this.any.tell()
  }

  tellChange(changed: Changed, from: ChangeEvent['from']): void {
    if (!changed.any) return
    this.change.tell({ fields: changed.fields, entries: changed.entries, from })
    this.any.tell()
  }

  clear(): void {
    for (const listeners of [this.status, this.change, this.error, this.slots, this.any]) listeners.clear()
  }
}
