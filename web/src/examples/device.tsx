import { createLocker } from '@kbve/locker'
import { LockerProvider, useField } from '@kbve/locker/react'

const locker = createLocker() // opens by itself, with a key of this browser

export default function App() {
  return (
    <LockerProvider locker={locker}>
      <Username />
    </LockerProvider>
  )
}

function Username() {
  const { draft, setDraft, commit, error } = useField('username')
  return (
    <label>
      Username <input value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={commit} />
      {error?.message}
    </label>
  )
}
