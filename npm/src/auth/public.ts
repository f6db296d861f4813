/// <reference lib="esnext.disposable" preserve="true" />
/** The public types of `/auth`: what is typed by whoever uses it. */
import type { LockerError } from '../errors.ts'
import type { SlotKind } from '../format.ts'
import type { LocksPort } from '../locks.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker, PassphraseCost } from '../types.ts'
import type { WasmSource } from '../wasm_source.ts'
import type {
  AnonymousInput,
  ChangePasswordInput,
  IdTokenInput,
  MagicLinkInput,
  NewPasswordInput,
  OAuthInput,
  OtpInput,
  RegisterInput,
  ResendInput,
  ResetInput,
  SignInInput,
  UpdateInput,
  UpgradeInput,
  VerifyInput,
} from './inputs.ts'
import type { ActionType, Backend, BackendKind, User as CoreUser, Factor, RemoteSession } from './types.ts'

export type * from './inputs.ts'
export type {
  ActionType,
  BackendKind,
  Capability,
  Factor,
  Reason,
  Refusal,
  RemoteSession,
  Support,
} from './types.ts'

/** A person, alike for all backends. */
export interface User extends Omit<CoreUser, 'raw'> {
  /** The backend's own object, frozen; absent where it was larger than 64 KiB. */
  readonly raw?: Readonly<Record<string, unknown>>
}

/**
 * `restoring`: the locker is opening, or the module is loading. `locked`: the locker is not open, so nobody can say who
 * is signed in. `signing-in`: a request for that is under way. `expired`: the session has ended by itself; `user` is who
 * it was.
 */
export type SessionState =
  | 'restoring'
  | 'anonymous'
  | 'signing-in'
  | 'signed-in'
  | 'locked'
  | 'mfa-required'
  | 'confirmation-required'
  | 'expired'

/** An immutable snapshot without tokens; the same object as long as nothing in it changes. */
export interface SessionView {
  readonly state: SessionState
  readonly user?: User
  /** Of the access token, as it has them: their signature is not checked here (`verifyJwt` does). */
  readonly claims?: Readonly<Record<string, unknown>>
  /** 2 once a second factor was shown. */
  readonly level?: number
  /** When the access token ends, by this device's clock, in milliseconds since 1970. It is renewed by itself. */
  readonly expiresAt?: number
  /** Something was refused for now: it makes sense again then, in milliseconds since 1970. */
  readonly retryAt?: number
  /** What went wrong last. */
  readonly error?: LockerError
  /** `confirmation-required`: the address or number that is to be confirmed. */
  readonly waitsFor?: string
  /** Sign-outs that the backend has not heard of yet. */
  readonly pendingSignOuts?: number
  /** `locked`, and the backend has said yes: the locker on this device opens with one of these. Call
   *  `locker.unlock(secret)` and the session goes on, or `auth.startOver()`, which empties the locker. */
  readonly opensWith?: readonly SlotKind[]
  /** `locked`, and signing in opens the locker (`unlock: 'account'`), also without a network. */
  readonly opensBySignIn?: true
}

/** What has become of a call. */
export type AuthStep =
  | {
      readonly step: 'signed-in'
      readonly user: User
      /** The password was taken although the backend calls it weak: why. */
      readonly weakPassword?: readonly string[]
    }
  /** A second factor is asked for: `auth.mfa.challenge`, then `auth.mfa.verify`. */
  | { readonly step: 'mfa'; readonly user?: User; readonly factors: readonly Factor[] }
  /** A mail or message was sent that makes the account, or a changed address, good. */
  | { readonly step: 'confirmation'; readonly sentTo?: string }
  /** A code or link was sent. Appwrite wants `userId` again in `verify`, and shows `phrase` in its mail. */
  | {
      readonly step: 'otp-sent' | 'link-sent'
      readonly userId?: string
      readonly phrase?: string
      readonly expiresAt?: number
    }
  /** The backend has said yes, and the locker is to be opened: see `SessionView.opensWith`. */
  | { readonly step: 'locked'; readonly opensWith: readonly SlotKind[] }
  /** The person came back to choose a new password: give it to `auth.resetPassword` with what is here. */
  | {
      readonly step: 'reset-password'
      readonly code?: string
      readonly userId?: string
      readonly secret?: string
    }
  /** A link was good, and there is nothing to sign in with: an address is confirmed now. */
  | { readonly step: 'confirmed' }

/** How a call can be given up, and by whom it may be answered. */
export interface CallOptions {
  /** Gives up: rejects with `aborted`. A refresh that is under way goes on, because its answer must not be lost. */
  readonly signal?: AbortSignal
}

/** `identity` as in `AuthOptions`, for this call alone. */
export interface SignInOptions extends CallOptions {
  readonly identity?: IdentityRule
}

/** What happens when somebody signs in who is not the person this locker is bound to. `refuse`: `identity_mismatch`,
 *  and the new session is signed out again. `empty`: the locker is emptied first. `any`: nothing is bound. */
