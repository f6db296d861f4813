/** What is asked of a backend: with a proof where one is needed, never more often than allowed, and once more after a 401. */
import { abortedError, LockerError } from '../errors.ts'
import { type Conductor, effectOf } from './conductor.ts'
import { AuthError, reasonOf } from './error.ts'
import { heldIn } from './held.ts'
import type { Action, Outcome, Proof, Refusal, Session, Step } from './types.ts'

export interface Asking {
  /** Whose action, where it is rate limited for each: address, number or name. */
  readonly identity?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Called in the task in which a session has come. */
  readonly came?: (session: Session, sent: number) => void
}

/** Milliseconds for waiting until somebody else has refreshed. */
const longestWait = 60_000

export class Calls {
  readonly #on: Conductor

  constructor(on: Conductor) {
    this.#on = on
  }

  /** For what needs nobody signed in. */
  async ask(what: Action, asking: Asking = {}): Promise<Outcome> {
    return orThrow(await this.#asked(what, undefined, asking))
  }

  /** For what needs a session. */
  async askSignedIn(what: Action, asking: Asking = {}): Promise<Outcome> {
    const proof = await this.proof(asking.signal)
    const outcome = await this.#asked(what, proof, asking)
    if (outcome.kind !== 'refused' || !isUnproven(outcome.why)) return orThrow(outcome)
    const again = await this.renewed(proof, asking.signal)
    return orThrow(again ? await this.#asked(what, again, asking) : outcome)
  }

  /** The proof to use now; renewed first where it has to be. Rejects with `session_missing`, `session_expired`, or why it
   *  cannot be renewed. */
  async proof(signal?: AbortSignal): Promise<Proof> {
    const { clock, life } = this.#on.host
    const nobodyYet = life.ports.mode === 'account' && life.status.state === 'absent'
    if (!life.open && !nobodyYet) life.writable()
    clock.check()
    return this.#usable(this.#on.happen({ type: 'needed' }), signal)
  }

  /** What may be good after a proof was answered with 401, or `undefined` where nothing is. A session without a token is
   *  made longer first, which tells whether the backend still knows it. */
  async renewed(refused: Proof, signal?: AbortSignal): Promise<Proof | undefined> {
    const text = refused.access ? this.#on.host.door().fingerprint(refused.access) : ''
    try {
      return await this.#usable(this.#on.happen({ type: 'unauthorized', text }), signal)
    } catch (error) {
      if (error instanceof AuthError) return undefined
      throw error
    }
  }

  /** Renews what would still be good; `false` where this backend renews nothing. */
  async renewNow(signal?: AbortSignal): Promise<boolean> {
    await this.proof(signal)
    if (!heldIn(this.#on.state).session?.canRefresh) return false
    // As after a sleep: nobody uses the token before it is another one.
    await this.#on.happen({ type: 'woke' })
    await this.proof(signal)
    return true
  }

  async #usable(first: Promise<Step>, signal?: AbortSignal): Promise<Proof> {
    const until = this.#on.now() + longestWait
    // What is decided is decided, also where the caller waits for it no longer.
    for (let deciding = first; ; deciding = this.#on.happen({ type: 'needed' })) {
      const step = await orAborted(deciding, signal)
      const refused = effectOf(step, 'refused')
      if (refused) throw new AuthError(refused.why)
      const { proof } = this.#on
      if (effectOf(step, 'use') && proof) return proof
      const wait = effectOf(step, 'wait')
      if (!wait || this.#on.now() > until) throw unreached()
      await this.#change(wait.at, signal)
    }
  }

  /** Resolves when something looks different, or then at the latest. */
  async #change(at: number, signal?: AbortSignal): Promise<void> {
    const { host, changes } = this.#on
    const ends: (() => void)[] = []
    const changed = new Promise<void>((resolve) => {
      ends.push(changes.add(resolve))
      ends.push(host.timer(Math.max(at - this.#on.now(), 0) + 1, resolve))
    })
    try {
      await orAborted(changed, signal)
    } finally {
      for (const end of ends) end()
    }
  }

  async #asked(what: Action, proof: Proof | undefined, asking: Asking): Promise<Outcome> {
    const { identity = '', signal, came } = asking
    const { host } = this.#on
    // What cannot be asked is said before anybody is counted.
    host.door().request(host.backend(), what, proof)
    const key = { action: what.type, text: identity }
    const allowed = effectOf(await this.#on.happen({ type: 'asked', ...key }), 'refused')
    if (allowed) throw new AuthError(allowed.why)
    const sent = this.#on.now()
    const outcome = await this.#on.send(what, { proof, signal })
    if (outcome.kind === 'session') came?.(outcome.session, sent)
    const why = outcome.kind === 'refused' ? { why: outcome.why } : {}
    const counted = await this.#on.happen({ type: 'answered', ...key, sent, ...why })
    // Whoever has to wait is told for how long, also where the backend did not say.
    const retryAt = outcome.kind === 'refused' && counted.view.error?.retryAt
    if (outcome.kind !== 'refused' || !retryAt || outcome.why.code !== 'rate_limited') return outcome
    return { kind: 'refused', why: { ...outcome.why, retryAt } }
  }
}

/** Whether the proof is what was wrong. */
export function isUnproven(why: Refusal): boolean {
  return why.status === 401 && (why.code === 'session_missing' || why.code === 'session_expired')
}

/** The same, unless the caller gives up before: then it rejects with `aborted`, and the work goes on. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortedError(signal))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function orThrow(outcome: Outcome): Outcome {
  if (outcome.kind === 'refused') throw new AuthError(outcome.why)
  return outcome
}

function unreached(): AuthError {
  return new AuthError(reasonOf(undefined))
}

/** What no backend answers to this action. */
export function unexpected(): LockerError {
  return new LockerError(
    'bad_response',
    'The service answered with something else than was asked for; check its address and version.',
  )
}
