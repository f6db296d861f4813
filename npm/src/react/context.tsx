/** Which locker the hooks and forms below a provider are about. */
import { createContext, type JSX, type ReactNode, useContext } from 'react'
import type { kbveLocker } from '../profile.ts'
import type { Locker } from '../types.ts'

const LockerContext = createContext<Locker | undefined>(undefined)

/** What `LockerProvider` takes. */
export interface LockerProviderProps<P extends kbveLocker = kbveLocker> {
  locker: Locker<P>
  children?: ReactNode
}

/** Gives the locker to everything below it. It does nothing else: the first hook that listens opens the locker. */
export function LockerProvider<P extends kbveLocker>(props: LockerProviderProps<P>): JSX.Element {
  const { locker, children } = props
  return <LockerContext value={locker as unknown as Locker}>{children}</LockerContext>
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
