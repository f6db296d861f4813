/** A table of cookies, checked, with everything decided that the table leaves open. */
import { LockerError } from '../errors.ts'
import type { CookieAttributes } from '../jose/door.ts'
import type { CookieOptions, CookieTable } from './types.ts'

/** What a cookie is sealed with; `'locker'` for the locker's own key. */
export type Sealing = 'locker' | { readonly key: Uint8Array; readonly kid: string }

export interface Definition {
  /** What the application calls it. */
  readonly id: string
  /** What the browser calls it. */
  readonly name: string
  readonly sealing: Sealing | undefined
  readonly kind: 'text' | 'json'
  readonly fields: readonly string[] | undefined
  readonly attributes: CookieAttributes
}

export interface Surroundings {
  readonly on: 'page' | 'server'
  /** Where the options do not say. */
  readonly secure: boolean
  readonly isField?: (name: string) => boolean
}

const known: Record<keyof CookieOptions, string> = {
  name: 'string',
  sealed: 'boolean',
  key: 'object',
  kid: 'string',
  fields: 'object',
  json: 'boolean',
  path: 'string',
  domain: 'string',
  maxAge: 'number',
  secure: 'boolean',
  sameSite: 'string',
  partitioned: 'boolean',
  httpOnly: 'boolean',
}

/** Reads the table; a mistake in it is a `TypeError`. What a browser would refuse is the core's to say, at `set`. */
export function definitionsOf(table: CookieTable, around: Surroundings): ReadonlyMap<string, Definition> {
  if (typeof table !== 'object' || table === null) throw new TypeError('Cookies are named in an object.')
  const { key, kid, ...cookies } = table
  const definitions = new Map<string, Definition>()
  const names = new Set<string>()
  for (const [id, options] of Object.entries(cookies)) {
    if (options === undefined) continue
    const mistake = mistakeIn(id, options)
    if (mistake) throw new TypeError(`The cookie "${id}" ${mistake}.`)
    const made = definitionOf(id, options as CookieOptions, { key, kid }, around)
    if (names.has(made.name)) throw new TypeError(`Two cookies are called "${made.name}"; rename one.`)
    names.add(made.name)
    definitions.set(id, made)
  }
  return definitions
}

function mistakeIn(id: string, options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || options instanceof Uint8Array)
    return 'takes an object of options'
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, option)) return `has no option "${option}"`
    const type = known[option as keyof CookieOptions]
    if (value !== undefined && (typeof value !== type || value === null))
      return `takes as ${option} a ${type}`
  }
  const { sameSite, maxAge, fields, json } = options as CookieOptions
  if (sameSite !== undefined && !['strict', 'lax', 'none'].includes(sameSite))
    return 'takes as sameSite strict, lax or none'
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge > 0))
    return 'takes as maxAge whole seconds above 0; call remove to be rid of it'
  if (fields !== undefined && !(Array.isArray(fields) && fields.length > 0))
    return 'takes as fields a list of at least one profile field'
  if (fields !== undefined && json !== undefined) return 'has either fields or json'
  if (id === 'user' && fields === undefined && json === undefined)
    return 'needs to know which profile fields it holds; name them in fields'
  return undefined
}

function definitionOf(
  id: string,
  options: CookieOptions,
  table: { key: Uint8Array | undefined; kid: string | undefined },
  { on, secure, isField }: Surroundings,
): Definition {
  const { name = id, sealed = false, fields, json = false, path = '/', domain, maxAge } = options
  if (options.httpOnly && on === 'page') {
    const message = `No page can set an HttpOnly cookie, so "${id}" cannot be one; let the server set it, with serverCookies.`
    throw new LockerError('cookie_invalid', message, { field: 'httpOnly' })
  }
  for (const field of fields ?? []) {
    if (typeof field !== 'string' || (isField && !isField(field)))
      throw new TypeError(`The cookie "${id}": there is no profile field "${field}".`)
  }
  const attributes: CookieAttributes = {
    path,
    ...(domain === undefined ? {} : { domain }),
    ...(maxAge === undefined ? {} : { maxAge }),
    secure: options.secure ?? secure,
    httpOnly: options.httpOnly ?? false,
    sameSite: options.sameSite ?? 'lax',
    partitioned: options.partitioned ?? false,
  }
  return {
    id,
    name,
    sealing: sealed ? sealingOf(id, options, table, on) : undefined,
    kind: fields || json ? 'json' : 'text',
    fields,
    attributes,
  }
}

function sealingOf(
  id: string,
  options: CookieOptions,
  table: { key: Uint8Array | undefined; kid: string | undefined },
  on: 'page' | 'server',
): Sealing {
  const { key, kid = '' } = options.key ? options : table
  if (key === undefined) {
    if (on === 'page') return 'locker'
    throw new TypeError(`The cookie "${id}" is sealed, which on a server takes a key of 32 bytes.`)
  }
  if (!(key instanceof Uint8Array) || key.length !== 32)
    throw new TypeError(`The key of the cookie "${id}" is 32 bytes, as a Uint8Array.`)
  if (typeof kid !== 'string') throw new TypeError(`The kid of the cookie "${id}" is a text.`)
  // A copy, so that a caller who wipes his own does not break what is sealed later.
  return { key: key.slice(), kid }
}
