/** The calls people type, as actions of the core. */
import { hasCode } from '../errors.ts'
import type { Account } from './account.ts'
import { type Calls, unexpected } from './calls.ts'
import type { Conductor } from './conductor.ts'
import { AuthError } from './error.ts'
import type {
  ActionType,
  Auth,
  AuthStep,
  CallOptions,
  ChangePasswordInput,
  Mfa,
  NewPasswordInput,
  SignInOptions,
  User,
} from './public.ts'
import type { Redirects } from './redirect.ts'
import { type SignIn, stepOf } from './sign_in.ts'
import type { Action, User as CoreUser, Outcome, Pending } from './types.ts'
import { userOf } from './view.ts'

export interface Parts {
  readonly on: Conductor
  readonly calls: Calls
  readonly account: Account
  readonly signIn: SignIn
  readonly redirects: Redirects
  /** Resolves when the core is loaded and the locker has been looked at. */
  started(): Promise<void>
  filled(user: User): void
}

/** Everything of `Auth` that is a call to the backend. */
export type Calling = Omit<
  Auth,
  | 'ready'
  | 'session'
  | 'subscribe'
  | 'fetch'
  | 'startOver'
  | 'signOut'
  | 'capabilities'
  | typeof Symbol.dispose
>

/** Whose action it is, for limits: each of them is refused alone. */
function identityOf(input: object): string {
  const { email, phone, username } = input as Record<string, unknown>
  return String(email ?? phone ?? username ?? '')
}

