/**
 * Which journal this tab writes to: the claim on it, its connection, the heartbeat where there are no
 * locks, and what becomes of all that when the page is hidden, brought back or loses the connection.
 */
import { BEAT_MS, type Claim, claimFirst, journalName } from './claim.ts'
import { isLost, openDatabase } from './idb.ts'
import { beat, createJournal } from './journal_stores.ts'

export interface JournalPlaceOptions {
  factory: IDBFactory
  locks: LockManager | undefined
  /** The locker's main database. */
  database: string
  /** This tab, as 16 hexadecimal digits. */
  writer: string
  /** The connection is gone, and perhaps what was written through it. */
  onLost: (database: IDBDatabase) => void
  /** The page may be about to end. */
  onHide: () => void
}

export class JournalPlace {
  readonly #options: JournalPlaceOptions
  #name = ''
  #claim: Claim | undefined
  #database: IDBDatabase | undefined
  #reclaiming: Promise<void> | undefined
  #hidden = false
  #beating: ReturnType<typeof setInterval> | undefined
  #ended = false

  constructor(options: JournalPlaceOptions) {
    this.#options = options
  }

  /** The journal's database name. */
  get name(): string {
    return this.#name
  }

  /** The connection to write to, if there is one now. */
  get database(): IDBDatabase | undefined {
    return this.#database
  }

  /** True while another tab's transaction may stand before this tab's. */
  get exposed(): boolean {
    return this.#hidden || this.#reclaiming !== undefined
  }

  async open(): Promise<void> {
    const { locks, database, writer } = this.#options
    this.#claim = await claimFirst(locks, database)
    this.#name = this.#claim?.name ?? journalName(database, writer)
    try {
      await this.#connect(this.#name)
    } catch (cause) {
      this.#claim?.release()
      throw cause
    }
    if (this.#claim === undefined) this.#beating = setInterval(() => this.#beat(), BEAT_MS)
    if (typeof document !== 'undefined') {
      addEventListener('pagehide', this.#onHide)
      addEventListener('pageshow', this.#onShow)
    }
  }

  /** A connection again after it was lost. */
  async restore(): Promise<void> {
    if (this.#database === undefined) await this.#connect(this.#name)
  }

  /** Resolves when a page that came back has its claim again. */
  async settled(): Promise<void> {
    await this.#reclaiming
  }

  drop(database: IDBDatabase): void {
    database.onversionchange = null
    database.onclose = null
    database.close()
    if (this.#database === database) this.#database = undefined
  }

  end(): void {
    this.#ended = true
    clearInterval(this.#beating)
    if (typeof document !== 'undefined') {
      removeEventListener('pagehide', this.#onHide)
      removeEventListener('pageshow', this.#onShow)
    }
    if (this.#database) this.drop(this.#database)
    this.#claim?.release()
    this.#claim = undefined
  }

  async #connect(name: string): Promise<void> {
    // The claim decides how others see that this journal has an owner; it outlives a lost connection.
    const beating = name === journalName(this.#options.database, this.#options.writer)
    const database = await openDatabase(this.#options.factory, name, createJournal(beating))
    if (database === undefined) return
    if (this.#ended) {
      database.close()
      return
    }
    this.#name = name
    this.#database = database
    const lost = () => {
      this.drop(database)
      this.#options.onLost(database)
    }
    database.onversionchange = lost
    database.onclose = lost
  }

  #beat(): void {
    const database = this.#database
    if (database === undefined) return
    try {
      beat(database, Date.now())
    } catch (cause) {
      if (!isLost(cause)) throw cause
      this.drop(database)
      this.#options.onLost(database)
    }
  }

  readonly #onHide = (): void => {
    this.#hidden = true
    this.#options.onHide()
    // A page that holds a lock leaves the back/forward cache as soon as another page asks for it.
    this.#claim?.release()
    this.#claim = undefined
  }

  readonly #onShow = (): void => {
    if (!this.#hidden) return
    this.#hidden = false
    if (this.#beating !== undefined) {
      this.#beat()
      return
    }
    const turn = (this.#reclaiming ?? Promise.resolve())
      .then(() => this.#reclaim())
      .catch(() => {
        // The former journal's connection still serves; only its place in the queue is not assured.
      })
      .finally(() => {
        if (this.#reclaiming === turn) this.#reclaiming = undefined
      })
    this.#reclaiming = turn
  }

  /** Back from the back/forward cache: the same journal if it is still free, else another. The
   *  former connection is not closed here, for entries that lie there are still to be deleted. */
  async #reclaim(): Promise<void> {
    if (this.#claim || this.#hidden) return
    const claim = await claimFirst(this.#options.locks, this.#options.database, this.#name)
    if (claim === undefined) return
    if (this.#ended || this.#hidden) {
      claim.release()
      return
    }
    this.#claim = claim
    if (claim.name === this.#name) return
    try {
      await this.#connect(claim.name)
    } catch (cause) {
      claim.release()
      this.#claim = undefined
      throw cause
    }
  }
}
