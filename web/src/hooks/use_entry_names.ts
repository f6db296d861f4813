import { useEffect, useState } from 'react'
import type { Demo } from '../lockers.ts'

/** Names of the application's entries, without the draft, which has a field of its own. Looked at again
 *  every second too, because an entry that expires changes nothing anybody is told about. */
export function useEntryNames({ locker }: Demo): string[] {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    const look = () => {
      const found = locker.entries.list().filter((name) => name !== 'draft')
      setNames((before) => (before.join('\n') === found.join('\n') ? before : found))
    }
    look()
    const unsubscribe = locker.subscribe(look)
    const timer = setInterval(look, 1000)
    return () => {
      unsubscribe()
      clearInterval(timer)
    }
  }, [locker])
  return names
}
