/** What is seen of a session: one immutable object that is replaced only when something in it changes. */
import { LockerError } from '../errors.ts'
import type { SlotKind } from '../format.ts'
import { deepFreeze } from '../serialize.ts'
import type { Status } from '../types.ts'
import { AuthError } from './error.ts'
import type { SessionState, SessionView, User } from './public.ts'
import type { User as CoreUser, View } from './types.ts'

/** Of which a view is made. */
export interface Seen {
  readonly status: Status
  readonly mode: 'device' | 'ask' | 'account'
  /** Nothing before the core is loaded. */
  readonly core: View | undefined
  readonly opensWith?: readonly SlotKind[] | undefined
}

export const restoring: SessionView = Object.freeze({ state: 'restoring' })

export class ViewKeeper {
  current: SessionView = restoring
  #text = ''

  /** Whether it looks different now. */
  show(seen: Seen): boolean {
    const state = stateOf(seen)
    const shown = { ...partsOf(seen), state }
    const text = JSON.stringify([shown, seen.opensWith, seen.status.error?.message])
    if (text === this.#text) return false
    this.#text = text
    const { error, user, claims, ...more } = shown
    const { status, opensWith, mode } = seen
    const failure = status.state === 'failed' ? status.error : error && new AuthError(error)
    this.current = Object.freeze({
      ...more,
      ...(user ? { user: userOf(user) } : {}),
      ...(claims ? { claims: deepFreeze(claims) } : {}),
      ...(failure ? { error: failure } : {}),
      ...(opensWith ? { opensWith: Object.freeze([...opensWith]) } : {}),
      ...(shown.state === 'locked' && mode === 'account' && !opensWith ? { opensBySignIn: true } : {}),
    })
    return true
  }

  /** It could not even be looked. */
  fail(error: unknown): boolean {
    const text = String(error)
    if (text === this.#text) return false
    this.#text = text
    const why =
      error instanceof LockerError
        ? error
        : new LockerError('unsupported', 'The session could not be looked at.', { cause: error })
    this.current = Object.freeze({ state: 'locked', error: why })
    return true
  }
}

/** Nothing of a person, or about one, where the locker is not open. */
function partsOf({ status, core }: Seen): Omit<View, 'state'> {
  if (!core) return {}
  const { userId: _, sessionId: __, state: ___, ...parts } = core
  if (status.state === 'unlocked') return parts
  const { error, retryAt, waitsFor } = parts
  return { ...(error ? { error } : {}), ...(retryAt ? { retryAt } : {}), ...(waitsFor ? { waitsFor } : {}) }
}

function stateOf({ status: { state }, mode, core, opensWith }: Seen): SessionState {
  if (state === 'opening' || !core) return 'restoring'
  if (state === 'unlocked') return core.state
  if (opensWith) return 'locked'
  // Of a locker that is opened by signing in the way there is shown.
  if (core.state === 'signing-in' || core.state === 'confirmation-required') return core.state
  return state === 'absent' && mode === 'account' ? 'anonymous' : 'locked'
}

/** A person as the application sees them. */
export function userOf({ raw, ...user }: CoreUser): User {
  if (!raw) return deepFreeze({ ...user })
  return deepFreeze({ ...user, raw: JSON.parse(raw) as Record<string, unknown> })
}
