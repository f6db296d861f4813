import type { SlotKind } from '@kbve/locker'
import { useEffect, useRef } from 'react'
import type { Refusal } from '../hooks/use_opening.ts'

const labels: Record<SlotKind, string> = {
  passphrase: 'Use the passphrase',
  recovery: 'Use a recovery code',
  passkey: 'Use a passkey',
  device: 'Open with this device',
}

interface Props {
  ways: readonly SlotKind[]
  refusal: Refusal | undefined
  take: (kind: SlotKind) => void
}

/** A button for whatever else opens the locker, and what came of it. */
export function OtherWays({ ways, refusal, take }: Props) {
  const row = useRef<HTMLFieldSetElement>(null)
  const refused = refusal && ways.includes(refusal.by) ? refusal : undefined

  // The button was away while it was tried; whoever pressed it goes on there.
  useEffect(() => {
    if (refused) row.current?.querySelector<HTMLElement>(`[data-kind=${refused.by}]`)?.focus()
  }, [refused])

  if (ways.length === 0) return null
  return (
    <div className="other-ways">
      <fieldset className="row" ref={row}>
        <legend className="quiet">Or open it in another way:</legend>
        {ways.map((kind) => (
          <button key={kind} type="button" className="button" data-kind={kind} onClick={() => take(kind)}>
            {labels[kind]}
          </button>
        ))}
      </fieldset>
      {refused && (
        <p className={refused.stopped ? 'quiet' : 'error'} role="alert">
          {refused.message}
        </p>
      )}
    </div>
  )
}
