/** A locker in a web worker: does its job as soon as it is there. */
import { createLocker } from '@kbve/locker'
import { profile, tokens } from './core_job.js'

Promise.all([profile(createLocker({ name: 'worker' })), tokens()]).then(
  (found) => postMessage({ found }),
  (error) => postMessage({ error: `${error.stack} ${error.cause}` }),
)
