/**
 * Where the session lies: records of the locker that are neither fields nor entries. One holds the machine's state,
 * which changes in transactions alone, so that no tab writes over what another has just decided. A session that has
 * just come does not wait for a transaction: it is put beside the state in the task that received it, by the way of
 * `set`, and the next transaction of any tab takes it in, once.
 */
import { LockerError } from '../errors.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { OpenLocker } from '../open_locker.ts'
import { sessionPrefix } from '../values.ts'
import type { PlainItem } from '../vault.ts'
import type { AuthEvent, MachineState } from './types.ts'

/** Which of the two was it that brought a session. */
export type Arrival = 'refreshed' | 'received'
/** What else lies beside the state: what was filled into the profile, and which keyslots the account has. */
export type Beside = 'mapped' | 'account'
export const arrivals: readonly Arrival[] = ['refreshed', 'received']

/** What lies under the state's id. */
export interface Kept {
  readonly version: 1
  readonly state?: MachineState
  /** The last arrival of each kind that is part of the state. */
  readonly taken?: Readonly<Partial<Record<Arrival, string>>>
}

/** A session that is not part of the state yet. */
export interface Came {
  /** Random: tells it from others. */
  readonly key: string
  readonly event: AuthEvent
}

const nothing: Kept = { version: 1 }

/** Thrown inside a transaction that has nothing to write; it never gets out of here. */
const unchanged = new Error('nothing to write')

export class SessionRecord {
  readonly #life: Lifecycle
  readonly id: string
  readonly #ids: readonly string[]

  constructor(life: Lifecycle, name: string) {
    this.#life = life
    this.id = `${sessionPrefix}${encodeURIComponent(name)}`
    this.#ids = [
      this.id,
      ...arrivals.map((kind) => this.idOf(kind)),
      this.idOf('mapped'),
      this.idOf('account'),
    ]
  }

  idOf(what: Arrival | Beside): string {
    return `${this.id}/${what}`
  }

  has(id: string): boolean {
    return this.#ids.includes(id)
  }

  /** The open locker. Throws `locked`. */
  get open(): OpenLocker {
    return this.#life.writable()
  }

  /** What this tab knows; it hears of the others' changes. */
  read(open: OpenLocker | undefined = this.#life.open): Kept {
    return asKept(open?.values.visible(this.id))
  }

  value(what: Arrival | Beside): unknown {
    return this.#life.open?.values.visible(this.idOf(what))
  }

  /** Reads and writes in one transaction over all tabs. `change` gives `undefined` where there is nothing to write; it may
   *  be called again. What it throws rejects, and nothing is written. */
  async change(change: (kept: Kept) => Kept | undefined): Promise<void> {
    const { open } = this
    try {
      await open.replace(this.id, (newer) => {
        const next = change(newer ? asKept(newer.value) : this.read(open))
        if (!next) throw unchanged
        return { id: this.id, expires: 0, kind: 'json', text: JSON.stringify(next) }
      })
    } catch (error) {
      if (error !== unchanged) throw error
    }
  }

  /** What has come and is not part of the state. */
  waiting(kept: Kept = this.read()): [Arrival, Came][] {
    return arrivals.flatMap((kind): [Arrival, Came][] => {
      const came = asCame(this.value(kind))
      return came && kept.taken?.[kind] !== came.key ? [[kind, came]] : []
    })
  }

  /** Sealed and handed over when it returns. */
  put(kind: Arrival, came: Came): void {
    this.open.write([this.item(kind, came)])
  }

  item(kind: Arrival, came: Came): PlainItem {
    return { id: this.idOf(kind), expires: 0, kind: 'json', text: JSON.stringify(came) }
  }

  /** Keeps something beside the state. */
  note(what: Beside, value: object): void {
    this.open.write([{ id: this.idOf(what), expires: 0, kind: 'json', text: JSON.stringify(value) }])
  }

  /** Takes away what is part of the state by now: tokens lie in one place. */
  drop(kind: Arrival): void {
    if (this.value(kind) !== undefined) this.open.write([{ id: this.idOf(kind), expires: 0, kind: 'gone' }])
  }

  /** Reads again, also what a tab that is no more has left behind. */
  async reread(): Promise<void> {
    const { open } = this
    await open.adopt()
    await open.refresh(this.#ids)
  }
}

function asKept(value: unknown): Kept {
  const kept = (value ?? nothing) as Kept
  if (kept.version === 1) return kept
  throw new LockerError(
    'unsupported_format',
    'The session was sealed by a newer version of this application; reload the page to get that version.',
  )
}

function asCame(value: unknown): Came | undefined {
  const came = value as Came | undefined
  return typeof came?.key === 'string' && typeof came.event?.type === 'string' ? came : undefined
}
