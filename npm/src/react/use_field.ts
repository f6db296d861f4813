/** One field of the profile, with a draft for what is being typed. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { LockerError } from '../errors.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker } from '../types.ts'
import { useLocker } from './context.tsx'

/** What `useField` answers. */
export interface Field<V> {
  /** As it is in the locker. */
  readonly value: V
  /** To be shown: what was typed, or the locker's value as long as nothing was. */
  readonly draft: V
  /** Whether something was typed that is not in the locker. */
  readonly dirty: boolean
  /** Why the last `commit` was refused, until the draft changes. */
  readonly error: LockerError | undefined
  /** Takes what is being typed. Never throws and writes nothing. */
  setDraft(draft: V): void
  /** Writes the draft. Where the locker refuses it, the draft stays, `error` says why, and the answer is `false`. */
  commit(): boolean
  /** Forgets the draft. */
  reset(): void
}

interface Typed<V> {
  readonly of: object
  readonly field: string
  readonly draft: V
  readonly error?: LockerError
}

/**
 * One field of the profile of `locker`, or of the provider's. What another tab writes while something is being typed
 * does not touch the draft. A lock does not either: it can be committed after the next unlocking. With the locker it goes.
 */
export function useField<K extends keyof P & string, P extends kbveLocker = kbveLocker>(
  field: K,
  locker?: Locker<P>,
): Field<P[K]> {
  const held = useLocker(locker)
  const subscribe = useCallback(
    (tell: () => void) => held.on('change', ({ fields }) => fields.has(field) && tell()),
    [held, field],
  )
  const value = useSyncExternalStore(
    subscribe,
    () => held.get(field),
    () => held.initial[field],
  )
  const [shown, show] = useState<Typed<P[K]>>()
  // Beside the state: whoever types and commits in one event would still see the state from before.
  const latest = useRef<Typed<P[K]>>(undefined)
  const mine = (typed: Typed<P[K]> | undefined) =>
    typed?.of === held && typed.field === field ? typed : undefined
  const take = useCallback((typed: Typed<P[K]> | undefined) => {
    latest.current = typed
    show(typed)
  }, [])
  // What was typed into a locker that is no more must not get into the next one, which may be another person's.
  useEffect(() => held.on('status', ({ state }) => state === 'absent' && take(undefined)), [held, take])
  const typed = mine(shown)
  return {
    value,
    draft: typed ? typed.draft : value,
    dirty: typed !== undefined && !Object.is(typed.draft, value),
    error: typed?.error,
    setDraft: (draft) => take({ of: held, field, draft }),
    commit() {
      const now = mine(latest.current)
      if (!now) return true
      try {
        if (!Object.is(now.draft, held.get(field))) held.set(field, now.draft)
        take(undefined)
        return true
      } catch (error) {
        if (!(error instanceof LockerError)) throw error
        take({ ...now, error })
        return false
      }
    },
    reset: () => take(undefined),
  }
}
