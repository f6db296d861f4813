/** The form for the second factor: a code where one is asked for, and setting one up where somebody is signed in. */
import { type JSX, useState } from 'react'
import type { AuthStep } from '../auth/public.ts'
import { type AccountFormProps, fieldOf, parted } from './account_parts.tsx'
import { Frame, type Problem, TextField, type Values } from './frame.tsx'
import { useMfa } from './use_mfa.ts'

/** What `MfaForm` takes, beside everything that `<form>` takes. */
export interface MfaFormProps extends AccountFormProps {
  /** Which of several; the first verified one, if not said. */
  factorId?: string
  /** How a factor that is set up is called, and by whom the application says it is. */
  enrolment?: { friendlyName?: string; issuer?: string }
  onStep?: ((step: AuthStep) => void) | undefined
  /** Called when a factor was set up. */
  onEnrolled?: (() => void) | undefined
  /** What has led here: another object takes the person to the field. */
  arrival?: object | undefined
}

/** Asks for the code while the session waits for it, and offers to set up a factor while somebody is signed in. Nothing
 *  otherwise. */
export function MfaForm(props: MfaFormProps): JSX.Element | null {
  const { factorId, enrolment: naming, onStep, onEnrolled, arrival, ...all } = props
  const { hook, text, say, form } = parted(all)
  const mfa = useMfa(hook)
  const [found, setFound] = useState<Problem>()
  const { session, error, busy, retryIn, enrolment } = mfa
  const showing = session.state === 'mfa-required'
  if (!showing && session.state !== 'signed-in') return null

  // Of the backend's: nothing but a picture.
  const picture = enrolment?.picture?.startsWith('data:image/') ? enrolment.picture : undefined
  const onSend = (values: Values) => {
    const code = values('code').replaceAll(/\s/g, '')
    setFound(undefined)
    if (showing)
      void mfa.submit(factorId ? { code, factorId } : { code }).then((came) => came && onStep?.(came))
    else if (enrolment) void mfa.confirm(code).then((done) => done && onEnrolled?.())
    else void mfa.enroll(naming)
    return undefined
  }
  return (
    <Frame
      {...form}
      busy={busy}
      problem={found ?? (error && { message: say(error), field: fieldOf(error, 'code') })}
      cue={found ?? error ?? enrolment ?? arrival}
      next="code"
      retryIn={retryIn}
      waitText={text.wait}
      doing={text.asking}
      notice={mfa.stopped && text.stopped}
      send={showing ? text.verify : enrolment ? text.confirm : text.setUp}
      cancel={mfa.cancellable ? { label: text.cancel, call: mfa.cancel } : undefined}
      onSend={onSend}
      onProblem={setFound}
    >
      {!showing && enrolment && (
        <>
          <p>{picture ? text.scan : text.typeKey}</p>
          {picture && <img src={picture} alt={text.picture} />}
          <p>
            <code>{enrolment.secret}</code>
          </p>
        </>
      )}
      {(showing || enrolment) && (
        <TextField name="code" label={text.code} inputMode="numeric" autoComplete="one-time-code" />
      )}
    </Frame>
  )
}
