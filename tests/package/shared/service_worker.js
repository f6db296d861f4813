/** A locker in a service worker: asked by messages, answers by messages. */
import { createLocker } from '@kbve/locker'
import { profile, tokens } from './core_job.js'

const locker = createLocker({ name: 'service' })

addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('message', (event) => {
  const work = Promise.all([profile(locker), tokens()])
  event.waitUntil(
    work.then(
      (found) => event.source.postMessage({ found }),
      (error) => event.source.postMessage({ error: `${error.stack} ${error.cause}` }),
    ),
  )
})
