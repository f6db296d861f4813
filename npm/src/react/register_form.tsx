/** The form that makes an account. */
import { type JSX, useState } from 'react'
import type { AuthStep, RegisterInput } from '../auth/public.ts'
import { type AccountFormProps, fieldOf, identityInput, parted } from './account_parts.tsx'
import { Frame, OtherButton, type Problem, TextField, type Values } from './frame.tsx'
import { useRegister, useResend } from './use_account.ts'

/** What a `RegisterForm` can ask for beside the password. */
export type RegisterField = 'email' | 'username' | 'phone' | 'name'

/** What `RegisterForm` takes, beside everything that `<form>` takes. */
export interface RegisterFormProps extends AccountFormProps {
  /** In this order; `['email']` if not said. Strapi wants `['username', 'email']`. */
  fields?: readonly RegisterField[]
  /** Sent along: where the link of the mail leads to, and the application's own data. */
  more?: Pick<RegisterInput, 'redirectTo' | 'data' | 'channel' | 'captchaToken'>
  /** Called with what each sending came to. */
  onStep?: ((step: AuthStep) => void) | undefined
}

/** Makes an account. Nothing once somebody is signed in, or half way; where an address has to be confirmed first, it says so. Leave it
 *  there while it asks: what was typed, and what was refused, go with it. */
export function RegisterForm(props: RegisterFormProps): JSX.Element | null {
  const { fields = ['email'], more, onStep, ...all } = props
  const { hook, text, say, form } = parted(all)
  const task = useRegister(hook)
  const resending = useResend(hook)
  const [found, setFound] = useState<Problem>()
  const { session, error, step, busy, retryIn } = task
  if (session.state === 'signed-in' || session.state === 'mfa-required') return null

  const restoring = session.state === 'restoring'
  // Only after this form has asked: whoever waits for a mail may still want another account.
  const sent = step?.step === 'confirmation' ? step : undefined
  const onSend = (values: Values) => {
    const given = Object.fromEntries(fields.map((field) => [field, values(field).trim()]))
    const empty = fields.find((field) => given[field] === '')
    if (empty) return { message: text.missing, field: empty }
    const password = values('password')
    if (password === '') return { message: text.missing, field: 'password', gently: true }
    const again = values('again')
    if (again !== password) return { message: text.differ, field: 'again', gently: again === '' }
    setFound(undefined)
    void task.submit({ ...more, ...given, password }).then((came) => came && onStep?.(came))
    return undefined
  }
  const trouble = error ?? resending.error
  const first = fields[0] ?? 'email'
  const to = sent?.sentTo ?? session.waitsFor
  return (
    <Frame
      {...form}
      busy={busy || resending.busy}
      problem={found ?? (trouble && { message: say(trouble), field: fieldOf(trouble, first) })}
      cue={found ?? trouble ?? sent}
      retryIn={retryIn}
      waitText={text.wait}
      doing={restoring ? text.looking : text.asking}
      notice={resending.sent ? text.resent : sent ? text.confirmation(to) : task.stopped && text.stopped}
      reveal={restoring || sent ? undefined : text.show}
      send={restoring || sent ? undefined : text.register}
      cancel={task.cancellable ? { label: text.cancel, call: task.cancel } : undefined}
      more={
        sent &&
        session.waitsFor !== undefined && (
          <OtherButton label={text.resend} call={() => void resending.resend()} />
        )
      }
      onSend={onSend}
      onProblem={setFound}
    >
      {!restoring && !sent && (
        <>
          {fields.map((field) => (
            <TextField key={field} name={field} label={text[field]} {...inputOf(field, field === first)} />
          ))}
          <TextField name="password" label={text.password} type="password" autoComplete="new-password" />
          <TextField name="again" label={text.again} type="password" autoComplete="new-password" />
        </>
      )}
    </Frame>
  )
}

function inputOf(field: RegisterField, first: boolean) {
  if (field === 'name') return { autoComplete: 'name' }
  const usual = { email: 'email', username: 'username', phone: 'tel' }[field]
  // Under the first one password managers keep the password.
  return { ...identityInput[field], autoComplete: first ? 'username' : usual }
}
