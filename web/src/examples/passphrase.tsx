import { createLocker } from '@kbve/locker'
import { LockerProvider, UnlockForm, useField, useStatus } from '@kbve/locker/react'

const locker = createLocker({ unlock: 'ask' }) // waits for a passphrase

export default function App() {
  return (
    <LockerProvider locker={locker}>
      <UnlockForm />
      <Username />
    </LockerProvider>
  )
}

function Username() {
  const { state } = useStatus()
  const { draft, setDraft, commit, error } = useField('username')
  if (state !== 'unlocked') return null
  return (
    <label>
      Username <input value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={commit} />
      {error?.message}
    </label>
  )
}