export type IdentityRule = 'refuse' | 'empty' | 'any'

/** What an authenticator application is given. */
export interface Enrolment {
  readonly factorId?: string
  readonly secret: string
  /** `otpauth://…`, for a QR code. */
  readonly uri: string
  /** The QR code as a `data:` URL, where the backend draws it: for an `<img>` and nothing else. */
  readonly picture?: string
}

export interface Challenge {
  readonly challengeId: string
  readonly factorId?: string
  readonly expiresAt?: number
}

/** The second factor (TOTP). */
export interface Mfa {
  enroll(input?: { friendlyName?: string; issuer?: string }, options?: CallOptions): Promise<Enrolment>
  /** The first code of a factor just enrolled. Where the backend wants a challenge for that, it is asked for one. */
  confirm(
    input: { code: string; factorId?: string; challengeId?: string },
    options?: CallOptions,
  ): Promise<AuthStep>
  challenge(input?: { factorId?: string; factor?: string }, options?: CallOptions): Promise<Challenge>
  verify(
    input: { code: string; challengeId: string; factorId?: string },
    options?: CallOptions,
  ): Promise<AuthStep>
  remove(input?: { factorId?: string }, options?: CallOptions): Promise<void>
  /** Appwrite: whether a second factor is asked for. */
  require(required: boolean, options?: CallOptions): Promise<void>
}

/** Where else the person is signed in. */
export interface RemoteSessions {
  list(options?: CallOptions): Promise<readonly RemoteSession[]>
  revoke(id: string, options?: CallOptions): Promise<void>
}

/**
 * A session with a backend, sealed in a locker. Make it with `createAuth`; the first call, look at `ready` or listener
 * opens the locker. Every call rejects with a `LockerError`: `locked` while the locker is not open, `not_supported` for
 * what this backend cannot do, `rate_limited` with `retryAt`, `network`, `server_error`, `bad_response`, and what is
 * named beside it. What the backend itself said is in `AuthError`.
 */
export interface Auth extends Disposable {
  /** The first view that is not `restoring`. Never rejects. */
  readonly ready: Promise<SessionView>
  readonly session: SessionView
  /** Calls `listener` after every change of `session`, never for an equal one. Returns how to stop it. */
  subscribe(listener: (session: SessionView) => void): () => void

  /** `user_exists`, `weak_password` (with `reasons`), `signup_disabled`, `invalid_input` (with `fields`). */
  register(input: RegisterInput, options?: SignInOptions): Promise<AuthStep>
  /** `invalid_credentials`, `email_not_confirmed`, `phone_not_confirmed`, `user_blocked`, `identity_mismatch`. */
  signIn(input: SignInInput, options?: SignInOptions): Promise<AuthStep>
  signInAnonymous(input?: AnonymousInput, options?: SignInOptions): Promise<AuthStep>
  /** Makes an account of the anonymous one that is signed in; the person stays the same. */
  upgradeAnonymous(input: UpgradeInput, options?: CallOptions): Promise<AuthStep>
  signInWithIdToken(input: IdTokenInput, options?: SignInOptions): Promise<AuthStep>
  /** Sends a code; `verify` takes it. */
  signInWithOtp(input: OtpInput, options?: CallOptions): Promise<AuthStep>
  /** Sends a link; `handleRedirect` takes what comes back. */
  signInWithMagicLink(input: MagicLinkInput, options?: CallOptions): Promise<AuthStep>
  /** `otp_invalid` for a code that is wrong or over. */
  verify(input: VerifyInput, options?: SignInOptions): Promise<AuthStep>
  /** Sends the person to the provider. Resolves with the address just before that. */
  signInWithOAuth(input: OAuthInput, options?: CallOptions): Promise<string>
  /** Finishes what the person came back from, and takes code and secret out of the address bar. The page's own address if
   *  not said. Resolves with `undefined` for an address that is no return. `pkce_mismatch`: nothing like it was begun
   *  here, or it was used already. */
  handleRedirect(url?: string, options?: SignInOptions): Promise<AuthStep | undefined>
  /** Here at once, also without a network; the backend is told as soon as there is one. `others` (GoTrue) leaves this
   *  device signed in. */
  signOut(options?: { scope?: 'local' | 'global' | 'others' }): Promise<void>

