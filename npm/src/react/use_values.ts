/** The locker's status and profile. On a server, and while hydrating, each is what a locker is before it is open. */
import { useCallback, useSyncExternalStore } from 'react'
import type { kbveLocker } from '../profile.ts'
import { initialStatus } from '../status.ts'
import type { Locker, Status } from '../types.ts'
import { useLocker } from './context.tsx'

const opening = () => initialStatus

/** The part of a locker that its status takes. */
export type Watched = Pick<Locker, 'status' | 'on'>

/** The status; listening to it opens the locker. */
export function useStatus(locker?: Watched): Status {
  const held: Watched = useLocker(locker as Locker | undefined)
  const subscribe = useCallback((tell: () => void) => held.on('status', tell), [held])
  return useSyncExternalStore(subscribe, () => held.status, opening)
}

/** The whole profile, frozen; initial values, or those of the mirror, while the locker is not open. */
export function useProfile<P extends kbveLocker = kbveLocker>(locker?: Locker<P>): Readonly<P> {
  const held = useLocker(locker)
  const subscribe = useCallback(
    (tell: () => void) => held.on('change', ({ fields }) => fields.size > 0 && tell()),
    [held],
  )
  return useSyncExternalStore(
    subscribe,
    () => held.profile,
    () => held.initial,
  )
}
