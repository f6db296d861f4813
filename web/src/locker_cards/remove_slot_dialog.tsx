import type { SlotInfo } from '@kbve/locker'
import { useEffect, useRef } from 'react'

interface Props {
  slot: SlotInfo
  keep: () => void
  remove: () => void
}

/** Asks before a keyslot goes. Open as long as it is there. */
export function RemoveSlotDialog({ slot, keep, remove }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} aria-labelledby="remove-slot-title" onClose={keep}>
      <h3 id="remove-slot-title">Remove {slot.label}?</h3>
      <p>It opens this locker no more. It still opens copies of the disk that were made before.</p>
      <div className="row">
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" className="button danger" onClick={remove}>
          Remove
        </button>
      </div>
    </dialog>
  )
}
