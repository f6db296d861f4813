/**
 * Locks when nobody was at work for a while (`idleLock`). Loaded before such a locker opens, so that it never opens
 * without. Timers do not run while a device sleeps: the clock decides, whenever there is an occasion to look at it.
 *
 * At work is who moves, types or scrolls at the page, or calls something that writes. Reading is none: a page that
 * draws itself reads. All tabs count together: the time is kept in the storage's notes, where each tab that is about
 * to lock looks whether another one has moved it on.
 */
import type { Lifecycle } from './lifecycle.ts'
import { unref } from './node.ts'
import type { Ports } from './ports.ts'
import { databaseName } from './storage/storage.ts'

const work = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']
const occasions = ['focus', 'pageshow', 'resume', 'visibilitychange']

/** Where the tabs of a locker keep the time at which they lock. */
function noteOf({ name }: Ports): string {
  return `${databaseName(name)}/idle`
}

/** Whether the time was up before this page was there: what is kept over a reload is kept no longer than that. */
export function isOver(ports: Ports): boolean {
  return Number(ports.storage.notes.get(noteOf(ports)) ?? Number.NaN) <= ports.now()
}

/** Watches over `life` from now on. */
export function attend(life: Lifecycle): void {
  if (life.guard) return
  const { ports } = life
  const { now, idle: after = 0 } = ports
  const { notes } = ports.storage
  const note = noteOf(ports)
  /** Written and told no more often than this. */
  const step = Math.min(after / 20, 5_000)
  /** When it locks: by the clock, which can be set, and by the time that this page has been running, which cannot. */
  let lockAt = 0
  let runsTo = 0
  /** The last note that this tab has written or heeded: none is heeded twice. */
  let heeded = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop: AbortController | undefined

  const moveTo = (next: number) => {
    lockAt = next
    runsTo = performance.now() + (next - now())
  }

  const atWork = () => {
    if (now() + after - lockAt < step) return
    moveTo(now() + after)
    heeded = String(lockAt)
    notes.set(note, heeded)
    life.show({ lockAt })
  }

  /** Goes on with what another tab has written since. */
  const heed = () => {
    const text = notes.get(note) ?? ''
    if (text === heeded) return
    heeded = text
    // Not further than anybody who is at work now could move it.
    const next = Math.min(Number(text), now() + after)
    if (!(next > now())) return
    moveTo(next)
    life.show({ lockAt })
  }

  const isUp = () => now() >= lockAt || performance.now() >= runsTo

  /** Whether it is still open; locks it where it should not be. */
  const check = (): boolean => {
    if (isUp()) heed()
    if (isUp()) {
      halt()
      life.lock(true, 'idle')
      return false
    }
    if (lockAt > now() + after) {
      // The clock was set back: what has gone by until now still counts.
      moveTo(now() + runsTo - performance.now())
      life.show({ lockAt })
    }
    return true
  }

  const tick = () => {
    heed()
    if (!check()) return
    timer = setTimeout(tick, Math.max(Math.min(lockAt - now(), step), 10))
    unref(timer)
  }

  const begin = () => {
    if (stop) return
    stop = new AbortController()
    moveTo(now() + after)
    heeded = String(lockAt)
    notes.set(note, heeded)
    if (typeof document !== 'undefined') {
      const options = { signal: stop.signal, passive: true, capture: true }
      for (const type of work) addEventListener(type, () => check() && atWork(), options)
      for (const type of occasions) addEventListener(type, check, options)
    }
    // Whoever hears of the opening hears of that first.
    queueMicrotask(() => {
      if (!stop) return
      life.show({ lockAt })
      tick()
    })
  }

  const halt = () => {
    stop?.abort()
    stop = undefined
    clearTimeout(timer)
  }

  life.guard = (writing) => {
    if (stop && check() && writing) atWork()
  }
  life.audience.status.add(({ state }) => {
    if (state === 'unlocked') begin()
    // One that has failed may still show its values.
    else if (state !== 'failed') halt()
  })
}
