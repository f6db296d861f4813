import { LockerError } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { useState } from 'react'
import type { Demo } from '../lockers.ts'

export type TextField = Exclude<keyof Demo['locker']['profile'], 'theme'>

/**
 * One profile field with a draft of its own: typing never throws and never writes. `commit` (on blur or
 * Enter) hands the draft to the locker; what the locker refuses stays in the field with its sentence.
 */
export function useField(demo: Demo, name: TextField) {
  const stored = useStore(demo.stores.$profile, { keys: [name] })[name]
  // null: nothing is being typed, the stored value is shown, also when another tab changes it.
  const [draft, setDraft] = useState<string | null>(null)
  const [error, setError] = useState('')
  const [sealedIn, setSealedIn] = useState<number>()

  function save(value: string) {
    const start = performance.now()
    try {
      demo.locker.set(name, value)
      setSealedIn(performance.now() - start)
      setDraft(null)
      setError('')
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setSealedIn(undefined)
      setDraft(value)
      setError(caught.message)
    }
  }

  return {
    value: draft ?? stored,
    error,
    /** Milliseconds the last `set()` took, until the field is edited again. */
    sealedIn,
    edit(value: string) {
      setSealedIn(undefined)
      setDraft(value)
    },
    commit() {
      if (draft === null) return
      if (draft === stored) {
        setDraft(null)
        setError('')
      } else {
        save(draft)
      }
    },
    save,
    revert() {
      setDraft(null)
      setError('')
    },
  }
}
