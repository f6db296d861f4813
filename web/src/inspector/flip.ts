/**
 * One byte changed behind the locker's back, and the way back. What was there is not copied: turning the same bit again
 * restores it, as long as what lies there is still what the flip left. The list outlives a reload of the tab.
 */
import { changeStored } from '../disk/read_disk.ts'
import type { Place } from './fields.ts'

export interface Flip {
  id: string
  lockerName: string
  database: string
  place: Place
  /** Of what it is a byte, in words. */
  title: string
  /** In what lies there; 0 for a number, whose lowest bit it is. */
  index: number
  before: number
  after: number
}

const keyOf = (lockerName: string) => `inspector/flips/${lockerName}`

export function readFlips(lockerName: string): Flip[] {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(lockerName)) ?? '[]')
  } catch {
    return []
  }
}

export function keepFlips(lockerName: string, flips: readonly Flip[]): void {
  if (flips.length === 0) sessionStorage.removeItem(keyOf(lockerName))
  else sessionStorage.setItem(keyOf(lockerName), JSON.stringify(flips))
}

/** False where something else lies there by now, so that nothing was changed. */
export function applyFlip(flip: Flip): Promise<boolean> {
  return exchange(flip, flip.before, flip.after)
}

export function undoFlip(flip: Flip): Promise<boolean> {
  return exchange(flip, flip.after, flip.before)
}

async function exchange({ database, place, index }: Flip, from: number, to: number): Promise<boolean> {
  const { store, key, path } = place
  if (store === 'cookie') return exchangeCookie(key, index, from, to)
  return changeStored(database, store, key, (found) => {
    const owner = path.slice(0, -1).reduce<unknown>((at, step) => (at as Members | undefined)?.[step], found)
    const member = path.at(-1)
    if (typeof owner !== 'object' || owner === null || member === undefined) return false
    const value = (owner as Members)[member]
    if (value instanceof Uint8Array) {
      if (value[index] !== from) return false
      value[index] = to
      return true
    }
    // A number has its lowest byte changed; the others could make it one that no version ever reaches.
    if (typeof value !== 'number' || value % 256 !== from) return false
    ;(owner as Members)[member] = value - from + to
    return true
  })
}

type Members = Record<string | number, unknown>

function exchangeCookie(name: string, index: number, from: number, to: number): boolean {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`))
  const value = pair?.slice(name.length + 1)
  if (value?.charCodeAt(index) !== from) return false
  const changed = value.slice(0, index) + String.fromCharCode(to) + value.slice(index + 1)
  // biome-ignore lint/suspicious/noDocumentCookie: behind the back of whoever wrote it
  document.cookie = `${name}=${changed}; Path=/; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`
  return true
}

/** What the lowest bit makes of it; of a base64url character another one. */
export function turned(byte: number, store: Place['store']): number {
  if (store !== 'cookie') return byte ^ 1
  return byte === 65 ? 66 : 65
}
