/**
 * Late entries: sealed entries that a tab had not seen complete when its page went away. They wait
 * in localStorage, which some browsers still write when a transaction is no longer finished.
 */
import { fromBase64url, toBase64url } from '../base64url.ts'
import type { JournalEntry, SealedRecord } from '../format.ts'

/** This tab's late entries: one item, rewritten as they come and go. */
export class LateEntries {
  readonly #store: Storage | undefined
  readonly #key: string
  readonly #texts = new Map<JournalEntry, string>()

  constructor(store: Storage | undefined, database: string, writer: string) {
    this.#store = store
    this.#key = lateKey(database, writer)
  }

  add(entries: Iterable<JournalEntry>): void {
    let changed = false
    for (const entry of entries) {
      if (this.#texts.has(entry)) continue
      this.#texts.set(entry, encodeEntry(entry))
      changed = true
    }
    if (changed) this.#save()
  }

  remove(entry: JournalEntry): void {
    if (this.#texts.delete(entry)) this.#save()
  }

  clear(): void {
    this.#texts.clear()
    this.#save()
  }

  #save(): void {
    try {
      if (this.#texts.size === 0) this.#store?.removeItem(this.#key)
      else this.#store?.setItem(this.#key, `[${[...this.#texts.values()].join()}]`)
    } catch {
      // No room: the journal is where the entry belongs, and has been given it. This is the second
      // net, and a page that is being left cannot be told anything.
    }
  }
}

/** What another tab left in localStorage. */
export interface LateItem {
  key: string
  text: string
  entries: unknown[]
}

/** Every late item of this locker except the tab's own. What cannot be read is left where it lies:
 *  it harms nobody, and a newer version may know it. */
export function lateItems(store: Storage | undefined, database: string, writer: string): LateItem[] {
  const items: LateItem[] = []
  for (const key of keysUnder(store, `${database}/late/`)) {
    if (key === lateKey(database, writer)) continue
    const text = store?.getItem(key) ?? ''
    const entries = decodeEntries(text)
    if (entries.length > 0) items.push({ key, text, entries })
  }
  return items
}

/** Removes the item unless its tab has written it anew meanwhile. */
export function discardLate(store: Storage | undefined, item: LateItem): void {
  if (store?.getItem(item.key) === item.text) store.removeItem(item.key)
}

/** The keys in localStorage that begin so. */
export function keysUnder(store: Storage | undefined, prefix: string): string[] {
  const keys: string[] = []
  for (let i = 0; i < (store?.length ?? 0); i++) {
    const key = store?.key(i)
    if (key?.startsWith(prefix)) keys.push(key)
  }
  return keys
}

function lateKey(database: string, writer: string): string {
  return `${database}/late/${writer}`
}

function encodeEntry(entry: JournalEntry): string {
  return JSON.stringify({
    records: entry.records.map((record) => ({
      ...record,
      writer: toBase64url(record.writer),
      nonce: toBase64url(record.nonce),
      box: toBase64url(record.box),
    })),
  })
}

/** The entries that have the right shape; whether they open is for the core to say. */
function decodeEntries(text: string): unknown[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return []
  }
  if (!Array.isArray(list)) return []
  return list.map(decodeEntry).filter((entry) => entry !== undefined)
}

function decodeEntry(entry: unknown): JournalEntry | undefined {
  if (typeof entry !== 'object' || entry === null || !('records' in entry)) return undefined
  if (!Array.isArray(entry.records)) return undefined
  const records = entry.records.map(decodeRecord)
  // An entry is applied as a whole or not at all.
  return records.every((record) => record !== undefined) ? { records } : undefined
}

function decodeRecord(value: unknown): SealedRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as Partial<Record<keyof SealedRecord, unknown>>
  const bytes = (field: unknown) => (typeof field === 'string' ? fromBase64url(field) : undefined)
  const [writer, nonce, box] = [bytes(record.writer), bytes(record.nonce), bytes(record.box)]
  if (!writer || !nonce || !box) return undefined
  const { id, rev, epoch, kind, expires } = record
  if (typeof id !== 'string' || typeof rev !== 'number') return undefined
  if (typeof epoch !== 'number' || typeof expires !== 'number') return undefined
  if (kind !== 'json' && kind !== 'bytes' && kind !== 'gone') return undefined
  return { id, rev, writer, epoch, kind, expires, nonce, box }
}
