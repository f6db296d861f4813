import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Opening } from '../hooks/use_opening.ts'
import { LockClosed } from './icons.tsx'

interface Props {
  /** As typed so far: a slip in it is mended, and not all of it typed again. */
  code: string
  setCode: (code: string) => void
  opening: Opening
  /** Whether the person has just turned to it. */
  focused: boolean
  /** Other ways in. */
  children: ReactNode
}

/** Unlocks with a code that was written down. */
export function RecoveryForm({ code, setCode, opening, focused, children }: Props) {
  const id = useId()
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const refusal = opening.refusal?.by === 'recovery' ? opening.refusal : undefined
  const elsewhere = Boolean(opening.refusal && !refusal)

  useEffect(() => {
    if (refusal || (focused && !elsewhere)) field.current?.focus()
  }, [refusal, focused, elsewhere])

  function submit(event: FormEvent) {
    event.preventDefault()
    if (code.trim() === '') {
      field.current?.focus()
      return setProblem('Type the recovery code first.')
    }
    setProblem('')
    void opening.unlockRecovery(code)
  }

  const error = problem || (refusal?.stopped ? '' : refusal?.message)
  return (
    <form className="card gate" onSubmit={submit} noValidate>
      <h3>
        <LockClosed /> Locked
      </h3>
      <p>The code that you wrote down opens the locker. Capitals and dashes do not matter.</p>
      <div className="field">
        <label htmlFor={`${id}-code`}>Recovery code</label>
        <input
          ref={field}
          id={`${id}-code`}
          className="code-field"
          type="text"
          value={code}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={Boolean(error)}
          aria-describedby={`${id}-error`}
          onChange={(event) => setCode(event.target.value)}
        />
      </div>
      <p className="error" id={`${id}-error`} aria-live="polite">
        {error}
      </p>
      <div className="row">
        <button type="submit" className="button primary">
          Unlock
        </button>
        {refusal?.stopped && <p className="quiet">{refusal.message}</p>}
      </div>
      {children}
    </form>
  )
}
