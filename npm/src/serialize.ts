/** What an entry may hold, checked before it is sealed, so that it comes back as it went in. */
import { LockerError } from './errors.ts'

const deepest = 200

function refuse(where: string, what: string): never {
  const message = `${where || 'The value'} is ${what}, which JSON cannot keep; store plain data (or a Uint8Array) instead.`
  throw new LockerError('not_serializable', message)
}

function check(value: unknown, where: string, above: Set<object>): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(where, String(value))
    return
  }
  if (typeof value !== 'object') refuse(where, value === undefined ? 'undefined' : `a ${typeof value}`)
  if (above.has(value)) refuse(where, 'inside itself')
  if (above.size >= deepest) refuse(where, `nested deeper than ${deepest} levels`)
  above.add(value)
  if (Array.isArray(value)) {
    // By index: a hole counts as undefined.
    for (let i = 0; i < value.length; i++) check(value[i], `${where}[${i}]`, above)
  } else {
    if (!isPlain(value)) refuse(where, `a ${value.constructor?.name || 'class instance'}`)
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) check(item, where === '' ? key : `${where}.${key}`, above)
    }
  }
  above.delete(value)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm has another Object.prototype, whose own prototype is null all the same.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}

/** JSON text from which the same value comes back. */
export function serialize(value: unknown, name: string): string {
  // A text is what is stored most, and has nothing to check.
  if (typeof value !== 'string') check(value, name, new Set())
  return JSON.stringify(value)
}

/** Freezes what JSON made, all the way down. Bytes cannot be frozen and stay as they are. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value))
    return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
