/** There and back: OAuth with PKCE, and the links in mails. */
import { abortedError, hasCode, LockerError } from '../errors.ts'
import { databaseName } from '../storage/storage.ts'
import type { Account } from './account.ts'
import { type Conductor, effectOf } from './conductor.ts'
import { AuthError, reasonOf } from './error.ts'
import type { AuthStep, IdentityRule, OAuthInput, PagePort } from './public.ts'
import type { SignIn } from './sign_in.ts'
import type { Action, Flow, MachineState, Redirect, Step } from './types.ts'

/** What is taken out of the address bar. */
const spent = [
  ...[
    'code',
    'state',
    'userId',
    'secret',
    'expire',
    'access_token',
    'id_token',
    'raw',
    'kbve_flow',
    'token_hash',
  ],
  ...['type', 'error', 'error_code', 'error_description', 'sb', 'sb_flow_id'],
]

export interface Begun {
  /** Where to come back to: with the flow's public id in it. */
  readonly redirectTo: string
  readonly codeChallenge: string
}

export class Redirects {
  readonly #on: Conductor
  readonly #account: Account
  readonly #signIn: SignIn
  readonly #page: PagePort | undefined

  constructor(on: Conductor, account: Account, signIn: SignIn, page: PagePort | undefined) {
    this.#on = on
    this.#account = account
    this.#signIn = signIn
    this.#page = page
  }

