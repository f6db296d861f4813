import { useEffect, useState } from 'react'
import type { Demo } from '../lockers.ts'

/** What has a place of its own on the page. */
const elsewhere = ['draft', 'file', 'file-name']

/** Names of the application's entries, without those that are shown elsewhere. Looked at again
 *  every second too, because an entry that expires changes nothing anybody is told about. */
export function useEntryNames({ locker }: Demo): string[] {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    const look = () => {
      const found = locker.entries.list().filter((name) => !elsewhere.includes(name))
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
