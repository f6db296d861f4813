/** The values of a locker as a JSON file: what `open --json` writes and `seal` reads. */

import { manifestOf, type OpenedRecord } from '../backup/opened_backup.ts'
import { fromBase64url, toBase64url } from '../base64url.ts'
import { LockerError } from '../errors.ts'
import { fieldsOf, type Schema, type SchemaField } from '../profile.ts'
import { entryId, fieldId } from '../values.ts'
import type { PlainItem } from '../vault.ts'

export interface SealedValues {
  profile: Record<string, unknown>
  entries: Record<string, unknown>
  /** As base64url. */
  bytes: Record<string, string>
  /** Milliseconds since 1970, of entries and bytes that expire. */
  expires: Record<string, number>
  /** What large entries are, where there are any: what they hold is written to files of their own. */
  large?: Record<string, LargeValue>
}

export interface LargeValue {
  kind: 'json' | 'bytes' | 'blob'
  size: number
  /** Of a blob. */
  type?: string
}

/** Without a prototype: a name may be "__proto__". */
function empty<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

/** What has not been deleted and has not expired. */
export function valuesOf(records: readonly OpenedRecord[], now: number): SealedValues {
  const out: SealedValues = { profile: empty(), entries: empty(), bytes: empty(), expires: empty() }
  for (const { record, value } of records) {
    if (value === undefined || (record.expires !== 0 && record.expires <= now)) continue
    const slash = record.id.indexOf('/') + 1
    const name = record.id.slice(slash)
    if (record.id.startsWith('profile/')) out.profile[name] = value
    else {
      const manifest = manifestOf({ record, value })
      if (manifest) {
        const { kind, size, type } = manifest
        out.large ??= empty()
        out.large[name] = { kind, size, ...(type === undefined ? {} : { type }) }
      } else if (value instanceof Uint8Array) out.bytes[name] = toBase64url(value)
      else out.entries[name] = value
      if (record.expires !== 0) out.expires[name] = record.expires
    }
  }
  return out
}

/** The values to seal, and the fields of a profile beyond the nine that every locker has. */
export function itemsOf(text: string): {
  items: PlainItem[]
  schemaJson: string
  name?: string
  tenant?: string
} {
  const file = parsed(text)
  const unknown = Object.keys(file).find((key) => !members.includes(key))
  if (unknown !== undefined)
    throw wrong(`it has a member "${unknown}", which is none of ${members.join(', ')}`)
  const [profile, entries, bytes, expires, locker] = members.map((key) => objectAt(file, key)) as [
    Members,
    Members,
    Members,
    Members,
    Members,
  ]
  const dateOf = (name: string) => {
    const date = Object.hasOwn(expires, name) ? expires[name] : 0
    if (Number.isSafeInteger(date) && (date as number) >= 0) return date as number
    throw wrong(`the date of "${name}" is not in milliseconds since 1970`)
  }
  const items: PlainItem[] = []
  for (const [name, value] of Object.entries(profile))
    items.push({ id: fieldId(name), expires: 0, kind: 'json', text: JSON.stringify(value) })
  for (const [name, value] of Object.entries(entries))
    items.push({ id: entryId(name), expires: dateOf(name), kind: 'json', text: JSON.stringify(value) })
  for (const [name, value] of Object.entries(bytes)) {
    const content = typeof value === 'string' ? fromBase64url(value) : undefined
    if (!content) throw wrong(`the bytes "${name}" are not base64url without padding`)
    if (Object.hasOwn(entries, name)) throw wrong(`"${name}" is in entries and in bytes`)
    items.push({ id: entryId(name), expires: dateOf(name), kind: 'bytes', bytes: content })
  }
  for (const { id } of items)
    if (/\p{Surrogate}/u.test(id)) throw wrong('a name in it is not well-formed Unicode')
  const { name, tenant } = locker
  return {
    items,
    schemaJson: schemaOf(profile),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof tenant === 'string' ? { tenant } : {}),
  }
}

type Members = Record<string, unknown>

/** `damaged` is what `open --json` says beside them, and is passed over. */
const members = ['profile', 'entries', 'bytes', 'expires', 'locker', 'damaged']

function parsed(text: string): Members {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw wrong('it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('it is not a JSON object')
  return value as Members
}

function objectAt(file: Members, key: string): Members {
  const value = file[key] ?? {}
  if (key === 'damaged') return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(`its member "${key}" is not an object`)
  return value as Members
}

const known = Object.keys(fieldsOf(undefined, true).initial)

function schemaOf(profile: Members): string {
  const fields = moreFields(profile)
  try {
    return fieldsOf(fields, true).schemaJson
  } catch (cause) {
    throw wrong(cause instanceof TypeError ? cause.message.replace(/\.$/, '') : 'its fields are none', cause)
  }
}

/** An application's own fields are of the types that their values have. */
function moreFields(profile: Members): Schema {
  const fields: Record<string, SchemaField> = empty()
  for (const [name, value] of Object.entries(profile)) {
    if (known.includes(name)) continue
    const type = typeof value
    if (type === 'string') fields[name] = { type, maxBytes: 262_144 }
    else if (type === 'number' || type === 'boolean') fields[name] = { type }
    else throw wrong(`the field "${name}" is neither a text, a number, true nor false`)
  }
  return fields
}

function wrong(what: string, cause?: unknown): LockerError {
  return new LockerError('invalid_field', `These are not values to seal: ${what}.`, { cause })
}
