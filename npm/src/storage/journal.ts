/**
 * This tab's journal: a database nobody else writes to, so that a sealed entry leaves the page in the
 * task that made it and no other tab's transaction can stand before it. An entry is held here until
 * the locker says it is applied to the main database (`settle`).
 */
import { disposed, type LockerError } from '../errors.ts'
import type { JournalEntry } from '../format.ts'
import { compact } from './compact.ts'
import { abortReason, isLost, storageError } from './idb.ts'
import { type Claiming, JournalPlace } from './journal_place.ts'
import { deleteEntries, readEntries } from './journal_stores.ts'
import type { LateEntries } from './late.ts'
import type { OrphanSource } from './orphans.ts'
import type { Completion, Orphan } from './storage.ts'

/** Survives the process, not a power cut; the main database's strict transactions are for that. */
const RELAXED: IDBTransactionOptions = { durability: 'relaxed' }

/** How often one entry is written because the connection was lost under it. */
const MOST_TRIES = 2

interface Held {
  readonly entry: JournalEntry
  /** `homeless`: waits for a connection. `failed`: waits for `retry()`. */
  state: 'writing' | 'written' | 'homeless' | 'failed' | 'settling'
  home: IDBDatabase | undefined
  key: IDBValidKey | undefined
  tries: number
  /** Ends, with the error if there was one, when the write that is under way has ended. */
  attempt: Promise<LockerError | undefined>
  finish: (error?: LockerError) => void
}

export class Journal {
  readonly #late: LateEntries
  readonly #ensureMain: () => Promise<void>
  readonly #place: JournalPlace
  readonly #held = new Map<JournalEntry, Held>()
  readonly #lost = new WeakSet<IDBDatabase>()
  #restoring: Promise<void> | undefined
  #ended: LockerError | undefined
  /** Entries also go to localStorage until they are written. */
  careful = false
  /** This tab's transactions on its journal that are under way. What stands behind one of them is given up when the page
   *  is killed, although it was handed over; so it goes to localStorage too. */
  #underWay = 0

