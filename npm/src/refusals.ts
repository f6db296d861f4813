/** Which status a locker has after it could not be opened. */
import { LockerError } from './errors.ts'
import { NoDeviceKey } from './opener.ts'
import type { Status } from './types.ts'

/** Errors after which the same header may open another time. */
const passing: readonly string[] = ['wrong_secret', 'aborted', 'out_of_memory']

/** `asked`: somebody called `unlock` and is told by its promise; otherwise the status is all there is. */
export function statusAfter(error: unknown, asked: boolean): Pick<Status, 'state' | 'reason' | 'error'> {
  if (!(error instanceof LockerError)) {
    return {
      state: 'failed',
      error: new LockerError('unsupported', 'The locker could not be opened.', { cause: error }),
    }
  }
  if (error instanceof NoDeviceKey) return { state: 'locked', reason: 'no-device-key' }
  if (error.code === 'absent') return { state: 'absent' }
  if (error.code === 'aborted') return { state: 'locked', reason: 'lock' }
  if (asked && passing.includes(error.code)) return { state: 'locked' }
  return { state: 'failed', error }
}
