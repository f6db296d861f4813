/**
 * What stands beside the databases and tells an old copy of them: the newest root that surely was on the disk.
 * It may be older than the disk, never newer, so that it raises no false alarm. Anybody who can write to the page's
 * storage can write it; it holds against a copy of the databases, not against a script.
 */
import type { Ports } from './ports.ts'
import { databaseName } from './storage/storage.ts'

/** As it lies there, in JSON. */
export interface Testimony {
  locker_id: string
  root_rev: number
  /** An older root was found. Writing goes on and soon overtakes `root_rev`, so this stays until `repair()`. */
  rolled_back?: true
}

export class Witness {
  readonly #notes: Ports['storage']['notes']
  readonly #key: string

  constructor({ storage, name }: Ports) {
    this.#notes = storage.notes
    this.#key = `${databaseName(name)}/witness`
  }

  /** What it says, of whichever locker; the disk may hold anything. */
  read(): Testimony | undefined {
    try {
      const said = JSON.parse(this.#notes.get(this.#key) ?? '')
      return typeof said.locker_id === 'string' && Number.isSafeInteger(said.root_rev) ? said : undefined
    } catch {
      return undefined
    }
  }

  /** What it says of this locker. */
  of(lockerId: string): Testimony | undefined {
    const said = this.read()
    return said?.locker_id === lockerId ? said : undefined
  }

  /** Whether it may know this root, and does not yet. */
  lags(lockerId: string, rev = 0): boolean {
    const said = this.of(lockerId)
    return !said || (!said.rolled_back && said.root_rev < rev)
  }

  /** Call it when the strict transaction that wrote this root is complete. Never lowers it. */
  raise(locker_id: string, root_rev: number): void {
    if (this.lags(locker_id, root_rev)) this.write({ locker_id, root_rev })
  }

  /** `undefined`: it goes. */
  write(said: Testimony | undefined): void {
    try {
      if (said) this.#notes.set(this.#key, JSON.stringify(said))
      else this.#notes.remove(this.#key)
    } catch {
      // Where it cannot be kept there is none.
    }
  }
}
