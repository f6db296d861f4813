/**
 * What every consumer does with the package. Nothing of it happens before a function is called. The test drives these
 * from outside, as a person would drive a page; `given.js` has what the run made up: a secret, a token and its keys.
 */
import { createLocker } from '@kbve/locker'
import { createAuth, gotrue } from '@kbve/locker/auth'
import { lockerCookies } from '@kbve/locker/cookies'
import { lockerStores } from '@kbve/locker/nanostores'
import { createUptime } from '@kbve/locker/uptime'
import { profile, tokens } from './core_job.js'
import { planted } from './given.js'

async function cookies(locker, options) {
  const jar = lockerCookies(locker, { session: { sealed: true }, plain: {} }, options)
  await jar.ready
  const before = jar.get('session') ?? ''
  jar.set('session', planted)
  jar.set('plain', 'plain')
  await jar.flush()
  return { before, after: jar.get('session'), plain: jar.get('plain') }
}

async function account(locker, options) {
  const url = 'http://127.0.0.1:9'
  const auth = createAuth({ locker, backend: gotrue({ url, apiKey: 'key' }), ...options })
  const uptime = createUptime({ services: [{ name: 'none', url }], ...options })
  await uptime.ready
  const { state } = await auth.ready
  return { state, capabilities: Object.keys(await auth.capabilities()).length > 0 }
}

/** A passphrase needs kdf.wasm, and a worker where one can be had. */
async function passphrase(options) {
  const locker = createLocker({ name: 'private', unlock: 'ask', ...options })
  const { state } = await locker.ready
  const secret = { passphrase: 'four words of a test' }
  await (state === 'absent' ? locker.create(secret) : locker.unlock(secret))
  const before = locker.get('email')
  locker.set('email', 'ann@example.com')
  await locker.flush()
  return { state, before }
}

/** All of it over one locker. What is not given comes from the files beside the package. */
export function jobs({ wasm, joseWasm, authWasm } = {}) {
  const given = (source) => (source ? { wasm: source } : {})
  const locker = createLocker(given(wasm))
  return {
    locker,
    stores: lockerStores(locker),
    profile: () => profile(locker),
    tokens: () => tokens(given(joseWasm)),
    cookies: () => cookies(locker, given(joseWasm)),
    account: () => account(locker, given(authWasm)),
    passphrase: () => passphrase(given(wasm)),
  }
}
