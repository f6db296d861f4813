import type { LockerStorage } from './storage.ts'

type Notes = LockerStorage['notes']

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
export function pageNotes(store: () => Storage | undefined): Notes {
  return {
    get: (key) => store()?.getItem(key) ?? null,
    set: (key, value) => {
      try {
        store()?.setItem(key, value)
      } catch {
        // No room. A note is a convenience (the colour before unlocking); what it copies is sealed.
      }
    },
    remove: (key) => store()?.removeItem(key),
  }
}

export function memoryNotes(): Notes & { removeUnder(prefix: string): void } {
  const notes = new Map<string, string>()
  return {
    get: (key) => notes.get(key) ?? null,
    set: (key, value) => {
      notes.set(key, value)
    },
    remove: (key) => {
      notes.delete(key)
    },
    removeUnder: (prefix) => {
      for (const key of notes.keys()) if (key.startsWith(prefix)) notes.delete(key)
    },
  }
}