  /** `ensureMain` rejects when the main database is gone: a journal is not made anew for a locker that is no more. */
  constructor(source: OrphanSource, late: LateEntries, ensureMain: () => Promise<void>) {
    this.#late = late
    this.#ensureMain = ensureMain
    this.#place = new JournalPlace({
      ...source,
      onLost: (database) => this.#lose(database),
      onHide: () => late.add(this.#unwritten()),
    })
  }

  get name(): string {
    return this.#place.name
  }

  open(claiming: Claiming): Promise<void> {
    return this.#place.open(claiming)
  }

  append(entry: JournalEntry): Completion {
    if (this.#ended) throw this.#ended
    const held: Held = { entry, state: 'writing', home: undefined, key: undefined, tries: 0, ...newAttempt() }
    const first = held.attempt
    this.#held.set(entry, held)
    const behind = this.#underWay > 0
    try {
      this.#write(held)
    } catch (cause) {
      this.#held.delete(entry)
      throw cause
    }
    if (behind || this.careful || this.#place.exposed) this.#late.add([entry])
    return {
      get done() {
        return first.then((error) => {
          if (error) throw error
        })
      },
    }
  }

  pending(): JournalEntry[] {
    return this.#entries((held) => held.state !== 'settling')
  }

  async settle(entries: readonly JournalEntry[]): Promise<void> {
    const settled = entries.map((entry) => this.#held.get(entry)).filter((held) => held !== undefined)
    const writing = settled.filter((held) => held.state === 'writing').map((held) => held.attempt)
    // In this task: who asks next must not be told that they are pending still.
    for (const held of settled) held.state = 'settling'
    await Promise.all(writing)
    const byHome = new Map<IDBDatabase, IDBValidKey[]>()
    for (const held of settled) {
      held.finish()
      if (held.home === undefined || held.key === undefined) continue
      const keys = byHome.get(held.home)
      if (keys) keys.push(held.key)
      else byHome.set(held.home, [held.key])
    }
    // A deletion that fails leaves entries that are applied already: applying them again changes nothing.
    await Promise.allSettled([...byHome].map(([home, keys]) => this.#delete(home, keys)))
    for (const held of settled) {
      this.#held.delete(held.entry)
      this.#late.remove(held.entry)
    }
    for (const home of byHome.keys()) this.#leave(home)
  }

  async retry(): Promise<void> {
    if (this.#ended) throw this.#ended
    for (const held of this.#held.values()) {
      if (held.state !== 'failed') continue
      held.tries = 0
      Object.assign(held, newAttempt())
      this.#write(held)
    }
    const attempts = [...this.#held.values()].map((held) => held.attempt)
    const error = (await Promise.all(attempts)).find((outcome) => outcome !== undefined)
    if (error) throw error
  }

  /** Resolves when it is known which journal this tab owns. */
  settled(): Promise<void> {
    return this.#place.settled()
  }

  /** What a former owner left in the journal this tab now owns. */
  async strangers(): Promise<Orphan | undefined> {
    const database = this.#place.database
    if (database === undefined) return undefined
    const { keys, values } = await readEntries(database)
    const mine = new Set<IDBValidKey | undefined>()
    for (const held of this.#held.values()) if (held.home === database) mine.add(held.key)
    const isTheirs = (_: unknown, i: number) => !mine.has(keys[i])
    const theirs = keys.filter(isTheirs)
    if (theirs.length === 0) return undefined
    return {
      entries: values.filter(isTheirs),
      // Where it fails: they are applied, and will be once more, to no effect.
      discard: () => this.#delete(database, theirs).catch(() => {}),
      release() {},
    }
  }

  /** Closes the journal; what is not on the disk yet is left in localStorage. */
  async close(): Promise<void> {
    if (this.#ended) return
    await Promise.all([...this.#held.values()].map((held) => held.state === 'writing' && held.attempt))
    this.#late.add(this.#unwritten())
    this.end(disposed())
  }

  /** Ends the session at once: nothing more is written, and no connection is had again. */
  end(error: LockerError): void {
    if (this.#ended) return
    this.#ended = error
    this.#place.end()
    for (const held of this.#held.values()) {
      if (held.state === 'homeless') fail(held, error)
      if (held.home !== undefined) this.#place.drop(held.home)
    }
  }

  #write(held: Held): void {
    const database = this.#place.database
    if (database === undefined) {
      this.#strand(held)
      return
    }
    held.tries += 1
    let transaction: IDBTransaction
    try {
      transaction = database.transaction('entries', 'readwrite', RELAXED)
    } catch (cause) {
      if (!isLost(cause)) throw storageError(cause)
      this.#lose(database)
      this.#strandOrFail(held, cause)
      return
    }
    held.state = 'writing'
    held.home = database
    const request = transaction.objectStore('entries').put({ records: held.entry.records.map(compact) })
    transaction.commit()
    this.#underWay += 1
    transaction.oncomplete = () => {
      this.#underWay -= 1
      held.key = request.result
      held.finish()
      if (held.state !== 'writing') return
      held.state = 'written'
      if (this.#lost.has(database)) this.#strand(held)
      else this.#late.remove(held.entry)
    }
    transaction.onabort = () => {
      this.#underWay -= 1
      const cause = abortReason(transaction)
      if (isLost(cause)) this.#lose(database)
      this.#strandOrFail(held, cause)
    }
  }

  #delete(home: IDBDatabase, keys: readonly IDBValidKey[]): Promise<void> {
    this.#underWay += 1
    return deleteEntries(home, keys).finally(() => {
      this.#underWay -= 1
    })
  }

  #strandOrFail(held: Held, cause: unknown): void {
    held.home = undefined
    // Applied meanwhile: it is nowhere to be deleted from, and that is all.
    if (held.state === 'settling') held.finish()
    else if (isLost(cause) && held.tries < MOST_TRIES) this.#strand(held)
    else fail(held, storageError(cause))
  }

  /** The entry is in no journal any more: localStorage has it until there is a connection again. */
  #strand(held: Held): void {
    if (this.#ended) {
      fail(held, this.#ended)
      return
    }
    if (held.state === 'written') Object.assign(held, newAttempt())
    held.state = 'homeless'
    held.home = undefined
    held.key = undefined
    this.#late.add([held.entry])
    this.#restore()
  }

  #restore(): void {
    this.#restoring ??= this.#tryRestore().finally(() => {
      this.#restoring = undefined
      if (this.#homeless().length > 0) this.#restore()
    })
  }

  async #tryRestore(): Promise<void> {
    try {
      await this.#ensureMain()
      await this.#place.restore()
    } catch (cause) {
      for (const held of this.#homeless()) fail(held, storageError(cause))
      return
    }
    for (const held of this.#homeless()) this.#write(held)
  }

  #homeless(): Held[] {
    return [...this.#held.values()].filter((held) => held.state === 'homeless')
  }

  #unwritten(): JournalEntry[] {
    return this.#entries((held) => held.state !== 'written' && held.state !== 'settling')
  }

  #entries(which: (held: Held) => boolean): JournalEntry[] {
    return [...this.#held.values()].filter(which).map((held) => held.entry)
  }

  /** The connection was taken away, perhaps with the database: what was written there is written again. */
  #lose(database: IDBDatabase): void {
    if (this.#lost.has(database)) return
    this.#lost.add(database)
    this.#place.drop(database)
    for (const held of this.#held.values()) {
      if (held.home === database && held.state === 'written') this.#strand(held)
    }
  }

  /** Closes a journal this tab has moved out of, once nothing of its own is left there. */
  #leave(home: IDBDatabase): void {
    if (home === this.#place.database) return
    for (const held of this.#held.values()) if (held.home === home) return
    this.#place.drop(home)
  }
}

function fail(held: Held, error: LockerError): void {
  held.state = 'failed'
  held.finish(error)
}

function newAttempt(): Pick<Held, 'attempt' | 'finish'> {
  let finish: Held['finish'] = () => {}
  const attempt = new Promise<LockerError | undefined>((resolve) => {
    finish = resolve
  })
  return { attempt, finish }
}
