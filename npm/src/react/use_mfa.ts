/** The second factor: showing it, and setting one up. */
import { useCallback, useRef, useState } from 'react'
import type { Auth, Enrolment, Factor } from '../auth/public.ts'
import { LockerError } from '../errors.ts'
import { useAuth } from './context.tsx'
import { type Account, type AccountHookOptions, type AccountTask, useAccountTask } from './use_account.ts'
import { useTask } from './use_task.ts'

/** What `useMfa` answers. `submit` shows the second factor: it asks for a challenge and answers it with the code. */
export interface MultiFactor extends AccountTask<MfaInput> {
  /** The person's second factors, as far as they are known. */
  readonly factors: readonly Factor[]
  /** What an authenticator application is to be given, between `enroll` and `confirm`. */
  readonly enrolment: Enrolment | undefined
  /** Begins to set up a second factor. Resolves with whether there is an `enrolment`. */
  enroll(input?: { friendlyName?: string; issuer?: string }): Promise<boolean>
  /** Ends it with the application's first code. Resolves with whether the factor is good now. */
  confirm(code: string): Promise<boolean>
  /** Takes a factor away; the only one, if not said which. */
  remove(factorId?: string): Promise<boolean>
}

/** A code of the authenticator application. */
export interface MfaInput {
  readonly code: string
  /** The first verified one, if not said. */
  readonly factorId?: string
}

async function show(auth: Account, { code, factorId }: MfaInput, { signal }: { signal?: AbortSignal }) {
  if (code === '') throw new LockerError('invalid_input', 'Type the code first.', { field: 'code' })
  const factors = auth.session.user?.factors ?? []
  const id = factorId ?? factors.find(({ verified }) => verified)?.id
  const options = signal ? { signal } : {}
  // Another one each time: a challenge that was answered wrong, or too late, is good for nothing in some backends.
  const { challengeId } = await auth.mfa.challenge(id ? { factorId: id } : {}, options)
  return auth.mfa.verify({ code, challengeId, ...(id ? { factorId: id } : {}) }, options)
}

/** The second factor of whoever is signing in, or signed in. */
export function useMfa(options: AccountHookOptions = {}): MultiFactor {
  const task = useAccountTask(show, options)
  const auth: Account = useAuth(options.auth as Auth | undefined)
  const setting = useTask()
  const { run } = setting
  const [enrolment, setEnrolment] = useState<Enrolment>()
  const begun = useRef<Enrolment>(undefined)
  const keep = useCallback((next: Enrolment | undefined) => {
    begun.current = next
    setEnrolment(next)
  }, [])
  const enroll = useCallback(
    async (input: { friendlyName?: string; issuer?: string } = {}) => {
      const came = await run((signal) => auth.mfa.enroll(input, { signal }))
      if (came) keep(came)
      return came !== undefined
    },
    [auth, run, keep],
  )
  const confirm = useCallback(
    async (code: string) => {
      const factorId = begun.current?.factorId
      const done = await run(async (signal) => {
        if (code === '') throw new LockerError('invalid_input', 'Type the code first.', { field: 'code' })
        await auth.mfa.confirm(factorId ? { code, factorId } : { code }, { signal })
        return true
      })
      if (done) keep(undefined)
      return done ?? false
    },
    [auth, run, keep],
  )
  const remove = useCallback(
    async (factorId?: string) => {
      const done = await run(async (signal) => {
        await auth.mfa.remove(factorId ? { factorId } : {}, { signal })
        return true
      })
      return done ?? false
    },
    [auth, run],
  )
  const forget = () => {
    task.forget()
    setting.forget()
    keep(undefined)
  }
  const cancel = () => {
    task.cancel()
    setting.cancel()
  }
  return {
    ...task,
    factors: task.session.user?.factors ?? [],
    busy: task.busy || setting.running,
    cancellable: task.cancellable || setting.running,
    error: task.error ?? setting.error,
    stopped: task.stopped || setting.stopped,
    enrolment,
    enroll,
    confirm,
    remove,
    cancel,
    forget,
  }
}
