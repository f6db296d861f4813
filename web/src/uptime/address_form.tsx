import { type FormEvent, useId, useRef, useState } from 'react'
import { add, entryOf, kinds } from './services.ts'

/** Names one more address to be looked at. */
export function AddressForm() {
  const id = useId()
  const [kind, setKind] = useState('address')
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const [opaque, setOpaque] = useState(false)
  const [problem, setProblem] = useState('')
  const [told, tell] = useState('')
  const first = useRef<HTMLInputElement>(null)

  function submit(event: FormEvent) {
    event.preventDefault()
    const entry = entryOf(kind, name.trim(), address.trim(), opaque)
    tell('')
    if (typeof entry === 'string') return setProblem(entry)
    setProblem('')
    add(entry)
    tell(`${entry.url} is looked at from now on.`)
    setName('')
    setAddress('')
    first.current?.focus()
  }

  return (
    <form className="card address" onSubmit={submit} noValidate aria-label="An address to look at">
      <div className="address-fields">
        <div className="field">
          <label htmlFor={`${id}-name`}>Name</label>
          <input
            ref={first}
            id={`${id}-name`}
            type="text"
            value={name}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-kind`}>What it is</label>
          <select id={`${id}-kind`} value={kind} onChange={(event) => setKind(event.target.value)}>
            {Object.entries(kinds).map(([value, { label }]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-address`}>Address</label>
          <input
            id={`${id}-address`}
            type="url"
            value={address}
            placeholder={kinds[kind]?.hint}
            autoComplete="off"
            aria-invalid={problem !== ''}
            aria-describedby={`${id}-error`}
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
        <button type="submit" className="button primary">
          Look at it
        </button>
      </div>
      <label className="check">
        <input type="checkbox" checked={opaque} onChange={(event) => setOpaque(event.target.checked)} />
        It lets no other site read its answers (no CORS): count any answer as a good one
      </label>
      <p className="error" id={`${id}-error`} aria-live="polite">
        {problem}
      </p>
      <p className="quiet told" aria-live="polite">
        {told}
      </p>
    </form>
  )
}
