/** A session that a test leads by the hand, where only what is drawn of it matters. */
import type { Auth, SessionView } from '@kbve/locker/auth'

type Name =
  | 'signIn'
  | 'register'
  | 'resend'
  | 'startOver'
  | 'challenge'
  | 'verify'
  | 'enroll'
  | 'confirm'
  | 'remove'

export interface AuthDouble {
  auth: Auth
  /** What was called, with what. */
  called: [name: Name, input: unknown][]
  /** What each call does; one that is not here never ends until it is given up. */
  on: { [K in Name]?: (input: never) => unknown }
  show(session: SessionView): void
  /** How many listen. */
  listeners(): number
  /** What a call that was given up rejects with. */
  givenUp: () => unknown
}

export function authDouble(first: SessionView = { state: 'restoring' }): AuthDouble {
  let session = first
  const listeners = new Set<(session: SessionView) => void>()
  const call =
    (name: Name) =>
    async (input: unknown, { signal }: { signal?: AbortSignal } = {}) => {
      double.called.push([name, input])
      const does = double.on[name] as ((input: unknown) => unknown) | undefined
      if (does) return does(input)
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(double.givenUp())))
    }
  const double: AuthDouble = {
    called: [],
    on: {},
    givenUp: () => new Error('given up'),
    show(next: SessionView) {
      session = next
      for (const listener of [...listeners]) listener(session)
    },
    listeners: () => listeners.size,
    auth: {
      get session() {
        return session
      },
      subscribe(listener: (session: SessionView) => void) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      signIn: call('signIn'),
      register: call('register'),
      resend: call('resend'),
      startOver: () => call('startOver')(undefined),
      mfa: {
        challenge: call('challenge'),
        verify: call('verify'),
        enroll: call('enroll'),
        confirm: call('confirm'),
        remove: call('remove'),
      },
    } as unknown as Auth,
  }
  return double
}
