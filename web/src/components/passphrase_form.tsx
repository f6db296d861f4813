import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Opening } from '../hooks/use_opening.ts'
import { LockClosed } from './icons.tsx'

interface Props {
  creating: boolean
  name: string
  opening: Opening
  /** Whether the person has just turned to it. */
  focused?: boolean
  /** Other ways in. */
  children?: ReactNode
}

/** Creates the locker when there is none, and unlocks it when there is. */
export function PassphraseForm({ creating, name, opening, focused = false, children }: Props) {
  const id = useId()
  const [passphrase, setPassphrase] = useState('')
  const [repeated, setRepeated] = useState('')
  const [shown, setShown] = useState(false)
  const [problem, setProblem] = useState('')
  const first = useRef<HTMLInputElement>(null)

  const refusal = opening.refusal?.by === 'passphrase' ? opening.refusal : undefined
  const elsewhere = Boolean(opening.refusal && !refusal)

  // After a refusal the form is there again, and the person goes on typing.
  useEffect(() => {
    if (refusal || (focused && !elsewhere)) first.current?.focus()
  }, [refusal, focused, elsewhere])

  function submit(event: FormEvent) {
    event.preventDefault()
    if (passphrase === '') return setProblem('Type a passphrase first.')
    if (creating && passphrase !== repeated) {
      return setProblem('The two passphrases differ. Type the same one twice.')
    }
    setProblem('')
    void (creating ? opening.create(passphrase) : opening.unlock(passphrase))
  }

  const error = problem || (refusal?.stopped ? '' : refusal?.message)
  const type = shown ? 'text' : 'password'
  return (
    <form className="card gate" onSubmit={submit} noValidate>
      <h3>
        <LockClosed /> {creating ? 'Choose a passphrase' : 'Locked'}
      </h3>
      <p>
        {creating
          ? 'Four or five random words are good. It never leaves this device, and nobody can reset it.'
          : 'Your passphrase opens the locker.'}
      </p>
      {/* Password managers want to know whose passphrase it is. */}
      <input hidden readOnly type="text" name="username" autoComplete="username" value={name} />
      <div className="field">
        <label htmlFor={`${id}-first`}>Passphrase</label>
        <input
          ref={first}
          id={`${id}-first`}
          type={type}
          value={passphrase}
          autoComplete={creating ? 'new-password' : 'current-password'}
          aria-invalid={Boolean(error)}
          aria-describedby={`${id}-error`}
          onChange={(event) => setPassphrase(event.target.value)}
        />
      </div>
      {creating && (
        <div className="field">
          <label htmlFor={`${id}-second`}>The same once more</label>
          <input
            id={`${id}-second`}
            type={type}
            value={repeated}
            autoComplete="new-password"
            aria-describedby={`${id}-error`}
            onChange={(event) => setRepeated(event.target.value)}
          />
        </div>
      )}
      <p className="error" id={`${id}-error`} aria-live="polite">
        {error}
      </p>
      <div className="row">
        <button type="submit" className="button primary">
          {creating ? 'Create the locker' : 'Unlock'}
        </button>
        <label className="check">
          <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
          Show it
        </label>
        {refusal?.stopped && <p className="quiet">{refusal.message}</p>}
      </div>
      {children}
    </form>
  )
}
