/** The status as one immutable object that is only replaced when something in it changes. */
import type { Status } from './types.ts'

type Changes = { [K in keyof Status]?: Status[K] | undefined }

const initialStatus: Status = Object.freeze({
  state: 'opening',
  integrity: 'ok',
  damaged: Object.freeze([]),
  pending: 0,
  persisted: false,
  readOnly: false,
})

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => item === b[i])
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.prototype) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length &&
    left.every(([key, value]) => (b as Record<string, unknown>)[key] === value)
  )
}

export class StatusKeeper {
  #current: Status = initialStatus
  readonly #changed: (status: Status) => void

  constructor(changed: (status: Status) => void) {
    this.#changed = changed
  }

  get current(): Status {
    return this.#current
  }

  /** `undefined` takes an optional part away. Parts not named stay, except that a new state starts without
   *  the old one's reason, error and progress. */
  change(changes: Changes): void {
    const before = this.#current
    const next: Record<string, unknown> = { ...before }
    if (changes.state !== undefined && changes.state !== before.state) {
      delete next.reason
      delete next.error
      delete next.progress
    }
    for (const [key, value] of Object.entries(changes)) {
      const old = next[key]
      if (value === undefined) delete next[key]
      else if (!same(old, value)) next[key] = Array.isArray(value) ? Object.freeze([...value]) : value
    }
    const keys = Object.keys(next)
    const old = before as unknown as Record<string, unknown>
    if (keys.length === Object.keys(before).length && keys.every((key) => Object.is(next[key], old[key])))
      return
    this.#current = Object.freeze(next) as unknown as Status
    this.#changed(this.#current)
  }
}
