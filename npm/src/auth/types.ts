/** What crosses the door of auth.wasm, as JSON. Each type is the C++ value of the same name in include/kbve/auth. */
import type { ErrorCode } from '../errors.ts'

export type BackendKind = 'gotrue' | 'strapi' | 'appwrite'

export interface Backend {
  readonly kind: BackendKind
  /** Strapi's ends with /api, Appwrite's with /v1. */
  readonly url: string
  /** GoTrue: publishable key. Appwrite: dev key, in tests. */
  readonly apiKey?: string
  /** Appwrite's. */
  readonly project?: string
  /** Whether the backend's cookies may be sent and kept; true if not said. */
  readonly cookies?: boolean
  /** Strapi: asks for the httpOnly cookie by a header, which the server's CORS list must allow. */
  readonly askCookie?: boolean
  /** Lets passwords go over http:// to other machines than this one. */
  readonly allowHttp?: boolean
}

export type ActionType =
  | 'signUp'
  | 'signIn'
  | 'signInAnonymous'
  | 'signInIdToken'
  | 'upgradeAnonymous'
  | 'sendOtp'
  | 'sendMagicLink'
  | 'verify'
  | 'oauthStart'
  | 'oauthFinish'
  | 'refresh'
  | 'signOut'
  | 'getUser'
  | 'updateUser'
  | 'changePassword'
  | 'requestReset'
  | 'resetPassword'
  | 'resend'
  | 'reauthenticate'
  | 'mfaEnroll'
  | 'mfaConfirm'
  | 'mfaChallenge'
  | 'mfaVerify'
  | 'mfaRemove'
  | 'mfaRequire'
  | 'listSessions'
  | 'revokeSession'
  | 'createJwt'
  | 'health'

/** The members each action takes are in the table of src/auth/action.cpp; others are refused. */
export interface Action {
  readonly type: ActionType
  readonly [member: string]: string | number | boolean | object | undefined
}

export type Support = 'yes' | 'no' | 'partly'
export type Capability = { readonly action: ActionType; readonly note?: string } & Readonly<
  Record<BackendKind, Support>
>

/** What requests prove themselves with. Secret. */
export interface Proof {
  readonly access?: string
  readonly refresh?: string
  readonly secret?: string
  readonly sessionId?: string
  readonly userId?: string
  readonly mode: 'unknown' | 'legacy' | 'body' | 'cookie'
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: [name: string, value: string][]
  readonly body?: string
  readonly credentials: 'include' | 'omit'
  /** Not to be fetched: the person is sent there. */
  readonly navigate: boolean
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: string | Uint8Array
}

export interface Factor {
  readonly id: string
  readonly type: string
  readonly name?: string
  readonly verified: boolean
}

export interface User {
  readonly id: string
  readonly email?: string
  readonly phone?: string
  readonly username?: string
  readonly name?: string
  readonly avatar?: string
  readonly newEmail?: string
  readonly emailConfirmed: boolean
  readonly phoneConfirmed: boolean
  readonly anonymous: boolean
  readonly factors: readonly Factor[]
  /** The backend's own object as JSON text. */
  readonly raw?: string
}

/** With tokens: to be sealed, never shown. Times are the backend's clock. */
export interface Session {
  readonly proof: Proof
  readonly issuedAt?: number
  readonly expiresAt?: number
  readonly level: number
  readonly canRefresh: boolean
  readonly needsFactor?: boolean
  readonly user?: User
  readonly claims?: string
  readonly providerToken?: string
  readonly providerRefreshToken?: string
}

/** A failure as a value. */
export interface Reason {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
  /** Milliseconds since 1970: not before then. */
  readonly retryAt?: number
}

/** The same with what the backend itself said. */
export interface Refusal extends Reason {
  readonly status?: number
  readonly backendCode?: string
  readonly backendMessage?: string
  readonly reasons?: readonly string[]
  readonly fields?: readonly string[]
}

export interface Pending {
  readonly step:
    | 'confirmation'
    | 'otp_sent'
    | 'link_sent'
    | 'reset_sent'
    | 'nonce_sent'
    | 'sign_in'
    | 'mfa_enroll'
    | 'mfa_challenge'
    | 'mfa_required'
  readonly userId?: string
  readonly factorId?: string
  readonly challengeId?: string
  readonly secret?: string
  readonly uri?: string
  /** A `data:` URL, for an `<img>` and nothing else. */
  readonly picture?: string
  readonly phrase?: string
  readonly expiresAt?: number
  /** GoTrue answers so for an address it knows; do not tell the person. */
  readonly maybeExists?: boolean
  readonly user?: User
}

