/** Between a value and what is written of it in the jar: JSON and sealing. */
import { toBase64url } from '../base64url.ts'
import type { CookieAccess } from '../cookie_access.ts'
import { hasCode, LockerError } from '../errors.ts'
import type { Door } from '../jose/door.ts'
import { deepFreeze, serialize } from '../serialize.ts'
import type { Definition } from './definition.ts'
import type { CookieReading } from './types.ts'

type Reading = CookieReading<unknown>

export class Codec {
  readonly #door: Door
  readonly #access: CookieAccess | undefined

  /** `access`: of the locker with whose key cookies are sealed that have none of their own. */
  constructor(door: Door, access?: CookieAccess) {
    this.#door = door
    this.#access = access
  }

  /** The text to write, sealed where that was asked for. */
  encode(definition: Definition, value: unknown): string {
    const text = plainText(definition, value)
    const { name, sealing } = definition
    if (!sealing) return text
    if (sealing !== 'locker') {
      this.#mustBeOpen()
      return this.#door.sealCookie(name, text, sealing.key, sealing.kid)
    }
    const { key, keyId, epoch } = this.#lockers.sealingKey()
    try {
      return this.#door.sealCookie(name, text, key, `${toBase64url(keyId)}.${epoch}`)
    } finally {
      key.fill(0)
    }
  }

  /** What is in `header` of it. `locked` and `invalid` are answers, not exceptions. */
  read(definition: Definition, header: string): Reading {
    try {
      const found = this.#door.readCookie(header, definition.name)
      const text = definition.sealing ? this.#open(definition, found) : found
      return { state: 'there', value: definition.kind === 'text' ? text : parsed(definition, text) }
    } catch (error) {
      if (hasCode(error, 'absent')) return { state: 'absent' }
      if (hasCode(error, 'locked')) return { state: 'locked', error }
      if (hasCode(error, 'cookie_invalid')) return { state: 'invalid', error: named(error, definition) }
      throw error
    }
  }

  #open({ name, sealing }: Definition, sealed: string): string {
    if (sealing !== 'locker' && sealing) {
      this.#mustBeOpen()
      return this.#door.openCookie(name, sealed, sealing.key)
    }
    const epoch = this.#door.epochOfCookie(sealed, this.#lockers.keyId())
    if (epoch === 0) throw invalid('was not sealed by this locker', name)
    const { key } = this.#lockers.openingKey(epoch)
    try {
      return this.#door.openCookie(name, sealed, key)
    } finally {
      key.fill(0)
    }
  }

  /** What is sealed is out of reach while the locker is locked, whoever's key it is. */
  #mustBeOpen(): void {
    this.#access?.keyId()
  }

  get #lockers(): CookieAccess {
    if (this.#access) return this.#access
    throw new TypeError('Only lockerCookies seals with a locker’s key.')
  }
}

function plainText({ id, kind, fields }: Definition, value: unknown): string {
  if (kind === 'text') {
    if (typeof value !== 'string') throw new TypeError(`The cookie "${id}" holds a text.`)
    if (/\p{Surrogate}/u.test(value)) {
      throw new LockerError('cookie_invalid', 'A cookie’s value is well-formed Unicode.', { field: 'value' })
    }
    return value
  }
  if (typeof value !== 'object' || value === null || (fields && Array.isArray(value)))
    throw new TypeError(`The cookie "${id}" holds an object${fields ? ' of profile fields' : ' or a list'}.`)
  // In the order of the fields, so that the same profile is the same text in every tab.
  const chosen = fields
    ? Object.fromEntries(fields.map((field) => [field, (value as Record<string, unknown>)[field]]))
    : value
  return serialize(chosen, id)
}

function parsed({ name, fields }: Definition, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('does not hold JSON', name)
  }
  if (typeof value !== 'object' || value === null || (fields && Array.isArray(value)))
    throw invalid('holds something else than it should', name)
  return deepFreeze(value)
}

function invalid(what: string, name: string): LockerError {
  return new LockerError('cookie_invalid', `The cookie "${name}" ${what}; set it again.`, { field: name })
}

/** Which of the cookies it was, for whoever hears of it later. */
function named(error: LockerError, { name }: Definition): LockerError {
  return error.field === name
    ? error
    : new LockerError(error.code, error.message, { field: name, cause: error })
}

/** The short form of a reading: see `ReadsCookies.get`. */
export function briefly(reading: Reading): unknown {
  if (reading.state === 'there') return reading.value
  if (reading.state === 'locked') throw reading.error
  return reading.state === 'invalid' ? null : undefined
}

/** Bytes of names and values of the other cookies of a table that are in the jar. */
export function bytesOfOthers(
  pairs: readonly (readonly [name: string, value: string])[],
  definitions: ReadonlyMap<string, Definition>,
  own: Definition,
): number {
  const others = new Set<string>()
  for (const { name } of definitions.values()) if (name !== own.name) others.add(name).add(`${name}.1`)
  let bytes = 0
  for (const [name, value] of pairs) if (others.has(name)) bytes += name.length + value.length
  return bytes
}
