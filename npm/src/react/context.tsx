/** Which locker and which session the hooks and forms below a provider are about. */
import { createContext, type JSX, type ReactNode, useContext } from 'react'
import type { Auth } from '../auth/public.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker } from '../types.ts'

const LockerContext = createContext<Locker | undefined>(undefined)
const AuthContext = createContext<Auth | undefined>(undefined)

/** What `LockerProvider` takes. */
export interface LockerProviderProps<P extends kbveLocker = kbveLocker> {
  locker: Locker<P>
  /** What `createAuth` made, for the hooks and forms that are about an account. */
  auth?: Auth | undefined
  children?: ReactNode
}

/** Gives both to everything below it. It does nothing else: the first hook that listens opens the locker. */
export function LockerProvider<P extends kbveLocker>(props: LockerProviderProps<P>): JSX.Element {
  const { locker, auth, children } = props
  return (
    <LockerContext value={locker as unknown as Locker}>
      <AuthContext value={auth}>{children}</AuthContext>
    </LockerContext>
  )
}

/**
 * The locker given, or that of the nearest `LockerProvider`. With fields of the application's own:
 * `useLocker<ProfileOf<typeof schema>>()`. Throws a `TypeError` where there is neither.
 */
export function useLocker<P extends kbveLocker = kbveLocker>(locker?: Locker<P>): Locker<P> {
  const provided = useContext(LockerContext) as unknown as Locker<P> | undefined
  const found = locker ?? provided
  if (found) return found
  throw new TypeError('There is no locker here: put a <LockerProvider locker={…}> above, or pass the locker.')
}

/** The session given, or that of the nearest `LockerProvider`. Throws a `TypeError` where there is neither. */
export function useAuth(auth?: Auth): Auth {
  const provided = useContext(AuthContext)
  const found = auth ?? provided
  if (found) return found
  throw new TypeError(
    'There is no session here: put a <LockerProvider locker={…} auth={…}> above, or pass auth.',
  )
}

/** The provider's locker, where there is one. */
export function useProvidedLocker(): Locker | undefined {
  return useContext(LockerContext)
}
