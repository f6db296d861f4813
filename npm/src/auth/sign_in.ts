/** Signing in, by whatever way: from the answer with a session to an open locker that holds it. */
import { hasCode } from '../errors.ts'
import type { SlotKind } from '../format.ts'
import { type Account, otherPerson } from './account.ts'
import { type Calls, unexpected } from './calls.ts'
import { type Conductor, effectOf } from './conductor.ts'
import { AuthError, reasonOf } from './error.ts'
import type { AuthStep, IdentityRule, User } from './public.ts'
import type { Action, Outcome, Pending, Session, Step } from './types.ts'

export interface SigningIn {
  /** Whose: address, number or name. */
  readonly identity?: string | undefined
  /** Opens the locker, where the account does. */
  readonly password?: string | undefined
  readonly rule?: IdentityRule | undefined
  readonly signal?: AbortSignal | undefined
  /** It is not shown that a sign-in is under way: perhaps it is none. */
  readonly quiet?: boolean
}

export interface SignInHost {
  readonly rule: IdentityRule
  /** Fills the profile from whoever is signed in. */
  filled(user: User): void
}

export class SignIn {
  readonly #on: Conductor
  readonly #calls: Calls
  readonly #account: Account
  readonly #host: SignInHost

  constructor(on: Conductor, calls: Calls, account: Account, host: SignInHost) {
    this.#on = on
    this.#calls = calls
    this.#account = account
    this.#host = host
  }

