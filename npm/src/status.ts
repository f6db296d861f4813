/** The status as one immutable object that is only replaced when something in it changes. */
import type { Status } from './types.ts'

type Changes = { [K in keyof Status]?: Status[K] | undefined }

/** As long as nothing is known. */
export const initialStatus: Status = Object.freeze({
  state: 'opening',
  integrity: 'ok',
  damaged: Object.freeze([]),
  pending: 0,
  persisted: false,
  readOnly: false,
})

/** Lists and progress by what is in them, errors by who they are. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  const objects = typeof a === 'object' && typeof b === 'object' && !(b instanceof Error)
  return objects && JSON.stringify(a) === JSON.stringify(b)
}

const ofAState: readonly (keyof Status)[] = ['reason', 'error', 'progress', 'lockAt', 'retryAt']

export class StatusKeeper {
  current = initialStatus
  readonly #changed: (status: Status) => void

  constructor(changed: (status: Status) => void) {
    this.#changed = changed
  }

  /** `undefined` takes an optional part away. Parts not named stay, except that a new state starts without
   *  the old one's reason, error and progress, and the like. */
  change(changes: Changes): void {
    const { current } = this
    let next: Record<string, unknown> | undefined
    const put = (key: keyof Status, value: unknown) => {
      if (same((next ?? current)[key], value)) return
      next ??= { ...current }
      if (value === undefined) delete next[key]
      else next[key] = Array.isArray(value) ? Object.freeze(value) : value
    }
    if (changes.state !== undefined && changes.state !== current.state) {
      for (const key of ofAState) if (!(key in changes)) put(key, undefined)
    }
    for (const key in changes) put(key as keyof Status, changes[key as keyof Status])
    if (!next) return
    this.current = Object.freeze(next) as unknown as Status
    this.#changed(this.current)
  }
}
