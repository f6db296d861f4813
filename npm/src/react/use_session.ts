/** Who is signed in. */
import { useCallback, useSyncExternalStore } from 'react'
import type { Auth, SessionView } from '../auth/public.ts'
import { useAuth } from './context.tsx'

const restoring: SessionView = Object.freeze({ state: 'restoring' })
const before = () => restoring

/** The session; `restoring` on a server and while hydrating. Listening to it opens the locker. */
export function useSession(auth?: Pick<Auth, 'session' | 'subscribe'>): SessionView {
  const held: Pick<Auth, 'session' | 'subscribe'> = useAuth(auth as Auth | undefined)
  const subscribe = useCallback((tell: () => void) => held.subscribe(tell), [held])
  return useSyncExternalStore(subscribe, () => held.session, before)
}
