/**
 * Which journal this tab writes to: the claim on it, its connection, the heartbeat where there are no
 * locks, and what becomes of all that when the page is hidden, brought back or loses the connection.
 */
import { BEAT_MS, type Claim, claimFirst, journalName, note } from './claim.ts'
import { letGo, openDatabase, whenLost } from './idb.ts'
import { journalStores } from './journal_stores.ts'
import type { OrphanSource } from './orphans.ts'

/** A claim that is being made, and the journal that most tabs get: opened meanwhile, which reads and writes nothing. */
export interface Claiming {
  claim: Promise<Claim | undefined>
  first: Promise<IDBDatabase | undefined> | undefined
}

/** Begins to claim a journal. Whoever does must open a place with it. */
export function beginClaim({ factory, locks, database }: Omit<OrphanSource, 'local'>): Claiming {
  const first = locks && openDatabase(factory, journalName(database, 0), journalStores, true)
  first?.catch(() => {
    // Told where it turns out to be the one.
  })
  return { claim: claimFirst(locks, database), first }
}

export interface JournalPlaceOptions extends OrphanSource {
  /** The connection is gone, and perhaps what was written through it. */
  onLost: (database: IDBDatabase) => void
  /** The page may be about to end. */
  onHide: () => void
}

/** WebKit keeps what is put, and even `commit()`, until the task is over, and loses it with a page that is killed or
 *  left in that task; localStorage it sends at once. Nothing but its name tells it from the others. */
function sendsLate(): boolean {
  return globalThis.navigator?.vendor?.startsWith('Apple') ?? false
}

export class JournalPlace {
  readonly #options: JournalPlaceOptions
  /** The journal's database name. */
  name = ''
  /** The connection to write to, if there is one now. */
  database: IDBDatabase | undefined
  #claim: Claim | undefined
  #reclaiming: Promise<void> | undefined
  #hidden = false
  #beating: ReturnType<typeof setInterval> | undefined
  #ended = false

  constructor(options: JournalPlaceOptions) {
    this.#options = options
  }

  /** True while another tab's transaction may stand before this tab's, and always where the engine does not send a
   *  write before the task that made it is over. */
  get exposed(): boolean {
    return this.#hidden || this.#reclaiming !== undefined || sendsLate()
  }

  async open({ claim, first }: Claiming): Promise<void> {
    const { local, database, writer } = this.#options
    this.#claim = await claim
    this.name = this.#claim?.name ?? journalName(database, writer)
    const isFirst = this.name === journalName(database, 0)
    if (!isFirst) void first?.then((other) => other?.close()).catch(() => {})
    // Ended by what else could not be opened.
    if (this.#ended) {
      if (isFirst) void first?.then((own) => own?.close()).catch(() => {})
      return this.#release()
    }
    note(local, this.name)
    try {
      await this.#connect(this.name, isFirst ? first : undefined)
    } catch (cause) {
      this.#claim?.release()
      throw cause
    }
    if (!this.#claim) this.#beating = setInterval(() => note(local, this.name), BEAT_MS)
    if (typeof document === 'undefined') return
    addEventListener('pagehide', this.#onHide)
    addEventListener('pageshow', this.#onShow)
  }

  /** A connection again after it was lost. */
  async restore(): Promise<void> {
    if (!this.database) await this.#connect(this.name)
  }

  /** Resolves when a page that came back has its claim again. */
  async settled(): Promise<void> {
    await this.#reclaiming
  }

  drop(database: IDBDatabase): void {
    letGo(database)
    if (this.database === database) this.database = undefined
  }

  end(): void {
    this.#ended = true
    clearInterval(this.#beating)
    if (typeof document !== 'undefined') {
      removeEventListener('pagehide', this.#onHide)
      removeEventListener('pageshow', this.#onShow)
    }
    if (this.database) this.drop(this.database)
    this.#release()
  }

  #release(): void {
    this.#claim?.release()
    this.#claim = undefined
  }

  async #connect(
    name: string,
    opening = openDatabase(this.#options.factory, name, journalStores, true),
  ): Promise<void> {
    const database = await opening
    if (this.#ended) database?.close()
    if (this.#ended || !database) return
    this.name = name
    this.database = database
    whenLost(database, () => {
      this.drop(database)
      this.#options.onLost(database)
    })
  }

  readonly #onHide = (): void => {
    this.#hidden = true
    this.#options.onHide()
    // A page that holds a lock leaves the back/forward cache as soon as another page asks for it.
    this.#release()
  }

  readonly #onShow = (): void => {
    if (!this.#hidden) return
    this.#hidden = false
    if (this.#beating !== undefined) {
      note(this.#options.local, this.name)
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
    const claim = await claimFirst(this.#options.locks, this.#options.database, this.name)
    if (!claim) return
    this.#claim = claim
    if (this.#ended || this.#hidden) this.#release()
    else if (claim.name !== this.name) {
      note(this.#options.local, claim.name)
      await this.#connect(claim.name).catch((cause) => {
        this.#release()
        throw cause
      })
    }
  }
}
