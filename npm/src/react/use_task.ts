/** One piece of work at a time that a person has asked for, and that can be given up. */
import { useCallback, useRef, useState } from 'react'
import { hasCode, LockerError } from '../errors.ts'

/** What `useTask` answers. */
export interface Task {
  readonly running: boolean
  /** What the last work ended with, unless it was given up. */
  readonly error: LockerError | undefined
  /** Whether the last work was given up by `cancel`. */
  readonly stopped: boolean
  /** Runs `work` unless something runs already; resolves with what it gave, or `undefined` where it was refused or given
   *  up. It rejects only for mistakes in the program, never with a `LockerError`. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>
  /** Gives up what is running. */
  cancel(): void
  /** Forgets what the last work ended with. */
  forget(): void
}

interface Shown {
  readonly running: boolean
  readonly stopped?: boolean
  readonly error?: LockerError
}

const idle: Shown = { running: false }

/**
 * Work goes on when the component goes: an application may well show something else instead of the form while it
 * lasts. Only nobody is told then, unless the component comes back: what React has merely hidden keeps its state.
 */
export function useTask(): Task {
  const [shown, show] = useState<Shown>(idle)
  const current = useRef<AbortController>(undefined)
  const run = useCallback(async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (current.current) return undefined
    const mine = new AbortController()
    current.current = mine
    const end = (next = idle) => {
      current.current = undefined
      show(next)
    }
    show({ running: true })
    let result: T
    try {
      result = await work(mine.signal)
    } catch (error) {
      if (!(error instanceof LockerError)) {
        end()
        throw error
      }
      const stopped = hasCode(error, 'aborted') && mine.signal.aborted
      end(stopped ? { running: false, stopped } : { running: false, error })
      return undefined
    }
    end()
    return result
  }, [])
  const cancel = useCallback(() => current.current?.abort(), [])
  const forget = useCallback(() => show((now) => (now.running ? now : idle)), [])
  return { running: shown.running, error: shown.error, stopped: shown.stopped ?? false, run, cancel, forget }
}
