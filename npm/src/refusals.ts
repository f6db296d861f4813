/** Why a locker is not open: as a status, and as an error. */
import { NoDeviceKey } from './device_slot.ts'
import { hasCode, LockerError } from './errors.ts'
import type { Status } from './types.ts'

/** `asked`: somebody called `unlock` and is told by its promise; otherwise the status is all there is. */
export function statusAfter(
  error: unknown,
  asked: boolean,
): Pick<Status, 'state' | 'reason' | 'error'> & { retryAt?: number | undefined } {
  if (error instanceof NoDeviceKey) return { state: 'locked', reason: 'no-device-key' }
  if (hasCode(error, 'absent')) return { state: 'absent' }
  if (asked && hasCode(error, 'evicted')) return { state: 'absent', reason: 'evicted' }
  // After these the same header may open another time.
  if (
    asked &&
    hasCode(error, 'wrong_secret', 'too_many_attempts', 'out_of_memory', 'invalid_field', 'unsupported')
  )
    return { state: 'locked', retryAt: error.retryAt }
  if (error instanceof LockerError) return { state: 'failed', error }
  return {
    state: 'failed',
    error: new LockerError('unsupported', 'The locker could not be opened.', { cause: error }),
  }
}

/** What a write is told while the locker is not open. */
export function notOpen({ state, error }: Status): LockerError {
  const ways: Partial<Record<Status['state'], string>> = {
    failed: error?.message ?? 'Look at its status.',
    absent: 'There is none yet; create it first.',
    locked: 'Unlock it first.',
  }
  const way = ways[state] ?? 'Await locker.ready, or the unlocking that is under way.'
  return new LockerError('locked', `The locker is not open. ${way}`, { cause: error })
}
