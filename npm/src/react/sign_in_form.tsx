/** The form for who has an account, up to the point where they are signed in and their locker is open. */
import { type JSX, useState } from 'react'
import type { AuthStep } from '../auth/public.ts'
import {
  type AccountFormProps,
  fieldOf,
  type IdentityField,
  identityInput,
  parted,
} from './account_parts.tsx'
import { Frame, OtherButton, type Problem, TextField, type Values } from './frame.tsx'
import { MfaForm } from './mfa_form.tsx'
import { ShutLocker } from './shut_locker.tsx'
import { useResend, useSignIn } from './use_account.ts'

/** What `SignInForm` takes, beside everything that `<form>` takes. */
export interface SignInFormProps extends AccountFormProps {
  /** By what a person is known; `'email'` if not said. */
  by?: IdentityField
  /** Called with what each sending came to. */
  onStep?: ((step: AuthStep) => void) | undefined
}

/** Signs in: with a password, then with the second factor where one is asked for, then into the locker where that is
 *  still shut. Nothing once somebody is signed in, so it can be there always: what was typed, and what was refused, go with it. */
export function SignInForm(props: SignInFormProps): JSX.Element | null {
  const { by = 'email', onStep, ...all } = props
  const { hook, text, say, form } = parted(all)
  const task = useSignIn(hook)
  const resending = useResend(hook)
  const [found, setFound] = useState<Problem>()
  const { session, error, step, busy, retryIn } = task
  if (session.state === 'signed-in') return null
  if (session.state === 'mfa-required') return <MfaForm {...all} onStep={onStep} arrival={step} />
  if (session.state === 'locked' && !session.opensBySignIn)
    return <ShutLocker {...all} opensWith={session.opensWith} />

  const restoring = session.state === 'restoring'
  const onSend = (values: Values) => {
    const [name, password] = [values(by).trim(), values('password')]
    if (name === '') return { message: text.missing, field: by }
    if (password === '') return { message: text.missing, field: 'password', gently: true }
    setFound(undefined)
    void task.submit({ [by]: name, password }).then((came) => came && onStep?.(came))
    return undefined
  }
  const trouble = error ?? resending.error
  const waiting = session.state === 'confirmation-required'
  const notice = resending.sent
    ? text.resent
    : task.stopped
      ? text.stopped
      : waiting && text.confirmation(session.waitsFor)
  return (
    <Frame
      {...form}
      busy={busy || resending.busy}
      problem={found ?? (trouble && { message: say(trouble), field: fieldOf(trouble, 'password') })}
      cue={found ?? trouble ?? step}
      retryIn={retryIn}
      waitText={text.wait}
      doing={restoring ? text.looking : text.asking}
      notice={notice}
      reveal={restoring ? undefined : text.show}
      send={restoring ? undefined : text.signIn}
      cancel={task.cancellable ? { label: text.cancel, call: task.cancel } : undefined}
      more={
        waiting &&
        session.waitsFor !== undefined && (
          <OtherButton label={text.resend} call={() => void resending.resend()} />
        )
      }
      onSend={onSend}
      onProblem={setFound}
    >
      {!restoring && (
        <>
          <TextField name={by} label={text[by]} autoComplete="username" {...identityInput[by]} />
          <TextField name="password" label={text.password} type="password" autoComplete="current-password" />
        </>
      )}
    </Frame>
  )
}
