/** Signing in and registering. */
import { useCallback, useState } from 'react'
import type {
  Auth,
  AuthStep,
  RegisterInput,
  SessionView,
  SignInInput,
  SignInOptions,
} from '../auth/public.ts'
import type { LockerError } from '../errors.ts'
import { useAuth } from './context.tsx'
import { useSecondsUntil } from './use_seconds.ts'
import { useSession } from './use_session.ts'
import { useTask } from './use_task.ts'

/** The part of a session that getting one takes. */
export type Account = Pick<
  Auth,
  'session' | 'subscribe' | 'signIn' | 'register' | 'mfa' | 'resend' | 'startOver'
>

/** What the hooks about an account take. */
export interface AccountHookOptions extends Pick<SignInOptions, 'identity'> {
  /** That of the provider, if not said. */
  auth?: Account | undefined
  /** The locker's own, where it was given one; milliseconds since 1970. */
  clock?: (() => number) | undefined
}

/** What the hooks about an account answer. */
export interface AccountTask<Input> {
  readonly session: SessionView
  readonly busy: boolean
  /** Whether `cancel` has something to give up. */
  readonly cancellable: boolean
  /** Why the last `submit` was refused. */
  readonly error: LockerError | undefined
  /** Whether the last `submit` was given up by `cancel`. */
  readonly stopped: boolean
  /** What the last `submit` came to. */
  readonly step: AuthStep | undefined
  /** Seconds until it makes sense to ask again; 0 for at once. */
  readonly retryIn: number
  /** Asks the backend. Resolves with what it came to, or `undefined` where it was refused; then `error` says why. */
  submit(input: Input): Promise<AuthStep | undefined>
  /** Gives up what `submit` has begun; that is no error. */
  cancel(): void
  /** Forgets what the last `submit` ended with. */
  forget(): void
}

type Call<Input> = (auth: Account, input: Input, options: SignInOptions) => Promise<AuthStep>

/** Asks by `call`, one thing at a time. */
export function useAccountTask<Input>(call: Call<Input>, options: AccountHookOptions): AccountTask<Input> {
  const { clock, identity } = options
  const auth: Account = useAuth(options.auth as Auth | undefined)
  const session = useSession(auth)
  const { running, error, stopped, run, cancel, forget: forgetError } = useTask()
  const [step, setStep] = useState<AuthStep>()
  // What the session itself waits with concerns whoever has none.
  const waits = session.state === 'signed-in' ? 0 : (session.retryAt ?? 0)
  const retryIn = useSecondsUntil(Math.max(error?.retryAt ?? 0, waits), clock)
  const submit = useCallback(
    async (input: Input) => {
      setStep(undefined)
      const came = await run((signal) => call(auth, input, identity ? { signal, identity } : { signal }))
      if (came) setStep(came)
      return came
    },
    [auth, call, identity, run],
  )
  const forget = useCallback(() => {
    forgetError()
    setStep(undefined)
  }, [forgetError])
  const busy = running || session.state === 'restoring'
  return { session, busy, cancellable: running, error, stopped, step, retryIn, submit, cancel, forget }
}

const signIn: Call<SignInInput> = (auth, input, options) => auth.signIn(input, options)
const register: Call<RegisterInput> = (auth, input, options) => auth.register(input, options)

/** Signs in with a password. */
export function useSignIn(options: AccountHookOptions = {}): AccountTask<SignInInput> {
  return useAccountTask(signIn, options)
}

/** Makes an account. */
export function useRegister(options: AccountHookOptions = {}): AccountTask<RegisterInput> {
  return useAccountTask(register, options)
}

/** Sends again what makes an account good. */
export interface Resending {
  readonly busy: boolean
  readonly sent: boolean
  readonly error: LockerError | undefined
  resend(): Promise<void>
}

/** For the address or number that the session waits for. */
export function useResend(options: AccountHookOptions = {}): Resending {
  const auth: Account = useAuth(options.auth as Auth | undefined)
  const { waitsFor } = useSession(auth)
  const { running, error, run } = useTask()
  const [sent, setSent] = useState<string>()
  const resend = async () => {
    setSent(undefined)
    if (waitsFor === undefined) return
    const done = await run(async (signal) => {
      const to = waitsFor.includes('@')
        ? ({ kind: 'signup', email: waitsFor } as const)
        : ({ kind: 'sms', phone: waitsFor } as const)
      await auth.resend(to, { signal })
      return true
    })
    if (done) setSent(waitsFor)
  }
  return { busy: running, sent: sent !== undefined && sent === waitsFor, error, resend }
}
