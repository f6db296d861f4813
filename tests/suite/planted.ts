/** A secret to be planted, and everything reachable from a value, as one text to look for it in. */
import { randomBytes, toBase64url } from '../reference/shapes.ts'

/** A text that occurs nowhere by accident. */
export function plantedSecret(): string {
  return `planted ${toBase64url(randomBytes(18))}`
}

/** The spellings a text can lie somewhere in: as it is, as hex, as base64 wherever it begins. */
export function spellings(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const text = btoa(String.fromCharCode(...new Uint8Array(before), ...bytes))
    // What its neighbours could change is cut off.
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), hex, ...inBase64]
}

/** The first spelling of the secret that `text` contains. */
export function findIn(text: string, secret: string): string | undefined {
  return spellings(secret).find((spelling) => text.includes(spelling))
}

/** Everything that can be read from `value`, getters and errors and what stands behind symbols included. */
export function everythingIn(value: unknown, seen = new Set<object>()): string {
  if (typeof value === 'function') return value.name
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  if (value instanceof Uint8Array)
    return `${new TextDecoder().decode(value)}\n${toBase64url(new Uint8Array(value))}`
  if (value instanceof Map || value instanceof Set) return everythingIn([...value], seen)
  const parts: string[] = []
  for (let at: object | null = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      parts.push(String(key))
      let found: unknown
      try {
        found = Reflect.get(value, key)
      } catch {
        continue
      }
      parts.push(everythingIn(found, seen))
    }
  }
  return parts.join('\n')
}
