/**
 * Refreshes: one for all tabs. The lease in the sealed state is what keeps tabs apart. The Web Lock around fetch and
 * store, where there is one, says sooner than the lease that its tab is gone.
 */
import { LockerError } from '../errors.ts'
import type { PlainItem } from '../vault.ts'
import { type Conductor, effectOf, type Happening, randomText } from './conductor.ts'
import { reasonOf } from './error.ts'
import { heldIn } from './held.ts'
import type { AuthEvent, Effect, Outcome, Refusal, Step } from './types.ts'

type Due = Extract<Effect, { type: 'refresh' }>

/** Milliseconds for the lock: what a refresh may take, and a little. */
const lockLimit = 25_000

export class Flights {
  readonly #on: Conductor
  #current: Promise<void> | undefined
  /** The lease that is watched already. */
  #watched = ''

  constructor(on: Conductor) {
    this.#on = on
  }

  /** An event that makes a refresh due. Resolves with what was decided of it; the refresh goes on behind. */
  async begin(what: Happening): Promise<Step> {
    if (this.#current) {
      await this.#current
      return this.#on.happen(what)
    }
    return new Promise<Step>((resolve, reject) => {
      let told = false
      const { host } = this.#on
      const work = host.locked(lockLimit, async (held) => {
        // What was decided before the lock was had may be over.
        if (held) await this.#tabGone()
        const step = await this.#on.transact(what, 'may refresh')
        told = true
        resolve(step)
        await this.#flyAll(effectOf(step, 'refresh'))
      })
      this.#current = work.then(
        () => {},
        (error: unknown) => {
          if (told) this.#on.behind(Promise.reject(error))
          else reject(error)
        },
      )
      void this.#current.then(() => {
        this.#current = undefined
      })
    })
  }

  /** Waits with the other tabs for the one that refreshes: the lock is free when it is done, or gone. */
  watch(): void {
    const { host } = this.#on
    const lease = heldIn(this.#on.state).refreshing
    if (!lease || lease.tab === host.tab || this.#current) return
    const name = `${lease.tab}/${lease.id}`
    if (name === this.#watched) return
    this.#watched = name
    const work = host.locked(lockLimit, async (held) => {
      if (!held) return
      await this.#tabGone(lease.id)
    })
    this.#on.behind(work)
  }

  /** Whoever holds the lock while another tab's lease is there knows that the tab is gone. */
  async #tabGone(only?: number): Promise<void> {
    const { host } = this.#on
    await host.record.reread()
    await this.#on.takeIn()
    const lease = heldIn(this.#on.state).refreshing
    if (!lease || lease.tab === host.tab || (only !== undefined && lease.id !== only)) return
    const step = await this.#on.transact({ type: 'tabGone', text: lease.tab }, 'may refresh')
    await this.#flyAll(effectOf(step, 'refresh'))
  }

  async #flyAll(first: Due | undefined): Promise<void> {
    for (let due = first; due; ) {
      const step = await this.#fly(due)
      due = step && effectOf(step, 'refresh')
    }
  }

  async #fly(due: Due): Promise<Step | undefined> {
    const { record, life } = this.#on.host
    const { open } = record
    const from = performance.now()
    let told = 'unanswered'
    const sent = this.#on.now()
    const { id } = due
    let settle: (items: readonly PlainItem[]) => void = () => {}
    let nothing: () => void = () => {}
    const coming = new Promise<readonly PlainItem[]>((resolve, reject) => {
      settle = resolve
      nothing = () => reject(new Error('no session came'))
    })
    coming.catch(() => {})
    open.coming.add(coming)
    try {
      const outcome = await this.#on
        .send({ type: 'refresh' }, { proof: this.#on.proof, limit: Math.max(due.at - sent, 1) })
        .catch((error: unknown): Outcome => ({ kind: 'refused', why: reasonOf(error) }))
      told = outcome.kind === 'refused' ? outcome.why.code : outcome.kind
      if (outcome.kind !== 'session') {
        nothing()
        return await this.#on.transact(
          { type: 'refreshFailed', id, sent, why: whyOf(outcome) },
          'may refresh',
        )
      }
      const what = { type: 'refreshed', id, sent, session: outcome.session } as const
      if (!open.closed) {
        const arriving = this.#on.arrived('refreshed', what)
        // It is handed over, and no lock has to wait for it any more.
        nothing()
        return await arriving
      }
      // Locked meanwhile: the lock waits for this, and seals it; the next opening takes it in.
      const event: AuthEvent = { ...what, now: this.#on.now() }
      settle([record.item('refreshed', { key: randomText(), event })])
      return undefined
    } finally {
      nothing()
      life.timed?.('refresh', from, { answer: told })
      open.coming.delete(coming)
    }
  }
}

function whyOf(outcome: Outcome): Refusal {
  if (outcome.kind === 'refused') return outcome.why
  return reasonOf(
    new LockerError('bad_response', 'The service answered a refresh without a session; check its version.'),
  )
}
