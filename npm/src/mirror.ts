/** The plain copy of a few harmless fields that can be shown before unlocking. */

import type { Ports } from './ports.ts'
import type { Fields } from './profile.ts'
import { databaseName, type LockerStorage } from './storage/storage.ts'

export class Mirror {
  readonly #notes: LockerStorage['notes']
  readonly #key: string
  readonly #names: readonly string[]
  readonly #fields: Fields
  #profile: Readonly<Record<string, unknown>> | undefined

  constructor({ storage, name, mirror: names, fields }: Ports) {
    for (const field of names) {
      if (!Object.hasOwn(fields.initial, field)) throw new TypeError(`mirror: there is no field "${field}".`)
    }
    this.#notes = storage.notes
    this.#key = `${databaseName(name)}/mirror`
    this.#names = names
    this.#fields = fields
  }

  /** What is shown while the locker is not open: initial values, and copies where there are any. */
  get profile(): Readonly<Record<string, unknown>> {
    this.#profile ??= Object.freeze({ ...this.#fields.initial, ...this.#read() })
    return this.#profile
  }

  /** The copies that make sense; the disk may hold anything. */
  #read(): Record<string, unknown> {
    const found: Record<string, unknown> = {}
    if (this.#names.length === 0) return found
    try {
      const parsed: unknown = JSON.parse(this.#notes.get(this.#key) ?? '{}')
      if (typeof parsed !== 'object' || parsed === null) return found
      for (const name of this.#names) {
        const value = (parsed as Record<string, unknown>)[name]
        if (this.#fields.plausible(name, value)) found[name] = value
      }
    } catch {
      // Not JSON, or not readable: as if there were no copy.
    }
    return found
  }

  /** Keeps what of these fields is mirrored. */
  keep(values: { field(name: string): unknown }): void {
    if (this.#names.length === 0) return
    const text = JSON.stringify(Object.fromEntries(this.#names.map((name) => [name, values.field(name)])))
    try {
      if (this.#notes.get(this.#key) === text) return
      this.#notes.set(this.#key, text)
    } catch {
      // A copy for show; the sealed value is safe without it.
    }
    this.#profile = undefined
  }

  remove(): void {
    try {
      this.#notes.remove(this.#key)
    } catch {
      // What cannot be removed cannot be read either.
    }
    this.#profile = undefined
  }
}
