import { LockerError } from '@kbve/locker'
import { useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'

export function DestroyDialog({ demo, disabled }: { demo: Demo; disabled: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')

  async function destroy() {
    dialog.current?.close()
    try {
      await demo.locker.destroy()
      setProblem('')
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setProblem(caught.message)
    }
  }

  return (
    <>
      <button
        type="button"
        className="button danger"
        disabled={disabled}
        onClick={() => dialog.current?.showModal()}
      >
        Destroy the locker…
      </button>
      <p className="error" aria-live="polite">
        {problem}
      </p>
      <dialog ref={dialog} aria-labelledby="destroy-title">
        <h3 id="destroy-title">Destroy {demo.name}?</h3>
        <p>Its keys go first, then its databases, in every tab. Nobody can bring it back.</p>
        <div className="row">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button type="button" className="button danger" onClick={destroy}>
            Destroy
          </button>
        </div>
      </dialog>
    </>
  )
}
