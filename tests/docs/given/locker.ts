/** A locker that is open. */
import { createLocker } from '@kbve/locker'

export const locker = createLocker()
await locker.ready
