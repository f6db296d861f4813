/** What an `Uptime` has around it where nothing else is said. */
import { LockerError } from '../errors.ts'
import { inBrowser, unref } from '../node.ts'
import { pageNotes, pageStorage } from '../storage/notes.ts'
import type { Locker } from '../types.ts'
import type { UptimePage, UptimeStorage } from './types.ts'

/** localStorage, shared by all tabs; outside browsers a map. */
export function defaultStorage(): UptimeStorage {
  if (inBrowser()) {
    return {
      ...pageNotes(pageStorage),
      listen(call) {
        if (typeof document === 'undefined') return () => {}
        addEventListener('storage', call)
        return () => removeEventListener('storage', call)
      },
    }
  }
  const kept = new Map<string, string>()
  return { get: (key) => kept.get(key) ?? null, set: (key, value) => void kept.set(key, value) }
}

/** Keeps it among the locker's entries, sealed like all of them. While the locker is not open nothing is kept; and with
 *  `idleLock` it is kept in this object alone, because a write counts as somebody at work. */
export function lockerUptimeStorage(locker: Pick<Locker, 'entries' | 'on' | 'status'>): UptimeStorage {
  const here = new Map<string, string>()
  return {
    get: (key) => {
      const value = here.get(key) ?? locker.entries.get(key)
      return typeof value === 'string' ? value : null
    },
    set(key, value) {
      if (locker.status.lockAt !== undefined) {
        here.set(key, value)
        return
      }
      here.delete(key)
      try {
        // What is older than the longest window says nothing any more.
        locker.entries.put(key, value, { expiresIn: 31 * 86_400 })
      } catch (error) {
        if (!(error instanceof LockerError)) throw error
      }
    },
    listen: (call) => locker.on('change', ({ entries }) => entries.size > 0 && call()),
  }
}

const occasions = [
  'visibilitychange',
  'pagehide',
  'pageshow',
  'freeze',
  'resume',
  'focus',
  'online',
  'offline',
]

/** The document; outside browsers always visible and online. */
export function defaultPage(): UptimePage {
  let left = false
  return {
    visible: () => !left && (typeof document === 'undefined' || document.visibilityState === 'visible'),
    online: () => globalThis.navigator?.onLine !== false,
    listen(call) {
      if (typeof document === 'undefined') return () => {}
      const stop = new AbortController()
      const heard = ({ type }: Event) => {
        // A page on its way into the back/forward cache may still be called visible.
        if (type === 'pagehide' || type === 'pageshow') left = type === 'pagehide'
        call()
      }
      for (const type of occasions)
        addEventListener(type, heard, { signal: stop.signal, passive: true, capture: true })
      return () => stop.abort()
    },
  }
}

export function defaultTimer(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, Math.min(Math.max(milliseconds, 0), 0x7fff_ffff))
  // Who only wants to know how a service does keeps no process alive.
  unref(timer)
  return () => clearTimeout(timer)
}