  /** Renews the token now, once for all tabs. Resolves with `false` where the backend renews nothing. */
  refresh(options?: CallOptions): Promise<boolean>
  /** Asks the backend, and keeps what it says. */
  getUser(options?: CallOptions): Promise<User>
  updateUser(input: UpdateInput, options?: CallOptions): Promise<User>
  /** `reauthentication_required`, `weak_password`, `invalid_credentials`. Where the account opens the locker, the new
   *  password does from now on. */
  changePassword(input: ChangePasswordInput, options?: CallOptions): Promise<void>
  /** Resolves alike whether or not there is such an account. */
  requestReset(input: ResetInput, options?: CallOptions): Promise<void>
  /** The second half, after the person came back with the link or code of the mail. */
  resetPassword(input: NewPasswordInput, options?: SignInOptions): Promise<AuthStep>
  resend(input: ResendInput, options?: CallOptions): Promise<void>
  /** GoTrue: sends a code that `changePassword` takes as `nonce`. */
  reauthenticate(options?: CallOptions): Promise<void>
  readonly mfa: Mfa
  readonly sessions: RemoteSessions
  /** Appwrite: a token for the application's own servers, of `duration` seconds (900 if not said). */
  createJwt(input?: { duration?: number }, options?: CallOptions): Promise<{ jwt: string; expiresAt: number }>
  health(options?: CallOptions): Promise<{ version?: string }>
  /** What the backend makes of each action: `partly` depends on how the server is set up. */
  capabilities(): Promise<Readonly<Record<ActionType, 'yes' | 'no' | 'partly'>>>

  /**
   * `fetch` with the token, for the backend's own origin and those of `origins`; to all others nothing is added. After a
   * 401 the token is renewed and the request sent once more, where its body can be. Rejects with `session_missing` or
   * `session_expired` where a token is due and there is none, with `aborted` where it is given up while one is waited
   * for, and like `fetch` otherwise.
   */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

  /** Empties the locker that waits to be opened (`opensWith`), and goes on with who has just signed in. */
  startOver(): Promise<AuthStep>
  /** Lets go of timers, listeners and requests. The session stays sealed in the locker. */
  [Symbol.dispose](): void
}

/** What `cookies` takes of `lockerCookies`: `token` gets the access token and `user` follows the profile. */
export interface AuthCookies {
  readonly ready: Promise<void>
  set(name: 'token', value: string): void
  remove(name: 'token' | 'user'): void
}

/** The page around it. */
export interface PagePort {
  /** The present address. */
  href(): string
  /** Leaves for another address. */
  navigate(url: string): void
  /** Puts another address into the bar, without loading or a step back. */
  replace(url: string): void
}

/** What reaches the outside; every part can be replaced. */
export interface AuthPorts {
  readonly fetch?: typeof globalThis.fetch
  readonly page?: PagePort
  /** Web Locks if not said; `null` for none, and then the sealed lease alone keeps tabs apart. */
  readonly locks?: LocksPort | null
  /** Milliseconds that go on whatever the clock is set to; `performance.now` if not said. */
  readonly monotonic?: () => number
  /** Calls back after so many milliseconds; returns how not to. */
  readonly timer?: (milliseconds: number, call: () => void) => () => void
}

/** How a session is made. */
export interface AuthOptions<P extends kbveLocker = kbveLocker> {
  readonly locker: Locker<P>
  readonly backend: AuthBackend
  /** Which session, where one locker holds several; `'default'` if not said. */
  readonly name?: string
  /** `'refuse'` if not said. */
  readonly identity?: IdentityRule
  /** What of a person goes into the profile, in one patch; `false` for nothing. `username`, `email`, `phone`, `avatar` and
   *  `uuid` if not said. A value that its field does not take is left out. */
  readonly profile?: ((user: User) => Partial<P>) | false
  /** Origins besides the backend's that `auth.fetch` gives the token to, such as `https://api.example.com`. */
  readonly origins?: readonly string[]
  /** `token` and `user` as `lockerCookies(locker, …)` has them. */
  readonly cookies?: AuthCookies
  /** Of the passphrase slot that `unlock: 'account'` makes. */
  readonly cost?: PassphraseCost
  /** Where `auth.wasm` comes from; the file beside the package if not said. */
  readonly wasm?: WasmSource
  readonly ports?: AuthPorts
}

/** Made with `gotrue`, `strapi` or `appwrite`. */
export interface AuthBackend extends Omit<Backend, 'apiKey'> {
  readonly kind: BackendKind
  readonly apiKey?: ApiKey
}

/** A key of the application, or the name of the locker's entry that holds it sealed. */
export type ApiKey = string | { readonly entry: string }

export interface GotrueOptions {
  /** With `/auth/v1` where it is hosted. */
  readonly url: string
  /** The publishable one. */
  readonly apiKey?: ApiKey
  /** Lets passwords go over http:// to other machines than this one. */
  readonly allowHttp?: boolean
}

export interface StrapiOptions {
  /** Ends with `/api`. */
  readonly url: string
  /** Whether the server's cookies may be sent and kept; `true` if not said. */
  readonly cookies?: boolean
  /** Asks for the httpOnly cookie by a header, which the server's CORS list must allow. */
  readonly askCookie?: boolean
  readonly allowHttp?: boolean
}

export interface AppwriteOptions {
  /** Ends with `/v1`. */
  readonly url: string
  readonly project: string
  /** The dev key, in tests. */
  readonly apiKey?: ApiKey
  /** Whether the server's cookies may be sent and kept; `true` if not said. */
  readonly cookies?: boolean
  readonly allowHttp?: boolean
}
