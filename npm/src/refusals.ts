/** Why a locker is not open: as a status, and as errors. */
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

/** What an open locker is told when the disk is no longer under it. */
export function lostTo(event: 'evicted' | 'closed'): LockerError {
  return event === 'evicted'
    ? new LockerError(
        'evicted',
        "The locker's data was deleted, by the browser or by somebody at it. What is shown can still be read; create the locker anew or restore a backup.",
      )
    : new LockerError(
        'storage_closed',
        'The connection to the database was closed and cannot be had again; reload the page.',
      )
}
