/**
 * Late entries: sealed entries that a tab had not seen complete when its page went away. They wait
 * in localStorage, which some browsers still write when a transaction is no longer finished.
 */
import { fromJson, toJson } from '../base64url.ts'
import { asEntry } from '../checked.ts'
import type { JournalEntry } from '../format.ts'
import type { Orphan } from './storage.ts'

/** This tab's late entries: an item for each, for they come and go one by one. */
export class LateEntries {
  readonly #store: Storage | undefined
  readonly #prefix: string
  readonly #keys = new Map<JournalEntry, string>()
  #next = 0

  constructor(store: Storage | undefined, database: string, writer: string) {
    this.#store = store
    this.#prefix = lateKey(database, writer)
  }

  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (this.#keys.has(entry)) continue
      const key = `${this.#prefix}/${this.#next++}`
      this.#keys.set(entry, key)
      try {
        this.#store?.setItem(key, toJson([entry]))
      } catch {
        // No room: the journal is where the entry belongs, and has been given it. This is the second
        // net, and a page that is being left cannot be told anything.
      }
    }
  }

  remove(entry: JournalEntry): void {
    const key = this.#keys.get(entry)
    if (key !== undefined) this.#store?.removeItem(key)
    this.#keys.delete(entry)
  }

  clear(): void {
    for (const entry of [...this.#keys.keys()]) this.remove(entry)
  }
}

/** What other tabs left in localStorage. What cannot be read is left where it lies: it harms nobody,
 *  and a newer version may know it. */
export function lateOrphans(store: Storage | undefined, database: string, writer: string): Orphan[] {
  const orphans: Orphan[] = []
  for (const key of keysUnder(store, lateKey(database, ''))) {
    if (key.startsWith(lateKey(database, writer))) continue
    const text = store?.getItem(key) ?? ''
    const entries = decodeEntries(text)
    if (entries.length === 0) continue
    orphans.push({
      entries,
      async discard() {
        // Unless its tab has written it anew meanwhile.
        if (store?.getItem(key) === text) store.removeItem(key)
      },
      release() {},
    })
  }
  return orphans
}

/** The keys in localStorage that begin so. */
export function keysUnder(store: Storage | undefined, prefix: string): string[] {
  return Object.keys(store ?? {}).filter((key) => key.startsWith(prefix))
}

function lateKey(database: string, writer: string): string {
  return `${database}/late/${writer}`
}

/** The entries that have the right shape; whether they open is for the core to say. */
function decodeEntries(text: string): JournalEntry[] {
  try {
    const entries = (fromJson(text, ['writer', 'nonce', 'box']) as unknown[]).map(asEntry)
    // An entry is applied as a whole or not at all.
    return entries.filter((entry) => 'records' in entry)
  } catch {
    return []
  }
}
