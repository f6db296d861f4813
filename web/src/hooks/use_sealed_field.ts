import { useField } from '@kbve/locker/react'
import { useState } from 'react'
import type { Demo } from '../lockers.ts'

export type TextField = Exclude<keyof Demo['locker']['profile'], 'theme'>

/** The package's `useField`, and how long its last `commit` took. */
export function useSealedField(demo: Demo, name: TextField) {
  const { draft, dirty, error, setDraft, commit, reset } = useField(name, demo.locker)
  const [sealedIn, setSealedIn] = useState<number>()

  function seal() {
    const from = performance.now()
    if (commit()) setSealedIn(performance.now() - from)
  }

  return {
    draft,
    error: error?.message ?? '',
    /** Milliseconds that `set()` took, until the field is edited again. */
    sealedIn,
    edit(value: string) {
      setSealedIn(undefined)
      setDraft(value)
    },
    commit() {
      if (dirty) seal()
      else reset()
    },
    save(value: string) {
      setDraft(value)
      seal()
    },
    reset,
  }
}
