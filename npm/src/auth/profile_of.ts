/** What of a person goes into the profile, in one patch. */
import { hasCode } from '../errors.ts'
import { serialize } from '../serialize.ts'
import { fieldId } from '../values.ts'
import type { PlainItem } from '../vault.ts'
import type { User } from './public.ts'
import type { SessionRecord } from './record.ts'

/** Beside the state: what was filled in last, so that what the person changes here later stays as they want it. */
interface Mapped {
  readonly user: string
  readonly text: string
  readonly fields: readonly string[]
}

/** `username`, `email`, `phone`, `avatar` and `uuid`, as far as the backend knows them. */
export function profileOf(user: User): Record<string, unknown> {
  const { id, username, name, email, phone, avatar } = user
  const given = { username: username ?? name, email, phone: phone && international(phone), avatar, uuid: id }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value))
}

/** Some backends leave the plus out. */
function international(phone: string): string {
  return /^\d/.test(phone) ? `+${phone}` : phone
}

/** Fills the profile, unless this was filled in before. A value that its field does not take is left out. */
export function fillProfile(
  record: SessionRecord,
  user: User,
  map: (user: User) => object,
  initial: Readonly<Record<string, unknown>>,
): void {
  const given = Object.entries(map(user)).filter(([name]) => Object.hasOwn(initial, name))
  const text = JSON.stringify(given)
  const before = record.value('mapped') as Mapped | undefined
  if (before?.user === user.id && before.text === text) return
  const values = new Map<string, unknown>(given)
  // Of another person nothing stays that was filled in.
  if (before && before.user !== user.id) {
    for (const name of before.fields) if (!values.has(name)) values.set(name, initial[name])
  }
  const mapped: Mapped = { user: user.id, text, fields: given.map(([name]) => name) }
  for (;;) {
    const items = [...values].map(([name, value]): PlainItem => {
      return { id: fieldId(name), expires: 0, kind: 'json', text: serialize(value, name) }
    })
    items.push({ id: record.idOf('mapped'), expires: 0, kind: 'json', text: JSON.stringify(mapped) })
    try {
      record.open.write(items)
      return
    } catch (error) {
      // The rules of fields are the core's; what one of them refuses, it names.
      if (!hasCode(error, 'invalid_field', 'too_large') || !values.delete(error.field ?? '')) throw error
    }
  }
}
