import { LockerError } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { type FormEvent, useId, useState } from 'react'
import { useEntryNames } from '../hooks/use_entry_names.ts'
import type { Demo } from '../lockers.ts'

/** The application's own entries, next to the profile: a draft that follows every keystroke, and notes that expire. */
export function Notes({ demo }: { demo: Demo }) {
  const id = useId()
  const draft = useStore(demo.$draft)
  const [problem, setProblem] = useState('')

  function write(text: string) {
    try {
      demo.$draft.set({ text })
      setProblem('')
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setProblem(caught.message)
    }
  }

  return (
    <div className="card">
      <div className="field">
        <label htmlFor={id}>Draft</label>
        <textarea
          id={id}
          rows={3}
          value={draft.text}
          placeholder="Sealed with every keystroke. Close the tab in the middle of a word: it will be here."
          aria-describedby={`${id}-error`}
          onChange={(event) => write(event.target.value)}
        />
        <p className="error" id={`${id}-error`} aria-live="polite">
          {problem}
        </p>
      </div>
      <Entries demo={demo} />
    </div>
  )
}

const lifetimes = [
  { value: '0', label: 'for good' },
  { value: '60', label: 'for one minute' },
  { value: '3600', label: 'for one hour' },
]

function Entries({ demo }: { demo: Demo }) {
  const id = useId()
  const { entries } = demo.locker
  const names = useEntryNames(demo)
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [lifetime, setLifetime] = useState('0')
  const [problem, setProblem] = useState('')

  function put(event: FormEvent) {
    event.preventDefault()
    if (name.trim() === '') return setProblem('Give the note a name.')
    try {
      entries.put(name.trim(), value, lifetime === '0' ? {} : { expiresIn: Number(lifetime) })
      setName('')
      setValue('')
      setProblem('')
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setProblem(caught.message)
    }
  }

  return (
    <form className="entries" onSubmit={put} noValidate aria-label="Notes">
      <div className="field">
        <label htmlFor={`${id}-name`}>Note</label>
        <input
          id={`${id}-name`}
          type="text"
          value={name}
          autoComplete="off"
          onChange={(e) => setName(e.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-value`}>Text</label>
        <input
          id={`${id}-value`}
          type="text"
          value={value}
          autoComplete="off"
          aria-describedby={`${id}-error`}
          onChange={(e) => setValue(e.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-life`}>Keep it</label>
        <select id={`${id}-life`} value={lifetime} onChange={(e) => setLifetime(e.target.value)}>
          {lifetimes.map(({ value: seconds, label }) => (
            <option key={seconds} value={seconds}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" className="button">
        Put
      </button>
      <p className="error" id={`${id}-error`} aria-live="polite">
        {problem}
      </p>
      {names.length > 0 && (
        <ul className="entry-list">
          {names.map((entry) => (
            <li key={entry}>
              <b>{entry}</b> <span>{show(entries.get(entry))}</span>
              <button
                type="button"
                className="button small"
                aria-label={`Delete ${entry}`}
                onClick={() => entries.delete(entry)}
              >
                Delete
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  )
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
