import type { SlotKind } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { useEffect, useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'

interface Props {
  demo: Demo
  creating: boolean
  by: SlotKind
  cancel: (() => void) | undefined
}

const loading = 'Loading the WebAssembly core…'
const opening = 'Checking the header and opening the records…'

const derivings: Record<SlotKind, string> = {
  passphrase:
    'Deriving the key from the passphrase with Argon2id, in a worker. This is meant to take a moment.',
  recovery: 'Deriving the key from the recovery code.',
  passkey: 'Your browser asks for the passkey.',
  device: 'Fetching the key of this browser.',
}

/** Argon2id says nothing on its way, so this shows the step it is in and the time that passed, no invented percent. */
export function Progress({ demo, creating, by, cancel }: Props) {
  const { progress } = useStore(demo.stores.$status)
  const elapsed = useElapsed()
  const button = useRef<HTMLButtonElement>(null)
  const steps = { loading, deriving: derivings[by], opening }
  const title = creating ? 'Creating the locker' : 'Opening the locker'

  // The button that started this is gone; Enter and Space now cancel.
  useEffect(() => button.current?.focus(), [])

  return (
    <div className="card gate" aria-busy="true">
      <h3>{title}</h3>
      <p aria-live="polite">{progress ? steps[progress.step] : 'Starting…'}</p>
      <div className="bar" role="progressbar" aria-label={title}>
        <span />
      </div>
      <div className="row">
        {cancel && (
          <button ref={button} type="button" className="button" onClick={cancel}>
            Cancel
          </button>
        )}
        <p className="quiet number">{(elapsed / 1000).toFixed(1)} s</p>
      </div>
    </div>
  )
}

function useElapsed(): number {
  const [start] = useState(() => performance.now())
  const [now, setNow] = useState(start)
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 100)
    return () => clearInterval(timer)
  }, [])
  return now - start
}
