/** Between the backend's yes and the locker: what opens it is something else than the password that was just right. */
import { type JSX, useState } from 'react'
import type { Auth } from '../auth/public.ts'
import type { SlotKind } from '../format.ts'
import { type AccountFormProps, parted } from './account_parts.tsx'
import { useAuth, useProvidedLocker } from './context.tsx'
import { UnlockForm } from './unlock_form.tsx'
import type { Account } from './use_account.ts'
import { useTask } from './use_task.ts'

interface ShutLockerProps extends AccountFormProps {
  /** Absent where nobody has signed in: the locker is merely locked. */
  opensWith: readonly SlotKind[] | undefined
}

/** Opens the provider's locker, or, when the person has said so twice, empties it. */
export function ShutLocker({ opensWith, ...props }: ShutLockerProps): JSX.Element {
  const { hook, text, unlockLabels, say, form } = parted(props)
  const auth: Account = useAuth(hook.auth as Auth | undefined)
  const locker = useProvidedLocker()
  const { running, error, run } = useTask()
  const [warned, setWarned] = useState(false)
  const empty = () => {
    if (running) return
    if (warned) void run(() => auth.startOver())
    else setWarned(true)
  }
  return (
    <div aria-busy={running}>
      {opensWith && <p>{text.locked}</p>}
      {locker && (
        <UnlockForm {...form} locker={locker} clock={hook.clock} labels={unlockLabels} describe={say} />
      )}
      {opensWith && (
        <>
          <p aria-live="polite">{error ? say(error) : warned && text.startOverWarning}</p>
          <p>
            <button type="button" aria-disabled={running} onClick={empty}>
              {text.startOver}
            </button>
            {warned && (
              <button type="button" onClick={() => setWarned(false)}>
                {text.cancel}
              </button>
            )}
          </p>
        </>
      )}
    </div>
  )
}
