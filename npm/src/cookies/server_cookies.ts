/** Cookies on a server: a `Cookie` header in, `Set-Cookie` lines out, and nothing kept between two requests. */
import { LockerError } from '../errors.ts'
import { type CookieLine, type CookiePlan, type Door, door } from '../jose/door.ts'
import type { kbveLocker } from '../profile.ts'
import { briefly, bytesOfOthers, Codec } from './codec.ts'
import { type Definition, definitionsOf } from './definition.ts'
import type { CookieName, CookieReading, CookieTable, ServerCookies } from './types.ts'

/**
 * The cookies of one request. `header` is its `Cookie` header; `cookies` may be the table the page uses, with the
 * `key` that the page's cookies are sealed with (those sealed with a locker's own key are `invalid` here: only the
 * locker opens them). Take what is read as what a client sent. Throws `unsupported` before `await loadCookies()`.
 *
 * What is set is `Secure` unless the options say otherwise.
 */
export function serverCookies<const C extends CookieTable, P extends kbveLocker = kbveLocker>(
  header: string | null | undefined,
  cookies: C,
): ServerCookies<C, P> {
  if (header !== null && header !== undefined && typeof header !== 'string')
    throw new TypeError('serverCookies takes the Cookie header as one text.')
  const definitions = definitionsOf(cookies, { on: 'server', secure: true })
  const request = new RequestCookies(header ?? '', definitions, loaded())
  // The types of the values are known from the table alone.
  return Object.freeze({
    read: (name: string) => request.read(name),
    get: (name: string) => briefly(request.read(name)),
    set: (name: string, value: unknown) => request.set(name, value),
    remove: (name: string) => request.remove(name),
    get setCookie() {
      return request.lines
    },
  }) as unknown as ServerCookies<C, P>
}

function loaded(): Door {
  try {
    return door()
  } catch {
    const message =
      'The core for cookies is not loaded yet; await loadCookies() once before the first request.'
    throw new LockerError('unsupported', message)
  }
}

class RequestCookies {
  readonly #sent: readonly (readonly [string, string])[]
  readonly #definitions: ReadonlyMap<string, Definition>
  readonly #door: Door
  readonly #codec: Codec
  /** By the cookie's name: what the last `set` or `remove` asked for. */
  readonly #plans = new Map<string, CookiePlan>()

  constructor(header: string, definitions: ReadonlyMap<string, Definition>, door: Door) {
    this.#sent = door.parseCookies(header)
    this.#definitions = definitions
    this.#door = door
    this.#codec = new Codec(door)
  }

  get lines(): string[] {
    const all: CookieLine[] = []
    for (const { write, stale } of this.#plans.values()) all.push(...write, ...stale)
    return all.map(({ line }) => line)
  }

  read(id: CookieName<CookieTable>): CookieReading<unknown> {
    return this.#codec.read(
      this.#definition(id),
      this.#now.map(([name, value]) => `${name}=${value}`).join('; '),
    )
  }

  set(id: string, value: unknown): void {
    const definition = this.#definition(id)
    this.#plan(definition, this.#codec.encode(definition, value))
  }

  remove(id: string): void {
    this.#plan(this.#definition(id), null)
  }

  #plan(definition: Definition, value: string | null): void {
    const { name, attributes } = definition
    // What the browser has, not what was asked for since: only the last word on a cookie is sent.
    const present = this.#sent.map(([sent]) => sent)
    // One that this request did not show may lie at another path.
    if (value === null && !present.includes(name)) present.push(name)
    const others = bytesOfOthers(this.#now, this.#definitions, definition)
    this.#plans.set(name, this.#door.writeCookie({ name, value, attributes, present, others }))
  }

  /** What the browser will send next. */
  get #now(): (readonly [string, string])[] {
    const pairs = new Map(this.#sent)
    for (const { write, stale } of this.#plans.values()) {
      for (const { name } of stale) pairs.delete(name)
      for (const { name, value } of write) pairs.set(name, value)
    }
    return [...pairs]
  }

  #definition(id: string): Definition {
    const found = this.#definitions.get(id)
    if (found) return found
    throw new TypeError(`There is no cookie "${id}" among those given to serverCookies.`)
  }
}
