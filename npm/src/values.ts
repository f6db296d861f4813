/** The decoded values of an open locker, each with its version. */
import { Listeners } from './events.ts'
import { compareVersions, type RecordKind, type SealedRecord, type Version } from './format.ts'
import type { Fields } from './profile.ts'
import { deepFreeze } from './serialize.ts'

export interface Held extends Version {
  kind: RecordKind
  expires: number
  /** Frozen when it is an object; bytes are never handed out themselves. */
  value: unknown
}

/** What a record says beside its value. */
type Meta = Pick<SealedRecord, 'id' | 'rev' | 'writer' | 'kind' | 'expires'>

const profilePrefix = 'profile/'
const entryPrefix = 'entry/'

/** The version of the application's values: a number, sealed like any value. */
export const schemaId = 'schema/version'

/** What /auth keeps: a session belongs to one device, and so it is in no backup. */
export const sessionPrefix = 'auth/'

export function fieldId(name: string): string {
  return profilePrefix + name
}

export function entryId(name: string): string {
  return entryPrefix + name
}

/** Which fields and entries look different. */
export class Changed {
  readonly fields = new Set<string>()
  readonly entries = new Set<string>()

  add(id: string): void {
    if (id.startsWith(profilePrefix)) this.fields.add(id.slice(profilePrefix.length))
    else if (id.startsWith(entryPrefix)) this.entries.add(id.slice(entryPrefix.length))
  }

  /** Adds the fields in which two profiles differ. */
  compare(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(one)) if (!Object.is(one[name], other[name])) this.fields.add(name)
  }

  get any(): boolean {
    return this.fields.size + this.entries.size > 0
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i])
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) return false
  return JSON.stringify(a) === JSON.stringify(b)
}

export class Values {
  readonly #held = new Map<string, Held>()
  readonly #fields: Fields
  readonly #now: () => number
  #profile: Readonly<Record<string, unknown>> | undefined
  /** Whether any value expires, and who wants to know of another one. */
  hasDates = false
  dated: (() => void) | undefined
  /** Hear of every version that is taken in after the opening, by its id. */
  readonly taken = new Listeners<string>()

  constructor(fields: Fields, now: () => number) {
    this.#fields = fields
    this.#now = now
  }

  /** What is held of `id`, also of a deletion. */
  held(id: string): Held | undefined {
    return this.#held.get(id)
  }

  /** Whether `record` comes after what is held. */
  isNewer(record: Meta): boolean {
    const held = this.#held.get(record.id)
    return held === undefined || compareVersions(record, held) > 0
  }

  /** Every id of which something is held. */
  ids(): Iterable<string> {
    return this.#held.keys()
  }

  /** Takes a value in, unless a newer one is held, or whatever is held. Notes in `changed` when it looks different. */
  take(record: Meta, value: unknown, changed?: Changed, whatever?: 'whatever'): void {
    if (!whatever && !this.isNewer(record)) return
    const { id, rev, writer, kind, expires } = record
    const before = changed ? this.#shown(id) : undefined
    // The old object stays in use for an equal value, so that nobody sees a change of reference.
    const kept = changed && sameValue(before, value) ? before : deepFreeze(value)
    this.#held.set(id, { rev, writer, kind, expires, value: this.#isOver(expires) ? undefined : kept })
    if (expires !== 0) {
      this.hasDates = true
      this.dated?.()
    }
    if (!changed) return
    this.taken.tell(id)
    if (!sameValue(before, this.#shown(id))) {
      changed.add(id)
      if (id.startsWith(profilePrefix)) this.#profile = undefined
    }
  }

  /** What somebody sees: for a field nobody has set, its initial value. */
  #shown(id: string): unknown {
    return id.startsWith(profilePrefix) ? this.field(id.slice(profilePrefix.length)) : this.visible(id)
  }

  /** The value itself, or `undefined` where there is none, it is deleted or it has expired. Of a large one it is what
   *  says where its parts lie. */
  visible(id: string): unknown {
    const held = this.#held.get(id)
    return held === undefined || this.#isOver(held.expires) ? undefined : held.value
  }

  /** Of what is held. */
  kind(id: string): RecordKind | undefined {
    return this.#held.get(id)?.kind
  }

  #isOver(expires: number): boolean {
    return expires !== 0 && expires <= this.#now()
  }

  /** Lets go of what has expired, and notes it in `changed`. */
  expire(changed: Changed): { over: string[]; next: number } {
    const over: string[] = []
    let next = Number.POSITIVE_INFINITY
    for (const [id, held] of this.#held) {
      if (held.expires === 0) continue
      if (!this.#isOver(held.expires)) {
        next = Math.min(next, held.expires)
        continue
      }
      over.push(id)
      if (held.value === undefined) continue
      held.value = undefined
      changed.add(id)
      this.#profile = undefined
    }
    return { over, next }
  }

  field(name: string): unknown {
    const value = this.visible(fieldId(name))
    // An earlier version of the application may have kept something else under this name.
    return this.#fields.plausible(name, value) ? value : this.#fields.initial[name]
  }

  get profile(): Readonly<Record<string, unknown>> {
    this.#profile ??= Object.freeze(
      Object.fromEntries(Object.keys(this.#fields.initial).map((name) => [name, this.field(name)])),
    )
    return this.#profile
  }

  entryNames(): string[] {
    return [...this.#entries()].sort()
  }

  *#entries(): Generator<string> {
    for (const id of this.#held.keys()) {
      if (id.startsWith(entryPrefix) && this.visible(id) !== undefined) yield id.slice(entryPrefix.length)
    }
  }

  /** Every value that differs from what a locked locker shows. */
  differences(shown: Readonly<Record<string, unknown>>): Changed {
    const changed = new Changed()
    changed.compare(this.profile, shown)
    for (const name of this.#entries()) changed.entries.add(name)
    return changed
  }
}
