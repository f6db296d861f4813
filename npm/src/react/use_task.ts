/** One piece of work at a time that a person has asked for, and that can be given up. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { hasCode, LockerError } from '../errors.ts'

/** What `useTask` answers. */
export interface Task {
  readonly running: boolean
  /** What the last work ended with, unless it was given up. */
  readonly error: LockerError | undefined
  /** Runs `work` unless something runs already; resolves with what it gave, or `undefined` where it was refused or given
   *  up. It rejects only for mistakes in the program, never with a `LockerError`. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>
  /** Gives up what is running. */
  cancel(): void
  /** Forgets the error. */
  forget(): void
}

/**
 * Work goes on when the component goes: an application may well show something else instead of the form while it
 * lasts. Only nobody is told then.
 */
export function useTask(): Task {
  const [shown, show] = useState<{ running: boolean; error?: LockerError }>({ running: false })
  const current = useRef<AbortController>(undefined)
  const mounted = useRef(false)
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  const run = useCallback(async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (current.current) return undefined
    const mine = new AbortController()
    current.current = mine
    const end = (error?: LockerError) => {
      current.current = undefined
      if (mounted.current) show(error ? { running: false, error } : { running: false })
    }
    show({ running: true })
    let result: T
    try {
      result = await work(mine.signal)
    } catch (error) {
      const known = error instanceof LockerError
      end(known && !(hasCode(error, 'aborted') && mine.signal.aborted) ? error : undefined)
      if (!known) throw error
      return undefined
    }
    end()
    return result
  }, [])
  const cancel = useCallback(() => current.current?.abort(), [])
  const forget = useCallback(() => show((now) => (now.error ? { running: now.running } : now)), [])
  return { running: shown.running, error: shown.error, run, cancel, forget }
}
