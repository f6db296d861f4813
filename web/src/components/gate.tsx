import { useStore } from '@nanostores/react'
import { useOpening } from '../hooks/use_opening.ts'
import type { Demo } from '../lockers.ts'
import { DirectGate } from './direct_gate.tsx'
import { Warning } from './icons.tsx'
import { LockedGate } from './locked_gate.tsx'
import { PassphraseForm } from './passphrase_form.tsx'
import { Progress } from './progress.tsx'

/** What stands where the profile will be while the locker is not open. */
export function Gate({ demo }: { demo: Demo }) {
  const status = useStore(demo.stores.$status)
  const opening = useOpening(demo)

  // Stays while it works, so that what was typed and chosen is there again after a refusal.
  if (status.state === 'locked' || (opening.busy && !opening.creating)) {
    return <LockedGate demo={demo} opening={opening} />
  }
  if (opening.busy || status.state === 'unlocking') {
    return (
      <Progress
        demo={demo}
        creating={opening.creating}
        by={opening.by}
        cancel={opening.busy ? opening.cancel : undefined}
      />
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
    <DirectGate
      title="Nothing is left"
      text="Keys, records and journal are deleted. Reload, or start again with a new key."
      label="Start again"
      open={opening.createDevice}
      refusal={opening.refusal}
    />
  ) : (
    <PassphraseForm creating name={demo.name} opening={opening} />
  )
}
