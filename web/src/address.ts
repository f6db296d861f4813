/** Where in the page somebody is, by the hash of its address: `#uptime`, `#locker/passphrase`. */
import { atom } from 'nanostores'
import type { Mode } from './lockers.ts'

export type Room = 'locker' | 'inspector' | 'tokens' | 'account' | 'uptime' | 'bench'

export interface Place {
  room: Room
  /** The locker that is shown there; beside the lockers, the one whose theme the page has. */
  mode: Mode
  /** Whether somebody went there, rather than opened the page there. */
  arrived: boolean
}

/** In the order of the navigation. `modes`: the lockers that can be shown there, the usual one first. */
export const rooms: readonly { room: Room; label: string; title: string; modes: readonly Mode[] }[] = [
  {
    room: 'locker',
    label: 'Locker',
    title: 'Locker: what you type, and what the disk keeps',
    modes: ['device', 'passphrase'],
  },
  {
    room: 'inspector',
    label: 'Inspector',
    title: 'Inspector: what lies on the disk',
    modes: ['device', 'passphrase', 'account'],
  },
  { room: 'tokens', label: 'JWT lab', title: 'JWT lab: what a token says', modes: [] },
  { room: 'account', label: 'Account', title: 'Account: a session that lies sealed', modes: ['account'] },
  { room: 'uptime', label: 'Uptime', title: 'Uptime: whether services answer', modes: [] },
  { room: 'bench', label: 'Bench', title: 'Bench: how fast it is here', modes: [] },
]

/** Addresses that were given out before there were rooms. */
const older: Record<string, string> = { device: 'locker', passphrase: 'locker/passphrase' }

function placeOf(hash: string, arrived: boolean): Place {
  const asked = hash.slice(1)
  const [name, mode] = (older[asked] ?? asked).split('/')
  const { room, modes } = rooms.find((each) => each.room === name) ?? { room: 'locker', modes: [] }
  return { room, mode: modes.find((each) => each === mode) ?? modes[0] ?? 'device', arrived }
}

/** The hash of a place. */
export function addressOf(room: Room, mode?: Mode): string {
  const usual = rooms.find((each) => each.room === room)?.modes[0]
  return mode && mode !== usual ? `#${room}/${mode}` : `#${room}`
}

export const $place = atom<Place>(placeOf(window.location.hash, false))

/** How far each entry of the history was read, by the id that is kept in it. */
const read = new Map<string, number>()
let entry = ''

/** Names the present entry of the history; says where it was left, or `undefined` for one that is new. */
function enter(): number | undefined {
  const known: unknown = history.state?.entry
  entry = typeof known === 'string' ? known : crypto.randomUUID()
  if (known !== entry) history.replaceState({ entry }, '')
  return read.get(entry)
}

/** The browser restores the place before the room is drawn, which is too early. */
function scrollBack(to: number, frames = 60): void {
  window.scrollTo(0, to)
  if (Math.abs(window.scrollY - to) < 1 || frames === 0) return
  requestAnimationFrame(() => scrollBack(to, frames - 1))
}

enter()
window.addEventListener('scroll', () => read.set(entry, window.scrollY), { passive: true })
window.addEventListener('hashchange', () => {
  const left = enter()
  $place.set(placeOf(window.location.hash, true))
  if (left === undefined) window.scrollTo(0, 0)
  else requestAnimationFrame(() => scrollBack(left))
})
