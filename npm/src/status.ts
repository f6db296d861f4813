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

/** Lists and progress by what is in them, errors by who they are. */
function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (!(b instanceof Error) && JSON.stringify(a) === JSON.stringify(b))
}

export class StatusKeeper {
  current = initialStatus
  readonly #changed: (status: Status) => void

  constructor(changed: (status: Status) => void) {
    this.#changed = changed
  }

  /** `undefined` takes an optional part away. Parts not named stay, except that a new state starts without
   *  the old one's reason, error and progress. */
  change(changes: Changes): void {
    const { current } = this
    const fresh = changes.state !== undefined && changes.state !== current.state
    const left = fresh ? { reason: undefined, error: undefined, progress: undefined } : {}
    const next: Record<string, unknown> = { ...current }
    let different = false
    for (const [key, value] of Object.entries({ ...left, ...changes })) {
      if (same(next[key], value)) continue
      different = true
      if (value === undefined) delete next[key]
      else next[key] = Array.isArray(value) ? Object.freeze(value) : value
    }
    if (!different) return
    this.current = Object.freeze(next) as unknown as Status
    this.#changed(this.current)
  }
}
