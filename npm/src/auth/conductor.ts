/**
 * The machine of the core among tabs, clocks and networks: events go in, are decided over the sealed state in one
 * transaction, and what the core wants done is done, `store` first. Nobody is waited for here but storage and network.
 */
import { hasCode, LockerError } from '../errors.ts'
import { Listeners, report } from '../events.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Clock } from './clock.ts'
import type { AuthDoor } from './door.ts'
import { reasonOf } from './error.ts'
import { Flights } from './flights.ts'
import { heldIn, proofIn, skewOf } from './held.ts'
import type { SessionView } from './public.ts'
import type { SessionRecord } from './record.ts'
import type { Action, AuthEvent, Backend, Effect, MachineState, Outcome, Proof, Step } from './types.ts'
import { ViewKeeper } from './view.ts'

/** What happened; time and tab are added here. */
export type Happening = Omit<AuthEvent, 'now' | 'tab'> & {
  /** Of `woke`: the clock jumped then at the earliest, and a token that came after it is not in doubt. */
  readonly since?: number
}

export interface SendOptions {
  readonly proof?: Proof | undefined
  readonly limit?: number
  readonly signal?: AbortSignal | undefined
}

export interface ConductorHost {
  readonly life: Lifecycle
  readonly record: SessionRecord
  readonly clock: Clock
  /** This tab, as a lease names it. */
  readonly tab: string
  door(): AuthDoor
  timer(milliseconds: number, call: () => void): () => void
  send(what: Action, options: SendOptions & { skew: number; limit: number }): Promise<Outcome>
  backend(): Backend
  locked<T>(limit: number, work: (held: boolean) => Promise<T>): Promise<T>
  /** Which slots would open the locker for whoever the backend knows. */
  opensWith(): SessionView['opensWith']
  /** The state is another one now. */
  changed(): void
}

/** Milliseconds for one request. */
const requestLimit = 20_000

/** Thrown inside a transaction: a refresh is due, and that is begun under the lock. */
const refreshDue = new Error('a refresh is due')

export class Conductor {
  readonly host: ConductorHost
  readonly listeners = new Listeners<SessionView>()
  /** Of the state, also where it looks the same. */
  readonly changes = new Listeners<void>()
  readonly #view = new ViewKeeper()
  readonly #flights: Flights
  /** Of a locker that is not open: what is known of limits, and that a sign-in is under way. Never a session. */
  #aside: MachineState | undefined
  /** Before that nothing is said about anybody. */
  started = false
  #stopped = false
  /** Sessions that this tab is taking in itself. */
  #arriving = 0

  constructor(host: ConductorHost) {
    this.host = host
    this.#flights = new Flights(this)
  }

  get view(): SessionView {
    return this.#view.current
  }

  /** The state this tab knows. */
  get state(): MachineState | undefined {
    const { life, record } = this.host
    return life.open ? record.read().state : this.#aside
  }

  now(): number {
    return this.host.life.ports.now()
  }

  /** Decides what has happened, and has done what follows from it. Rejects where the state cannot be written. */
  async happen(what: Happening): Promise<Step> {
    const { life } = this.host
    this.#mustLive()
    if (!life.open) return this.#besides(what)
    const seen = this.step(this.state, what)
    if (!has(seen, 'store')) return this.#done(seen)
    if (has(seen, 'refresh')) return this.#flights.begin(what)
    try {
      return await this.transact(what)
    } catch (error) {
      if (error === refreshDue) return this.#flights.begin(what)
      throw error
    }
  }

