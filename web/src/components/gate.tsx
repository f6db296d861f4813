import type { LockerState } from '@kbve/locker'
import { UnlockForm, useUnlock } from '@kbve/locker/react'
import { useStore } from '@nanostores/react'
import type { Demo } from '../lockers.ts'
import { LockClosed, Warning } from './icons.tsx'

interface Props {
  demo: Demo
  /** Takes the person there: they were at work in what stood here. */
  autoFocus?: boolean
}

const titles: Record<Exclude<LockerState, 'unlocked'>, string> = {
  opening: 'One moment',
  absent: 'Choose a passphrase',
  locked: 'Locked',
  unlocking: 'Opening the locker',
  failed: 'The locker cannot be opened here',
}

const labels = { useDevice: 'Open with this device', loading: 'Loading the WebAssembly core…' }

/** What stands where the profile will be while the locker is not open: the package's own form. */
export function Gate({ demo, autoFocus = false }: Props) {
  const { state } = useStore(demo.stores.$status)
  if (state === 'unlocked') return null
  if (state === 'absent' && demo.mode === 'device') return <StartAgain demo={demo} autoFocus={autoFocus} />
  return (
    <div className="card gate">
      <h3>
        {state === 'failed' ? <Warning /> : <LockClosed />} {titles[state]}
      </h3>
      {state === 'absent' && (
        <p>Four or five random words are good. It never leaves this device, and nobody can reset it.</p>
      )}
      {state === 'locked' && <p>This page holds no key of it.</p>}
      <UnlockForm locker={demo.locker} account={demo.name} labels={labels} autoFocus={autoFocus} />
      {state === 'failed' && (
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Reload the page
        </button>
      )}
    </div>
  )
}

/** The device's locker after it was destroyed; it would be made again by the next visit. */
function StartAgain({ demo, autoFocus }: Required<Props>) {
  const { submit, error } = useUnlock({ locker: demo.locker })
  return (
    <div className="card gate">
      <h3>
        <LockClosed /> Nothing is left
      </h3>
      <p>Keys, records and journal are deleted. Reload, or start again with a new key.</p>
      <p className="error" role="alert">
        {error?.message}
      </p>
      <button
        type="button"
        className="button primary"
        // biome-ignore lint/a11y/noAutofocus: the person has just pressed the button that stood here
        autoFocus={autoFocus}
        onClick={() => void submit({ device: true })}
      >
        Start again
      </button>
    </div>
  )
}
