/**
 * @kbve/locker/nanostores: a locker as stores. They start when somebody listens, hold initial values while
 * the locker is not open, notify only on a real change, and write through: what the locker refuses, `set` and
 * `setKey` throw.
 */
import { atom, type MapStore, map, onMount, type ReadableAtom, type WritableAtom } from 'nanostores'
import type { Auth, SessionView, User } from './auth/public.ts'
import { LockerError } from './errors.ts'
import type { kbveLocker } from './profile.ts'
import type { Locker, Status } from './types.ts'
import type { ServiceUptime, Uptime } from './uptime/types.ts'

export {
  type EngineLocker,
  type LockerEngine,
  type LockerEngineOptions,
  lockerEngine,
  type PersistentEvent,
  type PersistentListener,
} from './persistent.ts'
export { redacted } from './redacted.ts'

/** One writable atom for each field: `$username`, `$theme`, and those of the schema. */
export type FieldStores<P extends kbveLocker> = {
  readonly [K in keyof P & string as `$${K}`]: WritableAtom<P[K]>
}

/** What `lockerStores` makes. */
export type LockerStores<P extends kbveLocker> = {
  readonly $status: ReadableAtom<Status>
  /** The whole profile. `setKey` and `set` write through. */
  readonly $profile: MapStore<P>
} & FieldStores<P>

/** The stores of a locker. Making them touches nothing; the first listener opens the locker. */
export function lockerStores<P extends kbveLocker>(locker: Locker<P>): LockerStores<P> {
  const stores: Record<string, unknown> = { $status: statusStore(locker), $profile: profileStore(locker) }
  for (const field of Object.keys(locker.initial) as (keyof P & string)[]) {
    stores[`$${field}`] = fieldStore(locker, field)
  }
  return Object.freeze(stores) as LockerStores<P>
}

function statusStore(locker: Pick<Locker, 'status' | 'on'>): ReadableAtom<Status> {
  const $status = atom(locker.status)
  onMount($status, () => {
    const stop = locker.on('status', (status) => $status.set(status))
    $status.set(locker.status)
    return stop
  })
  return $status
}

function profileStore<P extends kbveLocker>(locker: Locker<P>): MapStore<P> {
  const $profile: MapStore<P> = map<P>({ ...locker.initial })
  const { set, setKey } = $profile
  const show = () => {
    const shown = $profile.value as P
    const next = locker.profile
    const changed = (Object.keys(next) as (keyof P & string)[]).filter(
      (key) => !Object.is(shown[key], next[key]),
    )
    const [only] = changed
    // With its key where there is one, so that listeners of other keys are left in peace.
    if (changed.length === 1 && only !== undefined)
      (setKey as (key: string, value: unknown) => void)(only, next[only])
    else if (changed.length > 1) set(next)
  }
  $profile.setKey = ((key: keyof P & string, value: P[typeof key]) => {
    locker.set(key, value)
    show()
  }) as typeof setKey
  $profile.set = (next) => {
    const now = locker.profile
    const changes = Object.entries(next).filter(([key, value]) => !Object.is(value, now[key as keyof P]))
    locker.patch(Object.fromEntries(changes) as Partial<P>)
    show()
  }
  onMount($profile, () => {
    const stop = locker.on('change', ({ fields }) => fields.size > 0 && show())
    show()
    return stop
  })
  return $profile
}

function fieldStore<P extends kbveLocker, K extends keyof P & string>(
  locker: Locker<P>,
  field: K,
): WritableAtom<P[K]> {
  const $field: WritableAtom<P[K]> = atom<P[K]>(locker.initial[field])
  const { set } = $field
  const show = () => set(locker.get(field))
  $field.set = (value) => {
    locker.set(field, value)
    show()
  }
  onMount($field, () => {
    const stop = locker.on('change', ({ fields }) => fields.has(field) && show())
    show()
    return stop
  })
  return $field
}

/** What `authStores` makes. */
export interface AuthStores {
  readonly $session: ReadableAtom<SessionView>
  /** Who is signed in, or was until the session expired. */
  readonly $user: ReadableAtom<User | undefined>
  /** What went wrong last. */
  readonly $authError: ReadableAtom<LockerError | undefined>
  /** Whole seconds until what was refused makes sense again; 0 for at once. */
  readonly $retryIn: ReadableAtom<number>
}

