/** Brings what this tab has handed over from its journal into the main database, and keeps trying. */
import { checkIdentity, type Identity, type Merged, merge } from './apply.ts'
import { asEntry } from './checked.ts'
import { LockerError } from './errors.ts'
import type { JournalEntry, SealedRecord } from './format.ts'
import { unref } from './node.ts'
import type { StorageSession } from './storage/storage.ts'
import type { OpenVault } from './vault.ts'

export interface ApplierHost {
  /** After a transaction is complete and its entries are settled. `found`: the records it found. */
  applied(merged: Merged, found: ReadonlyMap<string, unknown>): void
  /** The number of pending entries has changed. */
  pending(count: number): void
  /** Something keeps pending values from being applied; it is tried again. Told once, until `recovered`. */
  trouble(error: LockerError): void
  recovered(): void
  /** The locker on the disk is gone or another one; nothing is tried any more. */
  lost(error: LockerError): void
}

const firstDelay = 1_000
const longestDelay = 60_000

export class Applier {
  readonly #session: StorageSession
  readonly #vault: OpenVault
  readonly #identity: Identity
  readonly #now: () => number
  readonly #host: ApplierHost
  #running: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #delay = firstDelay
  #troubled = false
  #stopped = false

  constructor(
    session: StorageSession,
    vault: OpenVault,
    identity: Identity,
    now: () => number,
    host: ApplierHost,
  ) {
    this.#session = session
    this.#vault = vault
    this.#identity = identity
    this.#now = now
    this.#host = host
  }

  /** Hands an entry over in the present task. */
  append(entry: JournalEntry): void {
    const { done } = this.#session.append(entry)
    // The main database waits for the journal, which is what a killed page leaves behind.
    done.then(
      () => this.start(),
      (error: unknown) => this.#failed(error),
    )
  }

  /** Applies what is pending, soon and without anybody waiting. */
  start(): void {
    if (!this.#stopped) this.#run().catch(() => {})
  }

  /** Resolves when everything handed over so far is applied; rejects when a try fails. */
  async flush(): Promise<void> {
    if (this.#troubled) await this.#session.retry().catch((error: unknown) => this.#failed(error))
    while (this.#session.pending().length > 0) {
      if (this.#stopped)
        throw new LockerError('storage_closed', 'The locker was closed before everything was applied.')
      await this.#run()
    }
  }

  /** Applies what it can once more, then never again. */
  async finish(): Promise<void> {
    await this.flush().catch(() => {})
    this.abandon()
  }

  /** Tries nothing any more. Resolves when no transaction of it is under way. */
  async abandon(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running?.catch(() => {})
  }

  #run(): Promise<void> {
    this.#running ??= this.#drain()
      .then(
        () => this.#recovered(),
        (error: unknown) => {
          this.#failed(error)
          throw error
        },
      )
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  async #drain(): Promise<void> {
    for (;;) {
      const entries = [...this.#session.pending()]
      if (entries.length === 0 || this.#stopped) return
      // One transaction for all that waits: the main database is shared with other tabs.
      const records = entries.flatMap((entry) => recordsOf(entry))
      let merged: Merged = { won: [] }
      const found = await this.#session.transact(
        [...new Set(records.map((record) => record.id))],
        (snapshot) => {
          checkIdentity(snapshot.header, this.#identity)
          const { changes, ...rest } = merge(snapshot, records, this.#vault, this.#now())
          merged = rest
          return changes
        },
      )
      await this.#session.settle(entries)
      this.#host.pending(this.#session.pending().length)
      this.#host.applied(merged, found.records)
    }
  }

  #recovered(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#delay = firstDelay
    if (!this.#troubled) return
    this.#troubled = false
    this.#host.recovered()
  }

  #failed(cause: unknown): void {
    if (this.#stopped) return
    const error =
      cause instanceof LockerError
        ? cause
        : new LockerError('storage_closed', 'The browser did not let the locker write; it is tried again.', {
            cause,
          })
    if (error.code === 'evicted' || error.code === 'conflict') {
      this.abandon()
      this.#host.lost(error)
      return
    }
    if (!this.#troubled) {
      this.#troubled = true
      this.#host.trouble(error)
    }
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.flush().catch(() => {})
    }, this.#delay)
    unref(this.#timer)
    this.#delay = Math.min(this.#delay * 2, longestDelay)
  }
}

/** Entries left in this tab's journal by another life of it are as unchecked as anything on a disk. */
function recordsOf(entry: JournalEntry): readonly SealedRecord[] {
  const checked = asEntry(entry)
  return 'records' in checked ? checked.records : []
}
