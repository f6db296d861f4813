/**
 * The two pages of the row `session-restore`: each has somebody's session from an earlier visit in a store as soon as
 * it can, and notes when that was. `seed` signs in first; that is another visit.
 */
import { atom } from 'nanostores'

export const url = 'https://id.example.com/auth/v1'
export const ann = { email: 'ann@example.com', password: 'correct horse' }

const part = (value) =>
  btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')

/** What Supabase Auth answers to a sign-in; the token holds for a day. */
export async function answer() {
  const iat = Math.floor(Date.now() / 1000)
  const id = '00000000-0000-4000-8000-000000000001'
  const claims = {
    sub: id,
    aud: 'authenticated',
    role: 'authenticated',
    iat,
    exp: iat + 86_400,
    session_id: id,
  }
  const user = {
    id,
    aud: 'authenticated',
    role: 'authenticated',
    email: ann.email,
    phone: '',
    user_metadata: { username: 'ann' },
    app_metadata: { provider: 'email', providers: ['email'] },
    identities: [],
    is_anonymous: false,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  }
  const session = {
    access_token: `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${'A'.repeat(43)}`,
    token_type: 'bearer',
    expires_in: 86_400,
    expires_at: iat + 86_400,
    refresh_token: 'abcdef123456',
    user,
  }
  return new Response(JSON.stringify(session), { headers: { 'content-type': 'application/json' } })
}

/** `signIn` signs in; `restored` gives the id of who is signed in. */
export async function visit({ signIn, restored }) {
  const $user = atom()
  if (globalThis.location.search === '?seed') await signIn()
  $user.set(await restored())
  const filled = performance.now()
  if (!$user.value?.endsWith('0001')) throw new Error(`signed in: ${$user.value}`)
  globalThis.kbveFilled = { filled }
}
