/** Brings what this tab has handed over from its journal into the main database, and keeps trying. */
import { apply, type Merged } from './apply.ts'
import { asEntry } from './checked.ts'
import { closed, disposed, hasCode, LockerError } from './errors.ts'
import type { JournalEntry } from './format.ts'
import { unref } from './node.ts'
import type { StorageSession } from './storage/storage.ts'
import type { OpenVault } from './vault.ts'

export interface ApplierHost {
  now(): number
  /** Throws where the header found is not this locker's. */
  check(header: unknown): void
  /** After a transaction is complete. `found`: the records it found. */
  applied(merged: Merged, found: ReadonlyMap<string, unknown>): void
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
  #vault: OpenVault
  readonly #host: ApplierHost
  #running: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #delay = firstDelay
  #troubled = false
  #stopped = false
  /** Hears of every entry in the task in which it is handed over. */
  appended: ((entry: JournalEntry) => void) | undefined

  constructor(session: StorageSession, vault: OpenVault, host: ApplierHost) {
    this.#session = session
    this.#vault = vault
    this.#host = host
  }

  /** Hands an entry over in the present task. */
  append(entry: JournalEntry): void {
    // The main database waits for the journal, which is what a killed page leaves behind.
    this.#session.append(entry).done.then(
      // Whoever waits for just this is told first: a transaction takes a while to begin.
      () => queueMicrotask(() => this.start()),
      (error: unknown) => this.#failed(error),
    )
    this.appended?.(entry)
  }

  /** Applies what is pending, soon and without anybody waiting. */
  start(): void {
    if (!this.#stopped) this.#run().catch(() => {})
  }

  /** Resolves when everything handed over so far is applied; rejects when a try fails. */
  async flush(): Promise<void> {
    if (this.#troubled) await this.#session.retry().catch((error: unknown) => this.#failed(error))
    while (this.#session.pending().length > 0) {
      if (this.#stopped) throw disposed()
      await this.#run()
    }
  }

  /** Applies what it can once more, then never again. */
  async finish(): Promise<void> {
    await this.flush().catch(() => {})
    await this.abandon()
  }

  /** Runs `work` while nothing is applied. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running) await this.#running.catch(() => {})
    const working = work()
    const over = () => {
      this.#running = undefined
      // What was handed over meanwhile found somebody at work, and has waited for it.
      if (this.#session.pending().length > 0) this.start()
    }
    this.#running = working.then(over, over)
    return working
  }

  /** Applies from now on what this vault seals. */
  goOn(vault: OpenVault): void {
    this.#vault = vault
    this.start()
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
      // One transaction for all that waits: the main database is shared with other tabs. What another life of
      // this tab left in its journal is as unchecked as anything on a disk.
      const records = entries.map(asEntry).flatMap((entry) => ('records' in entry ? entry.records : []))
      const { found, ...merged } = await apply(
        this.#session,
        this.#vault,
        records,
        this.#host.now(),
        this.#host.check,
      )
      // Told in the task that begins to settle: a tab killed after it would leave nothing that tells of it.
      const settled = this.#session.settle(entries)
      this.#host.applied(merged, found)
      await settled
    }
  }

  #recovered(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#delay = firstDelay
    if (this.#troubled) this.#host.recovered()
    this.#troubled = false
  }

  #failed(cause: unknown): void {
    if (this.#stopped) return
    const error = cause instanceof LockerError ? cause : closed(cause)
    if (isLoss(error)) {
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

/** After these the locker on the disk is not ours any more. */
export function isLoss(error: unknown): error is LockerError {
  return hasCode(error, 'evicted', 'conflict', 'unsupported_format')
}
