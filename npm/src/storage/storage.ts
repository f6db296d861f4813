/**
 * The port between the locker and a disk. `indexedDBStorage()` and `memoryStorage()` are its two
 * implementations. A storage never sees a key or a plaintext, and never decides which version of a
 * record wins: the locker does, inside the function it gives to `transact`.
 */
import type { JournalEntry, SealedRecord } from '../format.ts'

/** Which locker: the main database is `kbve-locker/<tenant>/<name>`, both percent-encoded. */
export interface LockerName {
  tenant: string
  name: string
}

/** What a transaction found. Everything read from a disk is `unknown` until the core has checked it. */
export interface Snapshot {
  header: unknown
  root: unknown
  attempts: unknown
  /** The records asked for that exist, by id. Their shape is not checked. */
  records: Map<string, unknown>
}

/** What a transaction writes; fields left out stay as they are. */
export interface Changes {
  header?: unknown
  root?: unknown
  attempts?: unknown
  /** Puts by id. */
  put?: readonly SealedRecord[]
  /** Ids to delete for good. */
  remove?: readonly string[]
  /** In an upgrade, what takes the place of each part of a large value; `undefined`: it goes. */
  part?: (found: unknown) => SealedRecord | undefined
  /** Named `CryptoKey`s for the store `keys`; `null` deletes. */
  keys?: ReadonlyMap<string, CryptoKey | null>
}

/** A write that has been handed over. */
export interface Completion {
  /** Resolves when the journal's transaction is complete; rejects with a `LockerError`
   *  (`storage_full`, `storage_closed`). A rejected entry stays pending and is tried again by `retry()`. */
  readonly done: Promise<void>
}

/** Entries of a tab that is no more: from a journal whose lock is free, or left in localStorage. */
export interface Orphan {
  readonly entries: readonly unknown[]
  /** Deletes exactly these entries; call it after the transaction that applied them is complete. */
  discard(): Promise<void>
  /** Lets go of the journal's lock without deleting anything. Harmless after `discard`. */
  release(): void
}

export function releaseAll(orphans: readonly Orphan[]): void {
  for (const orphan of orphans) orphan.release()
}

/** Something the storage noticed by itself. */
export type StorageEvent =
  /** The main database was deleted, or belongs to another locker now. */
  | { type: 'evicted' }
  /** The connection was closed (a newer version elsewhere, the browser) and cannot be had again. */
  | { type: 'closed' }
  /** A journal that was owned when `orphans()` looked is free now and holds entries: call it again. */
  | { type: 'orphans' }
  /** The connection was taken away, for another tab's `upgrade` or whatever else, and is there again. */
  | { type: 'reopened' }

/** Where the sealed parts of large values lie, each written once and never changed. A part is in no record set: the
 *  value's own record names it. */
export interface PartStore {
  /** Resolves when it is complete. */
  put(part: SealedRecord): Promise<void>
  /** What lies there, unchecked. */
  get(id: string): Promise<unknown>
  /** Of all parts, in the order of their ids. */
  ids(): Promise<string[]>
  remove(ids: readonly string[]): Promise<void>
}

/** Everything in one locker's main database, each part told as soon as it is there. */
export interface AtOnce {
  header: Promise<unknown>
  /** A key from the store `keys`. */
  key(name: string): Promise<CryptoKey | undefined>
  all: Promise<Snapshot>
}

/** One tab's hold on one locker's databases. */
export interface StorageSession {
  /** One readonly transaction. */
  load(ids: readonly string[] | 'all'): Promise<Snapshot>
  /** A key from the store `keys`. */
  key(name: string): Promise<CryptoKey | undefined>
  /** Hands an entry over to this tab's journal in the present task. Synchronous; throws only
   *  `storage_closed` when the journal cannot be had even for a later try. */
  append(entry: JournalEntry): Completion
  /** This tab's entries that are handed over but not settled yet, oldest first: the same objects. */
  pending(): readonly JournalEntry[]
  /** Deletes these entries (the objects given to `append`) from the journal and forgets them: they
   *  are applied. */
  settle(entries: readonly JournalEntry[]): Promise<void>
  /** Tries entries again whose journal transaction failed. */
  retry(): Promise<void>
  /** One readwrite transaction on the main database: reads header, root, attempts and the records
   *  named (or all), calls `fn` synchronously, writes what it returns (nothing for `undefined`), and
   *  resolves with the snapshot when the transaction is **complete**. What `fn` throws aborts the
   *  transaction and rejects. `fn` decides from what was found alone: it is called again when the
   *  connection was lost before the transaction was complete. */
  transact(
    ids: readonly string[] | 'all',
    fn: (found: Snapshot) => Changes | undefined,
    options?: { durability?: 'strict' | 'relaxed' },
  ): Promise<Snapshot>
  /** Like `transact('all', fn)`, but while nobody else has the main database open: other sessions lose their
   *  connection to it before, and have it again after, which their `reopened` tells. The store `keys` is emptied
   *  before what `fn` returns is written. `fn` is called once. What rejects has changed nothing: `storage_closed`
   *  where another tab does not let go in time. */
  upgrade(fn: (found: Snapshot) => Changes | undefined): Promise<Snapshot>
  /** Of large values. A storage without it keeps none. */
  parts?(): Promise<PartStore>
  /** Takes the journals and late entries nobody owns any more. Each is to be discarded or released. */
  orphans(): Promise<Orphan[]>
  /** Closes connections and gives up the journal's lock. Pending entries stay on the disk. */
  close(): Promise<void>
  /** Deletes keys first, then all databases, late entries and the mirror of this locker. */
  destroy(): Promise<void>
}

/** A disk: where lockers of any name are kept. */
export interface LockerStorage {
  /** Opens the databases (empty if they are new) and this tab's journal. Never writes a header.
   *  Rejects with `storage_unavailable` or `storage_closed`. `ahead`: called once the main database can be read, where
   *  that is before everything else is ready, with what reads all of it; a storage may leave it. */
  open(
    name: LockerName,
    options: {
      writer: Uint8Array<ArrayBuffer>
      onEvent: (event: StorageEvent) => void
      ahead?: ((read: () => AtOnce) => void) | undefined
    },
  ): Promise<StorageSession>
  /** Small plain text that is read synchronously, for `mirror`; `null` where there is none. */
  readonly notes: {
    get(key: string): string | null
    set(key: string, value: string): void
    remove(key: string): void
  }
}

/** The note that there are parts, or were: whoever opens the locker looks for those that nothing names. */
export function partsNote(name: LockerName): string {
  return `${databaseName(name)}/parts`
}

/** `kbve-locker/<tenant>/<name>` */
export function databaseName(name: LockerName): string {
  return `kbve-locker/${encodeURIComponent(name.tenant)}/${encodeURIComponent(name.name)}`
}
