/** Whose turn it is to look: one of all tabs that could. */
import type { LocksPort } from '../locks.ts'
import type { UptimeStorage } from './types.ts'

/** What taking turns needs. */
export interface TurnPorts {
  readonly locks: LocksPort | undefined
  readonly storage: UptimeStorage
  now(): number
  timer(milliseconds: number, call: () => void): () => void
}

/** Milliseconds after which a tab that has not said again that it looks is taken for gone. */
const lease = 30_000

/**
 * Waits for the turn named `key`, and tells by `taken` when it has come and by `lost` when another tab has taken it.
 * Returns how to give it back, or to wait no longer.
 */
export function takeTurn(ports: TurnPorts, key: string, taken: () => void, lost: () => void): () => void {
  let stop: (() => void) | undefined
  let ended = false
  const fall = () => {
    if (!ended) stop = byLease(ports, key, taken, lost)
  }
  if (ports.locks) stop = byLock(ports.locks, key, taken, fall)
  else fall()
  return () => {
    ended = true
    stop?.()
  }
}

function byLock(locks: LocksPort, key: string, taken: () => void, refused: () => void): () => void {
  const waiting = new AbortController()
  let giveBack: (() => void) | undefined
  const hold = () =>
    new Promise<void>((resolve) => {
      giveBack = resolve
      // Given in the very moment in which nobody wanted it any more.
      if (waiting.signal.aborted) resolve()
      else taken()
    })
  locks.request(key, { signal: waiting.signal }, hold).catch(() => waiting.signal.aborted || refused())
  return () => {
    waiting.abort()
    giveBack?.()
  }
}

/** Without Web Locks. Two tabs that write in the same moment read again a little later, and one of them stays. */
function byLease(ports: TurnPorts, key: string, taken: () => void, lost: () => void): () => void {
  const { storage, now, timer } = ports
  const note = `${key}/turn`
  const me = crypto.randomUUID()
  let cancel = () => {}
  let mine = false
  const holder = () => {
    const [tab, until] = (storage.get(note) ?? '').split(' ')
    const left = Number(until) - now()
    // Longer than any lease is the work of a clock that was wrong.
    return left > 0 && left <= lease ? { tab, left } : undefined
  }
  const write = () => storage.set(note, `${me} ${now() + lease}`)
  const attempt = () => {
    const other = holder()
    if (other && other.tab !== me) {
      cancel = timer(Math.min(other.left, lease) + 50, attempt)
      return
    }
    write()
    cancel = timer(100, settle)
  }
  const settle = () => {
    // A storage that keeps nothing has no other tabs either.
    const kept = storage.get(note) !== null
    if (kept && holder()?.tab !== me) {
      if (mine) lost()
      mine = false
      attempt()
      return
    }
    write()
    if (!mine) taken()
    mine = true
    cancel = timer(lease / 3, settle)
  }
  attempt()
  return () => {
    cancel()
    if (holder()?.tab === me) storage.set(note, '')
  }
}
