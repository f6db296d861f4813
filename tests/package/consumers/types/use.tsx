/** What people write against the types; it is compiled, never run. */
import { createLocker, type kbveLocker, LockerError, memoryStorage, type ProfileOf } from '@kbve/locker'
import { AuthError, createAuth, gotrue, type SessionView, strapi } from '@kbve/locker/auth'
import { lockerCookies, serverCookies } from '@kbve/locker/cookies'
import { authWasm, joseWasm, wasm } from '@kbve/locker/inline'
import { decodeJwt, joseKeys, loadJose, verifyJwt } from '@kbve/locker/jose'
import { authStores, lockerAtom, lockerStores } from '@kbve/locker/nanostores'
import { LockerProvider, UnlockForm, useField, useLocker, useProfile } from '@kbve/locker/react'
import { createUptime } from '@kbve/locker/uptime'

const schema = { nickname: { type: 'string', maxBytes: 64 }, visits: { type: 'number' } } as const
export const locker = createLocker({ schema, wasm, storage: memoryStorage(), idleLock: 300 })
const nickname: string = locker.get('nickname')
const visits: number = locker.get('visits')
locker.set('theme', 'dark')
// @ts-expect-error a theme is one of three words
locker.set('theme', 'blue')
// @ts-expect-error there is no such field
locker.get('nick')
const profile: kbveLocker = locker.profile

const auth = createAuth({
  locker,
  backend: gotrue({ url: 'https://x.example', apiKey: 'k' }),
  wasm: authWasm,
})
const view: SessionView = auth.session
export const other = createAuth({ locker, backend: strapi({ url: 'https://x.example' }) })

const { $profile, $nickname } = lockerStores(locker)
const $draft = lockerAtom(locker, 'draft', { text: '' })
$profile.setKey('username', 'ann')
export const words: string = $draft.get().text + $nickname.get() + authStores(auth).$session.get().state

const cookies = lockerCookies(locker, { token: { sealed: true } }, { wasm: joseWasm })
cookies.set('token', 'value')
// @ts-expect-error it is not in the table
cookies.set('tokens', 'value')
export const server = serverCookies('token=1', { token: {} }).get('token')

export async function check(token: string): Promise<string | undefined> {
  await loadJose({ wasm: () => fetch('/jose.wasm') })
  try {
    return verifyJwt<{ role: string }>(token, joseKeys({ keys: [] }), { algorithms: ['ES256'] }).claims.role
  } catch (error) {
    if (error instanceof LockerError && error.code === 'jwt_expired') return decodeJwt(token).claims.sub
    if (error instanceof AuthError) return error.message
    throw error
  }
}

export const uptime = createUptime({ services: [{ name: 'api', url: 'https://x.example' }] })

function Name() {
  const { username } = useProfile()
  const own = useLocker<ProfileOf<typeof schema>>()
  const { draft, setDraft, commit } = useField('email')
  return (
    <label title={own.get('nickname')}>
      {username} <input value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={commit} />
    </label>
  )
}

export const App = () => (
  <LockerProvider locker={locker} auth={auth}>
    <UnlockForm className="unlock" />
    <Name />
    {nickname} {visits} {profile.theme} {view.state}
  </LockerProvider>
)