/** A session as stores. Making them touches nothing; `$retryIn` counts while somebody listens to it. `clock` is the
 *  locker's own, where it was given one. */
export function authStores(
  auth: Pick<Auth, 'session' | 'subscribe'>,
  options: { clock?: () => number } = {},
): AuthStores {
  const { clock = Date.now } = options
  const secondsLeft = ({ retryAt = 0 }: SessionView) => Math.max(0, Math.ceil((retryAt - clock()) / 1000))
  return Object.freeze({
    $session: sessionStore(auth, (session) => session),
    $user: sessionStore(auth, ({ user }) => user),
    $authError: sessionStore(auth, ({ error }) => error),
    $retryIn: sessionStore(auth, secondsLeft, ({ retryAt = 0 }) => {
      const rest = retryAt - clock()
      return rest > 0 ? ((rest - 1) % 1000) + 1 : undefined
    }),
  })
}

/** A part of the session; `again` says after how many milliseconds it is another one by itself. */
function sessionStore<T>(
  auth: Pick<Auth, 'session' | 'subscribe'>,
  part: (session: SessionView) => T,
  again: (session: SessionView) => number | undefined = () => undefined,
): ReadableAtom<T> {
  const $part = atom(part(auth.session))
  onMount($part, () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = () => {
      clearTimeout(timer)
      const { session } = auth
      const next = part(session)
      // A new snapshot may hold the same person once more.
      if (!sameValue($part.value, next)) $part.set(next)
      const wait = again(session)
      if (wait !== undefined) timer = setTimeout(show, Math.min(wait, 0x7fff_ffff))
    }
    const stop = auth.subscribe(show)
    show()
    return () => {
      clearTimeout(timer)
      stop()
    }
  })
  return $part
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof LockerError && b instanceof LockerError)
    return a.code === b.code && a.message === b.message && a.retryAt === b.retryAt && a.field === b.field
  if (a instanceof Error || b instanceof Error || typeof a !== 'object' || typeof b !== 'object') return false
  return a !== null && b !== null && sameMembers(a, b)
}

function sameMembers(a: object, b: object): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key as keyof object], b[key as keyof object]))
  )
}

/** What `uptimeStores` makes. */
export interface UptimeStores {
  /** All services, in the order given. */
  readonly $uptime: ReadableAtom<readonly ServiceUptime[]>
}

/** How services do. As long as somebody listens, they are looked at. */
export function uptimeStores(uptime: Pick<Uptime, 'services' | 'subscribe'>): UptimeStores {
  const $uptime = atom(uptime.services)
  onMount($uptime, () => {
    const stop = uptime.subscribe(() => $uptime.set(uptime.services))
    $uptime.set(uptime.services)
    return stop
  })
  return Object.freeze({ $uptime })
}

/** How an entry's values are kept. */
export interface LockerAtomOptions {
  /** Seconds after which a value that was set counts as gone. */
  expiresIn?: number
}

/**
 * One of `locker.entries` as a store. It holds `initial` while the locker is not open or has no such entry;
 * `initial` itself is never written. What it holds after `set` is the locker's own copy, deeply frozen.
 */
export function lockerAtom<T>(
  locker: Pick<Locker, 'entries' | 'on'>,
  name: string,
  initial: T,
  options: LockerAtomOptions = {},
): WritableAtom<T> {
  const $entry: WritableAtom<T> = atom<T>(initial)
  const { set } = $entry
  let mounted = false
  const show = () => {
    const value = locker.entries.get<T>(name)
    set(value === undefined ? initial : value)
  }
  $entry.set = (value) => {
    locker.entries.put(name, value, options)
    // A mounted one has heard of it by now, and another copy of the same bytes would look like another change.
    if (!mounted) show()
  }
  onMount($entry, () => {
    mounted = true
    const stop = locker.on('change', ({ entries }) => entries.has(name) && show())
    show()
    return () => {
      mounted = false
      stop()
    }
  })
  return $entry
}