  /** Sends it, and goes as far as the answer leads. */
  async run(what: Action, how: SigningIn = {}): Promise<AuthStep> {
    const { life } = this.#on.host
    // Where nobody but the application can open it, it is open before anything is sent.
    if (!this.#account.opens) life.writable()
    this.#account.waiting = undefined
    const { identity = '', signal } = how
    if (!how.quiet) await this.#on.happen({ type: 'signInStarted' })
    let arriving: Promise<readonly SlotKind[] | undefined> | undefined
    const came = (session: Session, sent: number) => {
      arriving = this.arrive(session, sent, how)
      arriving.catch(() => {})
    }
    try {
      const outcome = await this.#calls.ask(what, { identity, signal, came })
      if (outcome.kind !== 'session') return await this.#without(what, outcome, how)
      return await this.done(await arriving, outcome.weakPassword)
    } catch (error) {
      const offline = await this.#offline(error, how)
      if (offline) return offline
      await this.#on.happen({ type: 'signInFailed', why: reasonOf(error), text: identity }).catch(() => {})
      throw error
    }
  }

  /** A session that has come. In an open locker it is sealed in this task. */
  async arrive(session: Session, sent: number, how: SigningIn): Promise<readonly SlotKind[] | undefined> {
    const { life } = this.#on.host
    const rule = how.rule ?? this.#host.rule
    const { userId } = session.proof
    const bound = this.#on.boundTo
    const other = bound !== undefined && bound !== '' && bound !== userId
    const fits = life.open !== undefined && !other
    if (fits) mustTake(await this.#on.arrived('received', { type: 'received', session, sent }))
    else {
      const shut = !life.open
      try {
        if (other) await this.#replace(rule, how.password)
        else if (this.#account.opens) {
          const opensWith = await this.#account.openFor(session, sent, how.password, rule)
          if (opensWith) return opensWith
        }
        await this.settle(session, sent, rule)
      } catch (error) {
        if (hasCode(error, 'identity_mismatch')) {
          // Nobody stays signed in by what was refused here, and nobody sees what another one has.
          this.signOutThere(session)
          if (shut) life.lock()
        }
        throw error
      }
    }
    if (fits && how.password) await this.#account.useAsPassword(how.password)
    this.#remember(userId)
    return undefined
  }

  /** A session for a locker that was opened for it just now. */
  async settle(session: Session, sent: number, rule = this.#host.rule): Promise<void> {
    this.#on.forgetAside()
    await this.#on.takeIn()
    if (rule !== 'any') await this.#on.happen({ type: 'bind' })
    mustTake(await this.#on.arrived('received', { type: 'received', session, sent }))
    this.#remember(session.proof.userId)
  }

  #remember(userId: string | undefined): void {
    if (this.#on.proof?.userId !== userId) throw otherPerson()
    this.#account.remember(userId ?? '')
  }

  /** Another person than the one that the locker is bound to. */
  async #replace(rule: IdentityRule, password: string | undefined): Promise<void> {
    if (rule === 'refuse') throw otherPerson()
    if (rule === 'any') {
      await this.#on.happen({ type: 'unbind' })
      return
    }
    // What the first one's sign-out still has to tell the backend goes along.
    await this.#on.happen({ type: 'signOut' })
    const { state } = await this.#on.happen({ type: 'unbind' })
    await this.#account.startOver(password, state)
  }

  /** At the backend alone; here nothing of it was kept. */
  signOutThere({ proof }: Session): void {
    this.#on.behind(this.#on.send({ type: 'signOut' }, { proof }))
  }

  /** What is to be said of whoever is signed in now. */
  async done(
    opensWith: readonly SlotKind[] | undefined,
    weakPassword?: readonly string[],
  ): Promise<AuthStep> {
    if (opensWith) {
      this.#on.show()
      return { step: 'locked', opensWith }
    }
    if (!this.#on.view.user) await this.#askWho()
    const { state, user } = this.#on.view
    if (state === 'mfa-required')
      return {
        step: 'mfa',
        ...(user ? { user } : {}),
        factors: (user?.factors ?? []).filter(({ verified }) => verified),
      }
    if (!user) throw unexpected()
    this.#host.filled(user)
    return { step: 'signed-in', user, ...(weakPassword?.length ? { weakPassword } : {}) }
  }

  /** Not every backend says it with the session. */
  async #askWho(): Promise<void> {
    try {
      const outcome = await this.#calls.askSignedIn({ type: 'getUser' })
      if (outcome.kind === 'user') await this.#on.happen({ type: 'userChanged', user: outcome.user })
    } catch (error) {
      if (!hasCode(error, 'mfa_required')) throw error
      await this.#on.happen({ type: 'needsFactor' })
    }
  }

  /** No session came, and that was no refusal. */
  async #without(what: Action, outcome: Outcome, how: SigningIn): Promise<AuthStep> {
    if (outcome.kind === 'pending') {
      const { pending } = outcome
      if (pending.step === 'sign_in') {
        const { email, password } = what
        return this.run({ type: 'signIn', email, password }, how)
      }
      if (pending.step === 'confirmation' && !how.quiet)
        await this.#on.happen({ type: 'needsConfirmation', text: how.identity ?? '' })
      return stepOf(pending, how.identity)
    }
    if (outcome.kind === 'done') return { step: 'confirmed' }
    throw unexpected()
  }

  /** Without a network the password still opens the locker, and the session in it is as good as it was. */
  async #offline(error: unknown, { password, identity }: SigningIn): Promise<AuthStep | undefined> {
    const { life } = this.#on.host
    if (!this.#account.opens || life.open || !password || !hasCode(error, 'network')) return undefined
    if (life.status.state !== 'locked') return undefined
    try {
      await life.unlock({ passphrase: password }, {})
    } catch {
      return undefined
    }
    this.#on.forgetAside()
    await this.#on.takeIn()
    await this.#on.happen({ type: 'tick' })
    const { state, user } = this.#on.view
    const same = [user?.email, user?.phone, user?.username].some(
      (known) => known && known.toLowerCase() === identity?.toLowerCase(),
    )
    if (state === 'signed-in' && user && same) return { step: 'signed-in', user }
    if (!same) life.lock()
    return undefined
  }
}

function mustTake(step: Step): void {
  const refused = effectOf(step, 'refused')
  if (refused) throw new AuthError(refused.why)
}

/** What comes next, as the application is told. */
export function stepOf(pending: Pending, sentTo?: string): AuthStep {
  const { step, userId, phrase, expiresAt } = pending
  if (step === 'otp_sent' || step === 'link_sent')
    return {
      step: step === 'otp_sent' ? 'otp-sent' : 'link-sent',
      ...(userId ? { userId } : {}),
      ...(phrase ? { phrase } : {}),
      ...(expiresAt ? { expiresAt } : {}),
    }
  return { step: 'confirmation', ...(sentTo ? { sentTo } : {}) }
}
