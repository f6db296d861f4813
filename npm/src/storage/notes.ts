import type { LockerStorage } from './storage.ts'

/** localStorage where the page may use it. */
export function pageStorage(): Storage | undefined {
  try {
    return typeof document === 'undefined' ? undefined : globalThis.localStorage
  } catch {
    // Merely asking throws where site data is blocked.
    return undefined
  }
}

/** Notes in localStorage; where there is none, nothing is kept and nothing is found. */
export function pageNotes(store: () => Storage | undefined): LockerStorage['notes'] {
  return {
    get: (key) => store()?.getItem(key) ?? null,
    set(key, value) {
      try {
        store()?.setItem(key, value)
      } catch {
        // No room. A note is a convenience (the colour before unlocking); what it copies is sealed.
      }
    },
    remove: (key) => store()?.removeItem(key),
  }
}