  get page(): PagePort {
    if (this.#page) return this.#page
    throw new LockerError(
      'unsupported',
      'There is no page here to leave for another address; give the address to the call, or a page port.',
    )
  }

  /** Sends the person to the provider, unless somebody gives up before. */
  async leave(input: OAuthInput, signal?: AbortSignal): Promise<string> {
    const { page } = this
    if (signal?.aborted) throw abortedError(signal)
    const here = new URL(page.href())
    const { provider, redirectTo = `${here.origin}${here.pathname}`, ...more } = input
    const { host } = this.#on
    const begun = await this.begin(`oauth:${provider}`, redirectTo, signal)
    const pkce = host.backend().kind === 'gotrue' ? { codeChallenge: begun.codeChallenge } : {}
    const what: Action = { ...more, type: 'oauthStart', provider, redirectTo: begun.redirectTo, ...pkce }
    const { url } = host.door().request(host.backend(), what)
    // A flow that nobody comes back from ends by itself.
    if (signal?.aborted) throw abortedError(signal)
    page.navigate(url)
    return url
  }

  /** A flow with a verifier of its own, sealed until it comes back. */
  async begin(purpose: string, redirectTo: string, signal?: AbortSignal): Promise<Begun> {
    const { life } = this.#on.host
    if (!this.#account.opens) life.writable()
    // What opens by itself can be made now, and then holds the verifier sealed.
    if (this.#account.opens && life.status.state === 'absent' && purpose.startsWith('oauth'))
      await life.create({ device: true }, signal ? { signal } : {})
    const what = { type: 'flowBegun', text: purpose } as const
    const step = life.open ? await this.#on.happen(what) : this.#asideStep(what)
    const flow = effectOf(step, 'flow')
    if (!flow?.challenge) throw new AuthError(effectOf(step, 'refused')?.why ?? reasonOf(undefined))
    const to = new URL(redirectTo)
    to.searchParams.set('kbve_flow', flow.flow.id)
    return { redirectTo: to.href, codeChallenge: flow.challenge }
  }

  /** Finishes what an address says that was returned to. */
  async finish(
    url: string,
    rule: IdentityRule | undefined,
    signal?: AbortSignal,
  ): Promise<AuthStep | undefined> {
    const { host } = this.#on
    const redirect = host.door().redirect(url)
    if (!redirect) return undefined
    // Before anything is used up: what waits in the address bar can be finished when the locker is open.
    if (!this.#account.opens) host.life.writable()
    this.#clean(url)
    try {
      return await this.#come(redirect, rule, signal)
    } catch (error) {
      if (hasCode(error, 'pkce_mismatch') || redirect.refused)
        await this.#on.happen({ type: 'signInFailed', why: reasonOf(error) }).catch(() => {})
      throw error
    }
  }

  async #come(
    redirect: Redirect,
    rule: IdentityRule | undefined,
    signal?: AbortSignal,
  ): Promise<AuthStep | undefined> {
    const { code, userId, secret, accessToken, tokenHash, type, refused } = redirect
    const how = { rule, signal }
    if (refused) {
      // The flow is over, whatever came of it.
      await this.#back(redirect.flow ?? '').catch(() => {})
      throw new AuthError(refused)
    }
    if (tokenHash) {
      const step = await this.#signIn.run({ type: 'verify', kind: type ?? 'email', tokenHash }, how)
      return type === 'recovery' ? resetting(step) : step
    }
    // Strapi's link to a new password: by OAuth it sends back a token and never a code.
    if (code && redirect.flow === undefined && this.#on.host.backend().kind === 'strapi')
      return { step: 'reset-password', code }
    const flow = await this.#back(redirect.flow ?? '')
    if (code) {
      const what: Action = { type: 'oauthFinish', code, codeVerifier: flow.verifier }
      const step = await this.#signIn.run(what, how)
      return flow.purpose === 'recovery' ? resetting(step) : step
    }
    if (userId && secret) {
      if (flow.purpose === 'recovery') return { step: 'reset-password', userId, secret }
      const confirms = flow.purpose === 'signup'
      return confirms
        ? this.#signIn.run({ type: 'verify', kind: 'email', userId, secret }, { ...how, quiet: true })
        : this.#signIn.run({ type: 'oauthFinish', userId, secret }, how)
    }
    const provider = flow.purpose.replace(/^oauth:/, '')
    return this.#signIn.run({ type: 'oauthFinish', provider, accessToken }, how)
  }

  /** The flow that this is the return of, which is over with that. */
  async #back(id: string): Promise<Flow> {
    const what = { type: 'flowBack', text: id } as const
    const { life } = this.#on.host
    let step = life.open ? await this.#on.happen(what) : this.#asideStep(what)
    // It may have been begun before the locker was opened.
    if (life.open && effectOf(step, 'refused')) step = this.#asideStep(what)
    const flow = effectOf(step, 'flow')
    if (flow) return flow.flow
    throw new AuthError(effectOf(step, 'refused')?.why ?? reasonOf(undefined))
  }

  // While the locker is not open: a verifier is of no use without the code that comes back to this very page

  #asideStep(what: { type: 'flowBegun' | 'flowBack'; text: string }): Step {
    const { notes } = this.#on.host.life.ports.storage
    const step = this.#on.step(this.#asideState(), what)
    notes.set(this.#note, JSON.stringify(step.state))
    return step
  }

  #asideState(): MachineState | undefined {
    const text = this.#on.host.life.ports.storage.notes.get(this.#note)
    try {
      return text === null ? undefined : (JSON.parse(text) as MachineState)
    } catch {
      return undefined
    }
  }

  get #note(): string {
    const { life, record } = this.#on.host
    return `${databaseName(life.ports.name)}/${record.id}/flows`
  }

  /** Takes codes and secrets out of the address bar, and so out of what is copied, logged and sent as referrer. */
  #clean(url: string): void {
    const page = this.#page
    if (!page || page.href() !== url) return
    const clean = new URL(url)
    for (const name of spent) clean.searchParams.delete(name)
    const behind = new URLSearchParams(clean.hash.slice(1))
    if (spent.some((name) => behind.has(name))) clean.hash = ''
    page.replace(clean.href)
  }
}

/** Signed in by the mail's link, and so allowed to choose a new password. */
function resetting(step: AuthStep): AuthStep {
  return step.step === 'signed-in' || step.step === 'mfa' ? { step: 'reset-password' } : step
}

/** The page around us, if there is one. */
export function pageAround(): PagePort | undefined {
  if (typeof document === 'undefined') return undefined
  return {
    href: () => location.href,
    navigate: (url) => location.assign(url),
    replace: (url) => history.replaceState(history.state, '', url),
  }
}
