import { useStore } from '@nanostores/react'
import { type Opening, useOpening } from '../hooks/use_opening.ts'
import type { Demo } from '../lockers.ts'
import { LockClosed, Warning } from './icons.tsx'
import { PassphraseForm } from './passphrase_form.tsx'
import { Progress } from './progress.tsx'

/** What stands where the profile will be while the locker is not open. */
export function Gate({ demo }: { demo: Demo }) {
  const status = useStore(demo.stores.$status)
  const opening = useOpening(demo)

  if (opening.busy || status.state === 'unlocking') {
    return (
      <Progress demo={demo} creating={opening.creating} cancel={opening.busy ? opening.cancel : undefined} />
    )
  }
  if (status.state === 'opening') {
    return (
      <div className="card gate" aria-busy="true">
        <p>Looking for the locker on this disk…</p>
      </div>
    )
  }
  if (status.state === 'failed') {
    return (
      <div className="card gate" role="alert">
        <h3>
          <Warning /> The locker cannot be opened here
        </h3>
        <p>{status.error?.message ?? 'The browser did not say why.'}</p>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Reload the page
        </button>
      </div>
    )
  }
  return demo.mode === 'device' ? (
    <DeviceGate absent={status.state === 'absent'} opening={opening} />
  ) : (
    <PassphraseForm creating={status.state === 'absent'} name={demo.name} opening={opening} />
  )
}

interface DeviceGateProps {
  absent: boolean
  opening: Opening
}

function DeviceGate({ absent, opening }: DeviceGateProps) {
  return (
    <div className="card gate">
      <h3>
        <LockClosed /> {absent ? 'Nothing is left' : 'Locked'}
      </h3>
      <p>
        {absent
          ? 'Keys, records and journal are deleted. Reload, or start again with a new key.'
          : 'The keys are wiped from memory. The key of this device opens the locker again.'}
      </p>
      {opening.refusal && (
        <p className="error" role="alert">
          {opening.refusal.message}
        </p>
      )}
      <button
        type="button"
        className="button primary"
        onClick={absent ? opening.createDevice : opening.unlockDevice}
      >
        {absent ? 'Start again' : 'Open with this device'}
      </button>
    </div>
  )
}