export interface RemoteSession {
  readonly id: string
  readonly device?: string
  readonly created?: string
  readonly current: boolean
}

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'session'; readonly session: Session; readonly weakPassword?: readonly string[] }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'pending'; readonly pending: Pending }
  | { readonly kind: 'sessions'; readonly sessions: readonly RemoteSession[] }
  | { readonly kind: 'jwt'; readonly jwt: string; readonly expiresAt: number }
  | { readonly kind: 'health'; readonly version?: string }
  | { readonly kind: 'refused'; readonly why: Refusal }

export interface Redirect {
  readonly code?: string
  readonly userId?: string
  readonly secret?: string
  readonly accessToken?: string
  readonly flow?: string
  readonly tokenHash?: string
  readonly type?: string
  readonly refused?: Refusal
}

/** The machine's state: opaque, sealed in the locker. It is written only by the core. */
export type MachineState = object

export type EventType =
  | 'tick'
  | 'needed'
  | 'signInStarted'
  | 'signInFailed'
  | 'received'
  | 'needsConfirmation'
  | 'needsFactor'
  | 'userChanged'
  | 'refreshed'
  | 'refreshFailed'
  | 'reread'
  | 'unauthorized'
  | 'tabGone'
  | 'woke'
  | 'online'
  | 'signOut'
  | 'revoked'
  | 'revocationRefreshed'
  | 'asked'
  | 'answered'
  | 'flowBegun'
  | 'flowBack'
  | 'bind'
  | 'unbind'

/** What each kind of event carries is told beside its name in include/kbve/auth/machine.hpp. */
export interface AuthEvent {
  readonly type: EventType
  /** The device's clock, milliseconds since 1970. */
  readonly now: number
  /** When the request was sent whose answer this is. */
  readonly sent?: number
  readonly tab?: string
  readonly text?: string
  readonly action?: string
  readonly id?: number
  readonly session?: Session
  readonly user?: User
  readonly why?: Refusal
  /** 32 random bits, for tests that want to know them; drawn by the core if not said. */
  readonly chance?: number
  /** 48 random bytes as base64url; drawn by the core if not said. */
  readonly random?: string
}

export interface Flow {
  readonly id: string
  readonly verifier: string
  readonly purpose: string
  readonly begun: number
}

export type Effect =
  | { readonly type: 'store' | 'notify' | 'reread' }
  | { readonly type: 'wake' | 'wait'; readonly at: number }
  | { readonly type: 'use'; readonly at?: number }
  | { readonly type: 'refresh'; readonly id: number; readonly at: number }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'refused'; readonly why: Reason }
  | { readonly type: 'flow'; readonly flow: Flow; readonly challenge?: string }
  | {
      readonly type: 'revoke' | 'refreshRevocation'
      readonly id: number
      readonly at: number
      readonly text: 'local' | 'global'
      readonly proof: Proof
    }

/** What may be shown. No token is in it. */
export interface View {
  readonly state:
    | 'anonymous'
    | 'signing-in'
    | 'signed-in'
    | 'mfa-required'
    | 'confirmation-required'
    | 'expired'
  readonly user?: User
  readonly userId?: string
  readonly sessionId?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly level?: number
  readonly expiresAt?: number
  readonly retryAt?: number
  readonly waitsFor?: string
  readonly pendingSignOuts?: number
  readonly error?: Reason
}

export interface Step {
  readonly state: MachineState
  /** To be done in this order. */
  readonly effects: readonly Effect[]
  readonly view: View
}

export interface UptimeSummary {
  readonly samples: number
  /** 0 to 1; absent without samples. */
  readonly ratio?: number
  /** Milliseconds. */
  readonly p50?: number
  readonly p95?: number
}

/** What was seen in one slice of time; one in which nothing was seen is not there. */
export interface UptimeSlice {
  /** When it begins, milliseconds since 1970. */
  readonly from: number
  readonly up: number
  readonly degraded: number
  readonly down: number
  /** Milliseconds; absent where no answer came. */
  readonly p50?: number
  readonly p95?: number
}

export interface Slices {
  /** Milliseconds of one slice. */
  readonly width: number
  /** The oldest first. */
  readonly slices: readonly UptimeSlice[]
}

export interface Uptime {
  readonly health: 'unknown' | 'up' | 'degraded' | 'down'
  readonly since?: number
  readonly windows: Readonly<Record<'hour' | 'day' | 'month', UptimeSummary>>
  /** When to look again, milliseconds since 1970. */
  readonly nextLook: number
}

/** One look at a service. `status` 0: no answer came. */
export interface Look {
  readonly at: number
  readonly status: number
  readonly latency: number
  /** Slower answers count as degraded; 1,000 milliseconds if not said. */
  readonly slow?: number
}
