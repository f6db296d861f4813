/** One locker's databases in memory, and a session on them. What goes in and out is copied as IndexedDB would copy it. */
import { disposed, evicted, type LockerError } from '../errors.ts'
import type { JournalEntry } from '../format.ts'
import type {
  Changes,
  Completion,
  Orphan,
  PartStore,
  Snapshot,
  StorageEvent,
  StorageSession,
} from './storage.ts'

/** What the databases of one locker would hold. */
export interface Disk {
  meta: Pick<Snapshot, 'header' | 'root' | 'attempts'>
  records: Map<string, unknown>
  keys: Map<string, CryptoKey>
  parts: Map<string, unknown>
  journals: Set<MemoryJournal>
  sessions: Set<MemorySession>
}

interface MemoryJournal {
  owned: boolean
  entries: Map<JournalEntry, JournalEntry>
}

export function emptyDisk(): Disk {
  return {
    meta: { header: undefined, root: undefined, attempts: undefined },
    records: new Map(),
    keys: new Map(),
    parts: new Map(),
    journals: new Set(),
    sessions: new Set(),
  }
}

export class MemorySession implements StorageSession {
  readonly #disk: Disk
  readonly #onEvent: (event: StorageEvent) => void
  readonly #forget: () => void
  readonly #journal: MemoryJournal = { owned: true, entries: new Map() }
  #ended: LockerError | undefined

  constructor(disk: Disk, onEvent: (event: StorageEvent) => void, forget: () => void) {
    this.#disk = disk
    this.#onEvent = onEvent
    this.#forget = forget
    disk.journals.add(this.#journal)
    disk.sessions.add(this)
  }

  append(entry: JournalEntry): Completion {
    if (this.#ended) throw this.#ended
    this.#journal.entries.set(entry, { records: entry.records.map(copy) })
    return { done: Promise.resolve() }
  }

  pending(): readonly JournalEntry[] {
    return [...this.#journal.entries.keys()]
  }

  async settle(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) this.#journal.entries.delete(entry)
  }

  async retry(): Promise<void> {
    if (this.#ended) throw this.#ended
  }

  async transact(
    ids: readonly string[] | 'all',
    fn: (found: Snapshot) => Changes | undefined,
  ): Promise<Snapshot> {
    // One turn later, like a disk: a caller that counts on an answer in the same task is wrong.
    await Promise.resolve()
    const found = this.#read(ids)
    const changes = fn(found)
    if (changes) this.#write(changes)
    return found
  }

  async upgrade(fn: (found: Snapshot) => Changes | undefined): Promise<Snapshot> {
    await Promise.resolve()
    const found = this.#read('all')
    const changes = fn(found)
    const parts = new Map<string, unknown>()
    for (const [id, part] of this.#disk.parts) {
      const next = changes?.part ? changes.part(copy(part)) : part
      if (next) parts.set(id, copy(next))
    }
    this.#write(changes ?? {}, () => this.#disk.keys.clear())
    this.#disk.parts.clear()
    for (const [id, part] of parts) this.#disk.parts.set(id, part)
    for (const other of [...this.#disk.sessions]) {
      if (other !== this) queueMicrotask(() => other.#ended || other.#onEvent({ type: 'reopened' }))
    }
    return found
  }

  async load(ids: readonly string[] | 'all'): Promise<Snapshot> {
    await Promise.resolve()
    return this.#read(ids)
  }

  async key(name: string): Promise<CryptoKey | undefined> {
    if (this.#ended) throw this.#ended
    return this.#disk.keys.get(name)
  }

  async parts(): Promise<PartStore> {
    const use = async <T>(work: (parts: Map<string, unknown>) => T): Promise<T> => {
      await Promise.resolve()
      if (this.#ended) throw this.#ended
      return work(this.#disk.parts)
    }
    return {
      put: (part) => use((parts) => void parts.set(part.id, copy(part))),
      get: (id) => use((parts) => copy(parts.get(id))),
      ids: () => use((parts) => [...parts.keys()].sort()),
      remove: (ids) => use((parts) => ids.forEach((id) => void parts.delete(id))),
    }
  }

  async orphans(): Promise<Orphan[]> {
    if (this.#ended) throw this.#ended
    const orphans: Orphan[] = []
    for (const journal of this.#disk.journals) {
      if (journal.owned) continue
      const taken = [...journal.entries]
      if (taken.length === 0) {
        this.#disk.journals.delete(journal)
        continue
      }
      journal.owned = true
      const release = () => {
        journal.owned = false
      }
      orphans.push({
        entries: taken.map(([, stored]) => ({ records: stored.records.map(copy) })),
        discard: async () => {
          for (const [entry] of taken) journal.entries.delete(entry)
          release()
        },
        release,
      })
    }
    return orphans
  }

  async close(): Promise<void> {
    this.#end(disposed())
  }

  async destroy(): Promise<void> {
    if (this.#ended && this.#ended.code !== 'evicted') throw this.#ended
    this.#disk.keys.clear()
    this.#forget()
    this.#end(disposed())
    for (const other of [...this.#disk.sessions]) other.#evict()
  }

  #evict(): void {
    this.#end(evicted())
    this.#onEvent({ type: 'evicted' })
  }

  #end(error: LockerError): void {
    if (this.#ended) return
    this.#ended = error
    this.#journal.owned = false
    this.#disk.sessions.delete(this)
  }

  #read(ids: readonly string[] | 'all'): Snapshot {
    if (this.#ended) throw this.#ended
    const { meta, records } = this.#disk
    const found: Snapshot = { ...structuredClone(meta), records: new Map() }
    for (const id of ids === 'all' ? records.keys() : ids) {
      const record = records.get(id)
      if (record !== undefined) found.records.set(id, copy(record))
    }
    return found
  }

  /** Copies everything before it changes anything: all of it is written, or none. */
  #write({ header, root, attempts, put, remove, keys }: Changes, before = () => {}): void {
    const meta = structuredClone({ header, root, attempts })
    const records = (put ?? []).map(copy)
    before()
    for (const name of ['header', 'root', 'attempts'] as const) {
      if (meta[name] !== undefined) this.#disk.meta[name] = meta[name]
    }
    for (const record of records) this.#disk.records.set(record.id, record)
    for (const id of remove ?? []) this.#disk.records.delete(id)
    for (const [name, key] of keys ?? []) {
      if (key === null) this.#disk.keys.delete(name)
      else this.#disk.keys.set(name, key)
    }
  }
}

/** A structured clone, by hand for what records are (flat, with bytes): in half the time. */
function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return structuredClone(value)
  }
  const copied: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    if (field instanceof Uint8Array && field.constructor === Uint8Array) copied[name] = field.slice()
    else if (typeof field === 'object' || typeof field === 'function' || typeof field === 'symbol') {
      return structuredClone(value)
    } else copied[name] = field
  }
  return copied as T
}