  /** Work nobody waits for. */
  behind(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      // A locker that was locked meanwhile goes on when it is open again.
      if (this.#stopped || hasCode(error, 'locked', 'aborted')) return
      if (error instanceof LockerError) this.host.life.audience.error.tell(error)
      else report(error)
    })
  }

  /** One transaction over all tabs. A refresh that is due is begun only where the caller holds the lock. */
  async transact(what: Happening, refresh?: 'may refresh'): Promise<Step> {
    let out: Step | undefined
    await this.host.record.change((kept) => {
      out = this.step(kept.state, what)
      if (!has(out, 'store')) return undefined
      if (has(out, 'refresh') && !refresh) throw refreshDue
      return { ...kept, state: out.state }
    })
    return this.#done(out as unknown as Step)
  }

  /** Takes in what has come beside the state, each once. */
  async takeIn(): Promise<Step | undefined> {
    const { record } = this.host
    let last: Step | undefined
    for (const [kind, came] of record.waiting()) {
      let out: Step | undefined
      await record.change((kept) => {
        if (kept.taken?.[kind] === came.key) return undefined
        out = this.#decided(kept.state, came.event)
        return { ...kept, state: out.state, taken: { ...kept.taken, [kind]: came.key } }
      })
      record.drop(kind)
      if (out) last = this.#done(out)
    }
    return last
  }

  /** A session that has just come: sealed in this task, then part of the state. */
  async arrived(kind: 'refreshed' | 'received', what: Happening): Promise<Step> {
    const { record } = this.host
    const event: AuthEvent = { ...what, now: this.now(), tab: this.host.tab }
    const came = { key: randomText(), event }
    this.#arriving++
    try {
      record.put(kind, came)
      const step = await this.takeIn()
      // Another tab was quicker in taking it in; what it decided is what is so.
      return step ?? this.#done(this.step(this.state, { type: 'tick' }))
    } finally {
      this.#arriving--
    }
  }

  /** One step, without any effect. */
  step(state: MachineState | undefined, { since, ...what }: Happening): Step {
    const now = this.now()
    const { receivedAt = 0 } = heldIn(state)
    const type = since !== undefined && receivedAt >= since && receivedAt <= now ? 'tick' : what.type
    return this.#decided(state, { ...what, type, now, tab: this.host.tab })
  }

  #decided(state: MachineState | undefined, event: AuthEvent): Step {
    const door = this.host.door()
    try {
      return door.step(state, event)
    } catch (error) {
      // Of another version, which nobody can go on with: as if there were none.
      if (hasCode(error, 'invalid_input') && error.field === 'state') return door.step(undefined, event)
      throw error
    }
  }

  /** A request of this backend, answered. */
  send(what: Action, options: SendOptions = {}): Promise<Outcome> {
    const { limit = requestLimit } = options
    return this.host.send(what, { ...options, limit, skew: skewOf(this.state) })
  }

  /** While the locker is not open: decided in memory alone. */
  #besides(what: Happening): Step {
    const step = this.step(this.#aside, what)
    this.#aside = step.state
    this.show()
    return step
  }

  /** Forgets what was decided while the locker was not open. */
  forgetAside(): void {
    this.#aside = undefined
  }

  /** Does what the core wants done and nobody waits for. */
  #done(step: Step): Step {
    const { clock } = this.host
    let wake = 0
    for (const effect of step.effects) {
      if (effect.type === 'wake') wake = effect.at
      else if (effect.type === 'reread') this.behind(this.#reread())
      else if (effect.type === 'revoke' || effect.type === 'refreshRevocation')
        this.behind(this.#signOutThere(effect))
    }
    clock.wakeAt(wake)
    if (has(step, 'store')) this.#changed()
    this.show()
    return step
  }

  #changed(): void {
    this.host.changed()
    this.changes.tell()
  }

  /** Perhaps another tab was quicker with a refresh, and has left it to be found. */
  async #reread(): Promise<void> {
    await this.host.record.reread()
    await this.takeIn()
    await this.happen({ type: 'reread' })
  }

  /** Tells the backend of a sign-out. */
  async #signOutThere(effect: Extract<Effect, { type: 'revoke' | 'refreshRevocation' }>): Promise<void> {
    const { id, proof, at, text, type } = effect
    const revoking = type === 'revoke'
    const what: Action = revoking ? { type: 'signOut', scope: text } : { type: 'refresh' }
    const sent = this.now()
    const outcome = await this.send(what, { proof, limit: Math.max(at - sent, 1) }).catch(
      (error: unknown): Outcome => ({ kind: 'refused', why: reasonOf(error) }),
    )
    const done = revoking ? 'revoked' : 'revocationRefreshed'
    if (outcome.kind === 'refused') await this.happen({ type: done, id, sent, why: outcome.why })
    else if (outcome.kind === 'session') await this.happen({ type: done, id, sent, session: outcome.session })
    else if (revoking) await this.happen({ type: 'revoked', id, sent })
  }

  /** Goes on from what is in the locker: it was opened, or another tab has changed it. */
  async look(): Promise<void> {
    const { life, record } = this.host
    if (!life.open || this.#stopped) return
    const step = this.step(this.state, { type: 'tick' })
    const wake = step.effects.find(({ type }) => type === 'wake')
    // What is due is not begun by everybody who hears of it in the same moment.
    if (has(step, 'store')) this.host.clock.wakeAt(this.now() + Math.ceil(Math.random() * 250))
    else this.host.clock.wakeAt(wake && 'at' in wake ? (wake.at as number) : 0)
    this.show()
    this.#changed()
    if (this.#arriving === 0 && record.waiting().length > 0) await this.takeIn()
    this.#flights.watch()
  }

  /** Tells listeners where something looks different. */
  show(): void {
    const { life, opensWith } = this.host
    if (this.#stopped) return
    const core = this.started ? this.host.door().view(this.#valid(), this.now()) : undefined
    const seen = { status: life.status, mode: life.ports.mode, core, opensWith: opensWith() }
    if (this.#view.show(seen)) this.listeners.tell(this.view)
  }

  /** Without the core nobody can say who is signed in. */
  failed(error: unknown): void {
    if (this.#view.fail(error)) this.listeners.tell(this.view)
  }

  #valid(): MachineState | undefined {
    try {
      this.host.door().view(this.state, this.now())
      return this.state
    } catch {
      return undefined
    }
  }

  /** The proof of who is signed in. */
  get proof(): Proof | undefined {
    return proofIn(this.state)
  }

  get boundTo(): string | undefined {
    const { bind, boundTo } = heldIn(this.state)
    return bind ? boundTo : undefined
  }

  stop(): void {
    this.#stopped = true
    this.listeners.clear()
    this.changes.clear()
  }

  #mustLive(): void {
    if (!this.#stopped) return
    throw new LockerError('aborted', 'This session object was disposed of; make another with createAuth.')
  }
}

export function has(step: Step, type: Effect['type']): boolean {
  return step.effects.some((effect) => effect.type === type)
}

export function effectOf<T extends Effect['type']>(
  step: Step,
  type: T,
): (Effect & { readonly type: T }) | undefined {
  return step.effects.find((effect) => effect.type === type) as (Effect & { readonly type: T }) | undefined
}

/** 96 random bits. */
export function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('-')
}
