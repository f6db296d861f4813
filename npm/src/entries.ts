/** `locker.entries`: an application's own values. */

import { serialize } from './serialize.ts'
import type { Entries } from './types.ts'
import { entryId, type Values } from './values.ts'
import type { PlainItem } from './vault.ts'

/** What the entries need of their locker. */
export interface EntriesHost {
  /** The values of an open locker. */
  values(): Values | undefined
  /** Seals and hands over; throws where the locker cannot be written. */
  write(items: readonly PlainItem[]): void
  now(): number
}

/** Ids have at most 512 bytes, "entry/" included. */
const maxNameBytes = 512 - 'entry/'.length

export function checkedId(name: unknown): string {
  if (typeof name !== 'string' || name === '' || /\p{Surrogate}/u.test(name)) {
    throw new TypeError('The name of an entry is a text that is not empty, in well-formed Unicode.')
  }
  // A UTF-16 unit has at most three bytes in UTF-8.
  if (name.length > maxNameBytes / 3 && new TextEncoder().encode(name).length > maxNameBytes) {
    throw new TypeError(`The name of an entry has at most ${maxNameBytes} bytes.`)
  }
  return entryId(name)
}

export function expiry(expiresIn: unknown, now: number): number {
  if (expiresIn === undefined) return 0
  if (typeof expiresIn !== 'number' || !(expiresIn > 0))
    throw new TypeError('expiresIn is a number of seconds above 0.')
  const at = Math.ceil(now + expiresIn * 1000)
  if (!Number.isSafeInteger(at))
    throw new TypeError('expiresIn is too far away; leave it out for a value that stays.')
  return at
}

export function entriesOf(host: EntriesHost, large: Pick<Entries, 'store' | 'load' | 'info'>): Entries {
  return Object.freeze<Entries>({
    ...large,
    put(name, value, { expiresIn } = {}) {
      const id = checkedId(name)
      const expires = expiry(expiresIn, host.now())
      if (value instanceof Uint8Array) host.write([{ id, expires, kind: 'bytes', bytes: value }])
      else host.write([{ id, expires, kind: 'json', text: serialize(value, name) }])
    },
    get<T>(name: string): T | undefined {
      const id = checkedId(name)
      const values = host.values()
      if (values?.kind(id) === 'parts') return undefined
      const value = values?.visible(id)
      return (value instanceof Uint8Array ? value.slice() : value) as T | undefined
    },
    delete(name) {
      host.write([{ id: checkedId(name), expires: 0, kind: 'gone' }])
    },
    list: () => host.values()?.entryNames() ?? [],
  })
}