export function callsOf(parts: Parts): Calling & { signOutOthers(): Promise<void> } {
  const { on, calls, account, signIn, redirects } = parts

  /** A call that signs somebody in. */
  const signing =
    (type: ActionType, { quiet = false } = {}) =>
    async (input: object = {}, options: SignInOptions = {}): Promise<AuthStep> => {
      await parts.started()
      const { password } = input as { password?: string }
      return signIn.run(
        { ...input, type },
        { identity: identityOf(input), password, rule: options.identity, signal: options.signal, quiet },
      )
    }

  const asked = async (what: Action, { signal }: CallOptions = {}): Promise<Outcome> => {
    await parts.started()
    return calls.ask(what, { identity: identityOf(what), signal })
  }

  /** With the session; one that comes instead of the old one is taken in as it comes. */
  const askedSignedIn = async (what: Action, { signal }: CallOptions = {}): Promise<Outcome> => {
    await parts.started()
    let arriving: Promise<unknown> | undefined
    const outcome = await calls.askSignedIn(what, {
      identity: identityOf(what),
      signal,
      came: (session, sent) => {
        arriving = on.arrived('received', { type: 'received', session, sent })
        arriving.catch(() => {})
      },
    })
    await arriving
    return outcome
  }

  const keepUser = async (user: CoreUser): Promise<User> => {
    await on.happen({ type: 'userChanged', user })
    const shown = userOf(user)
    parts.filled(shown)
    return shown
  }

  const userFrom = async (outcome: Outcome): Promise<User> => {
    if (outcome.kind === 'user') return keepUser(outcome.user)
    throw unexpected()
  }

  const pendingOf = (outcome: Outcome): Pending => {
    if (outcome.kind === 'pending') return outcome.pending
    throw unexpected()
  }

  /** Where a mail's link leads back to; its code is good for this browser alone. */
  const returning = async (purpose: string, input: { redirectTo?: string | undefined }): Promise<object> => {
    const { redirectTo } = input
    const { kind } = on.host.backend()
    if (redirectTo === undefined || kind === 'strapi') return input
    const begun = await redirects.begin(purpose, redirectTo)
    return {
      ...input,
      redirectTo: begun.redirectTo,
      ...(kind === 'gotrue' ? { codeChallenge: begun.codeChallenge } : {}),
    }
  }

  /** Sends the changed password, with a keyslot for it made before. */
  const changing = async <T>(password: string, send: () => Promise<T>): Promise<T> => {
    const told = await account.changing(password)
    try {
      const out = await send()
      await told(true)
      return out
    } catch (error) {
      // Of these nobody knows whether the backend has taken it.
      const unknown = hasCode(error, 'network', 'server_error', 'bad_response', 'aborted')
      await told(unknown ? undefined : false).catch(() => {})
      throw error
    }
  }

  const mfa: Mfa = {
    async enroll(input = {}, options) {
      const { factorId, secret, uri, picture } = pendingOf(
        await askedSignedIn({ ...input, type: 'mfaEnroll' }, options),
      )
      if (!secret || !uri) throw unexpected()
      return { secret, uri, ...(factorId ? { factorId } : {}), ...(picture ? { picture } : {}) }
    },
    async confirm(input, options) {
      const { factorId } = input
      const wanted = on.host.backend().kind === 'gotrue' && !input.challengeId
      // The challenge says when it ends, too, which is not for the backend.
      const more = wanted
        ? { challengeId: (await mfa.challenge(factorId ? { factorId } : {}, options)).challengeId }
        : {}
      return finished(await askedSignedIn({ ...more, ...input, type: 'mfaConfirm' }, options))
    },
    async challenge(input = {}, options) {
      const found = on.view.user?.factors.find(({ verified }) => verified)?.id
      const factorId = input.factorId ?? found
      const gotrue = on.host.backend().kind === 'gotrue'
      const given = gotrue ? (factorId ? { factorId } : {}) : { factor: input.factor ?? 'totp' }
      const next = pendingOf(await askedSignedIn({ ...given, type: 'mfaChallenge' }, options))
      if (!next.challengeId) throw unexpected()
      const { challengeId, expiresAt } = next
      return {
        challengeId,
        ...(gotrue && factorId ? { factorId } : {}),
        ...(expiresAt ? { expiresAt } : {}),
      }
    },
    async verify(input, options) {
      const factorId = input.factorId ?? on.view.user?.factors.find(({ verified }) => verified)?.id
      const gotrue = on.host.backend().kind === 'gotrue'
      const { code, challengeId } = input
      const what = {
        type: 'mfaVerify',
        code,
        challengeId,
        ...(gotrue && factorId ? { factorId } : {}),
      } as const
      return finished(await askedSignedIn(what, options))
    },
    async remove(input = {}, options) {
      await askedSignedIn({ ...input, type: 'mfaRemove' }, options)
      await askedSignedIn({ type: 'getUser' }, options).then(userFrom)
    },
    async require(required, options) {
      await askedSignedIn({ type: 'mfaRequire', required }, options)
    },
  }

  const finished = async (outcome: Outcome): Promise<AuthStep> => {
    if (outcome.kind === 'user') await keepUser(outcome.user)
    return signIn.done(undefined)
  }

  return {
    register: async (input, options) => {
      await parts.started()
      return signing('signUp')(await returning('signup', input), options)
    },
    signIn: signing('signIn'),
    signInAnonymous: signing('signInAnonymous'),
    signInWithIdToken: signing('signInIdToken'),
    verify: signing('verify', { quiet: true }),
    async upgradeAnonymous(input, options) {
      const user = await askedSignedIn({ ...input, type: 'upgradeAnonymous' }, options).then(userFrom)
      await account.useAsPassword(input.password)
      return { step: 'signed-in', user }
    },
    async signInWithOtp(input, options) {
      return stepOf(pendingOf(await asked({ ...input, type: 'sendOtp' }, options)), identityOf(input))
    },
    async signInWithMagicLink(input, options) {
      await parts.started()
      const what = { ...(await returning('link', input)), type: 'sendMagicLink' } as const
      return stepOf(pendingOf(await asked(what, options)), identityOf(input))
    },
    async signInWithOAuth(input, { signal } = {}) {
      await parts.started()
      return redirects.leave(input, signal)
    },
    async handleRedirect(url, options = {}) {
      await parts.started()
      return redirects.finish(url ?? redirects.page.href(), options.identity, options.signal)
    },
    async refresh({ signal } = {}) {
      await parts.started()
      return calls.renewNow(signal)
    },
    getUser: async (options) => askedSignedIn({ type: 'getUser' }, options).then(userFrom),
    updateUser: async (input, options) =>
      askedSignedIn({ ...input, type: 'updateUser' }, options).then(userFrom),
    async changePassword(input: ChangePasswordInput, options) {
      await parts.started()
      const outcome = await changing(input.password, () =>
        askedSignedIn({ ...input, type: 'changePassword' }, options),
      )
      if (outcome.kind === 'user') await keepUser(outcome.user)
    },
    async requestReset(input, options) {
      await parts.started()
      await asked({ ...(await returning('recovery', input)), type: 'requestReset' }, options)
    },
    async resetPassword(input: NewPasswordInput, options: SignInOptions = {}) {
      await parts.started()
      const { password } = input
      const what = { ...input, type: 'resetPassword' } as const
      if (on.host.backend().kind === 'gotrue') {
        const outcome = await changing(password, () => askedSignedIn(what, options))
        if (outcome.kind === 'user') await keepUser(outcome.user)
        await account.useAsPassword(password)
        return signIn.done(undefined)
      }
      return signIn.run(what, { password, rule: options.identity, signal: options.signal, quiet: true })
    },
    async resend(input, options) {
      await parts.started()
      const what = { ...(await returning('signup', input)), type: 'resend' } as const
      const needs = on.host.backend().kind === 'appwrite'
      await (needs ? askedSignedIn(what, options) : asked(what, options))
    },
    async signOutOthers() {
      await askedSignedIn({ type: 'signOut', scope: 'others' })
    },
    async reauthenticate(options) {
      await askedSignedIn({ type: 'reauthenticate' }, options)
    },
    mfa: Object.freeze(mfa),
    sessions: Object.freeze({
      async list(options?: CallOptions) {
        const outcome = await askedSignedIn({ type: 'listSessions' }, options)
        if (outcome.kind === 'sessions') return outcome.sessions
        throw unexpected()
      },
      async revoke(sessionId: string, options?: CallOptions) {
        await askedSignedIn({ type: 'revokeSession', sessionId }, options)
      },
    }),
    async createJwt(input = {}, options) {
      const outcome = await askedSignedIn({ ...input, type: 'createJwt' }, options)
      if (outcome.kind !== 'jwt') throw unexpected()
      return { jwt: outcome.jwt, expiresAt: outcome.expiresAt }
    },
    async health({ signal } = {}) {
      await parts.started()
      // Whether it is there is asked whatever it last said.
      const outcome = await on.send({ type: 'health' }, { signal })
      if (outcome.kind === 'health') return outcome.version ? { version: outcome.version } : {}
      throw outcome.kind === 'refused' ? new AuthError(outcome.why) : unexpected()
    },
  }
}
