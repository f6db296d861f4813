/** What an application calls. It checks arguments and passes on; the states are in lifecycle.ts. */
import { entriesOf } from './entries.ts'
import { LockerError } from './errors.ts'
import type { Listeners } from './events.ts'
import { grant } from './inside.ts'
import { Lifecycle, repairing } from './lifecycle.ts'
import type { Ports } from './ports.ts'
import { serialize } from './serialize.ts'
import type { CreateSecret, Locker, LockerEvents, Secret, UnlockOptions } from './types.ts'
import { fieldId } from './values.ts'
import type { PlainItem } from './vault.ts'
import { loaded } from './wasm_source.ts'

/** A `Locker` whose fields are only known at run time. */
type AnyProfile = Record<string, unknown>

const events: readonly string[] = ['status', 'change', 'error', 'slots'] satisfies (keyof LockerEvents)[]

/** A copy of what opens a locker, or, `making`, of what one can be made with. */
function secretOf(secret: Secret, making?: 'making'): Secret {
  const { passphrase, device, recovery, passkey } = Object(secret) as Record<string, unknown>
  if (typeof passphrase === 'string' && passphrase !== '') return { passphrase }
  if (device === true) return { device }
  if (!making && typeof recovery === 'string' && recovery !== '') return { recovery }
  if (!making && passkey === true) return { passkey }
  throw new TypeError(
    'A secret is { passphrase: text } (not empty) or { device: true }; unlock also takes { recovery: text } and { passkey: true }.',
  )
}

export function makeLocker(ports: Ports): Locker {
  const life = new Lifecycle(ports)

  function mustBeField(field: unknown): asserts field is string {
    if (typeof field !== 'string') throw new TypeError('The name of a field is a text.')
    if (Object.hasOwn(ports.fields.initial, field)) return
    const message = `There is no field "${field}". An application's own fields are named in the option schema; other values go into locker.entries.`
    throw new LockerError('invalid_field', message, { field })
  }

  function itemOf(field: string, value: unknown): PlainItem {
    mustBeField(field)
    const type = typeof value
    if (type === 'undefined' || type === 'function' || type === 'symbol' || type === 'bigint') {
      throw new TypeError(
        `The value of "${field}" is ${type}; a field holds text, a number or true and false.`,
      )
    }
    return { id: fieldId(field), kind: 'json', text: serialize(value, field), expires: 0 }
  }

  /** What few applications call, and none before its first value is shown: `name` of a module that is then loaded. */
  function later<M extends object>(load: () => Promise<M>, name: keyof M) {
    return async (...args: unknown[]) => {
      await life.ready
      return ((await load())[name] as (...all: unknown[]) => unknown)(life, ...args)
    }
  }
  const backups = () => loaded('backup.js', import('./backup.ts'))
  const slots = () => loaded('slots.js', import('./slots.ts'))
  const large = () => loaded('large.js', import('./large.ts'))

  function patch(values: AnyProfile): void {
    if (typeof values !== 'object' || values === null)
      throw new TypeError('patch takes an object of fields and their values.')
    const items = Object.entries(values).map(([field, value]) => itemOf(field, value))
    const open = life.writable()
    if (items.length > 0) open.write(items)
  }

  const locker = {
    get ready() {
      return life.ready
    },
    get status() {
      life.guard?.()
      return life.status
    },
    initial: ports.fields.initial,
    get profile() {
      return life.profile
    },
    entries: entriesOf(
      {
        values: () => life.open?.values,
        write: (items) => life.writable().write(items),
        now: ports.now,
      },
      { store: later(large, 'store'), load: later(large, 'load'), info: later(large, 'info') } as never,
    ),
    async create(secret: CreateSecret = { device: true }, options = {}) {
      await life.create(secretOf(secret, 'making') as CreateSecret, options)
    },
    async unlock(secret: Secret, options: UnlockOptions = {}) {
      await life.unlock(secretOf(secret), options)
    },
    slots: Object.freeze({
      list: later(slots, 'list'),
      add: later(slots, 'add'),
      remove: later(slots, 'remove'),
      change: later(slots, 'replaceWith'),
    }),
    backup: later(backups, 'backup'),
    restore: later(backups, 'restore'),
    get(field: string) {
      mustBeField(field)
      return life.open ? life.open.values.field(field) : life.profile[field]
    },
    set(field: string, value: unknown) {
      const item = itemOf(field, value)
      life.writable().write([item])
    },
    patch,
    async update(field: string, change: (value: unknown) => unknown) {
      mustBeField(field)
      if (typeof change !== 'function')
        throw new TypeError('update takes a function from the old value to the new one.')
      await life.ready
      return life.writable().update(field, change)
    },
    async flush() {
      await (life.open?.flush() ?? life.closing)
    },
    exclusive: later(() => loaded('locks.js', import('./locks.ts')), 'exclusive'),
    on(event: keyof LockerEvents, listener: (value: never) => void) {
      if (!events.includes(event)) throw new TypeError(`on takes one of ${events.join(', ')}.`)
      const remove = (life.audience[event] as unknown as Listeners<never>).add(listener)
      life.startByListening()
      return remove
    },
    subscribe(listener: () => void) {
      const remove = life.audience.any.add(listener)
      life.startByListening()
      return remove
    },
    repair: later(repairing, 'repair'),
    lock: () => life.lock(),
    rekey: later(() => loaded('rekey.js', import('./rekey.ts')), 'rekey'),
    destroy: () => life.destroy(),
    // Older browsers have no such symbol; the method is out of reach there, and nothing breaks.
    [Symbol.dispose ?? 'dispose']: () => life.dispose(),
  }
  grant(locker, life)
  return Object.freeze(locker) as unknown as Locker
}
