/**
 * What the official auth-js sends, beside what the core sends. Nothing of it leaves: both talk to a fetch that only
 * writes down what it is given, and answers everything with one and the same session. That is a double, not GoTrue.
 */
import { AuthClient } from '@supabase/auth-js'
import { expect } from 'chai'
import { door } from './caller.mjs'

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = Math.floor(Date.now() / 1000)
const claims = { sub: 'u1', session_id: 's1', aal: 'aal1', role: 'authenticated', iat: now, exp: now + 3600 }
const access = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.AAAA`
const factor = 'f0000000-0000-4000-8000-000000000001'
const user = {
  id: 'u1',
  aud: 'authenticated',
  email: 'ann@example.com',
  app_metadata: {},
  user_metadata: {},
  identities: [{ id: 'u1', provider: 'email' }],
  factors: [{ id: factor, factor_type: 'totp', status: 'verified' }],
  created_at: new Date().toISOString(),
}
const session = {
  access_token: access,
  token_type: 'bearer',
  expires_in: 3600,
  expires_at: now + 3600,
  refresh_token: 'abcdefghijkl',
  user,
}

const email = 'ann@example.com'
const password = 'correct horse battery'
const phone = '+4915112345678'
const back = 'http://localhost:3000/cb?a=1&b=ü'
const data = { nick: 'ann', deep: [1, { x: null }] }
const captchaToken = 'captcha'

/** One row: name, the peer's call, the core's action. All are signed in already. */
const rows = [
  [
    'signUp',
    (a) => a.signUp({ email, password, options: { data, captchaToken, emailRedirectTo: back } }),
    { type: 'signUp', email, password, data, captchaToken, redirectTo: back },
  ],
  [
    'signUp by phone',
    (a) => a.signUp({ phone, password, options: { data, channel: 'whatsapp' } }),
    { type: 'signUp', phone, password, data, channel: 'whatsapp' },
  ],
  [
    'signIn',
    (a) => a.signInWithPassword({ email, password, options: { captchaToken } }),
    { type: 'signIn', email, password, captchaToken },
  ],
  ['anonymous', (a) => a.signInAnonymously({ options: { data } }), { type: 'signInAnonymous', data }],
  [
    'idToken',
    (a) => a.signInWithIdToken({ provider: 'google', token: 'a.b.c', nonce: 'n', access_token: 't' }),
    { type: 'signInIdToken', provider: 'google', idToken: 'a.b.c', nonce: 'n', accessToken: 't' },
  ],
  [
    'otp',
    (a) => a.signInWithOtp({ email, options: { data, shouldCreateUser: false, emailRedirectTo: back } }),
    { type: 'sendOtp', email, data, createUser: false, redirectTo: back },
  ],
  [
    'otp by phone',
    (a) => a.signInWithOtp({ phone, options: { data, channel: 'sms' } }),
    { type: 'sendOtp', phone, data, createUser: true, channel: 'sms' },
  ],
  [
    'verify',
    (a) => a.verifyOtp({ email, token: '123456', type: 'email' }),
    { type: 'verify', kind: 'email', email, token: '123456' },
  ],
  [
    'verify by hash',
    (a) => a.verifyOtp({ token_hash: 'abc', type: 'magiclink' }),
    { type: 'verify', kind: 'magiclink', tokenHash: 'abc' },
  ],
  ['refresh', (a) => a.refreshSession(), { type: 'refresh' }],
  ['getUser', (a) => a.getUser(), { type: 'getUser' }],
  [
    'updateUser',
    (a) => a.updateUser({ email: 'b@example.com', data }, { emailRedirectTo: back }),
    { type: 'updateUser', email: 'b@example.com', data, redirectTo: back },
  ],
  [
    'changePassword',
    (a) => a.updateUser({ password: 'new', nonce: '123456' }),
    { type: 'changePassword', password: 'new', nonce: '123456' },
  ],
  [
    'recover',
    (a) => a.resetPasswordForEmail(email, { redirectTo: back, captchaToken }),
    { type: 'requestReset', email, redirectTo: back, captchaToken },
  ],
  [
    'resend',
    (a) => a.resend({ type: 'signup', email, options: { emailRedirectTo: back } }),
    { type: 'resend', kind: 'signup', email, redirectTo: back },
  ],
  ['reauthenticate', (a) => a.reauthenticate(), { type: 'reauthenticate' }],
  [
    'mfa enroll',
    (a) => a.mfa.enroll({ factorType: 'totp', friendlyName: 'phone', issuer: 'shop' }),
    { type: 'mfaEnroll', friendlyName: 'phone', issuer: 'shop' },
  ],
  ['mfa challenge', (a) => a.mfa.challenge({ factorId: factor }), { type: 'mfaChallenge', factorId: factor }],
  [
    'mfa verify',
    (a) => a.mfa.verify({ factorId: factor, challengeId: 'c1', code: '123456' }),
    { type: 'mfaVerify', factorId: factor, challengeId: 'c1', code: '123456' },
  ],
  ['mfa remove', (a) => a.mfa.unenroll({ factorId: factor }), { type: 'mfaRemove', factorId: factor }],
  ['signOut', (a) => a.signOut({ scope: 'local' }), { type: 'signOut', scope: 'local' }],
  ['signOut everywhere', (a) => a.signOut({ scope: 'global' }), { type: 'signOut', scope: 'global' }],
  ['signOut others', (a) => a.signOut({ scope: 'others' }), { type: 'signOut', scope: 'others' }],
]

/** Members that say nothing: absent ones, empty objects, and nulls, as auth-js sends for what was not given. */
function bare(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const told = Object.entries(value).filter(
    ([name, one]) => name === 'data' || (one !== null && one !== undefined),
  )
  const left = told.map(([name, one]) => [name, name === 'data' ? one : bare(one)])
  return Object.fromEntries(
    left.filter(([, one]) => typeof one !== 'object' || Array.isArray(one) || Object.keys(one).length > 0),
  )
}

function essence({ method, url, headers, body }) {
  const { pathname, searchParams } = new URL(url)
  const named = new Headers(headers)
  return {
    method,
    path: pathname,
    query: Object.fromEntries([...searchParams].sort()),
    body: bare(body ? JSON.parse(body) : {}),
    version: named.get('x-supabase-api-version'),
    apikey: named.get('apikey'),
  }
}

const bearerOf = ({ headers }) => new Headers(headers).get('authorization')

/** Compares row by row; answers the differences that are meant, as sentences. */
export async function comparePeer(runner) {
  const url = 'http://127.0.0.1:9'
  const told = new Set()
  for (const [name, call, action] of rows) {
    await runner.test(`GoTrue double: auth-js 2.119.0 and the core send the same: ${name}`, async () => {
      const seen = []
      const recording = async (address, { method, headers, body }) => {
        seen.push({ method, url: String(address), headers, body })
        return new Response(JSON.stringify({ ...session, id: 'u1' }), { status: 200 })
      }
      const kept = new Map([['peer', JSON.stringify(session)]])
      const storage = {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, value),
        removeItem: (key) => kept.delete(key),
      }
      const options = {
        url,
        storage,
        storageKey: 'peer',
        fetch: recording,
        autoRefreshToken: false,
        persistSession: true,
      }
      const peer = new AuthClient({ ...options, headers: { apikey: 'key', Authorization: 'Bearer key' } })
      await peer.initialize()
      seen.length = 0
      await call(peer)
      const [theirs] = seen
      const proof = { access, refresh: session.refresh_token, userId: 'u1', mode: 'unknown' }
      const request = door.request({ kind: 'gotrue', url, apiKey: 'key' }, action, proof)
      const expected = essence(theirs)
      if (expected.body.factorId !== undefined) {
        delete expected.body.factorId
        told.add('auth-js names the factor of a challenge in the body too; the server reads it from the path')
      }
      expect(essence(request)).to.deep.equal(expected)
      const [ours, other] = [bearerOf(request), bearerOf(theirs)]
      if (ours !== null) expect(ours).to.equal(other)
      else if (other !== null) {
        expect(other).to.equal('Bearer key')
        told.add(
          'auth-js shows the key as a Bearer token too before anybody has signed in; the core shows it as apikey alone',
        )
      }
      if (new Headers(theirs.headers).has('x-client-info'))
        told.add('auth-js tells its name in x-client-info')
      const raw = theirs.body ? JSON.stringify(JSON.parse(theirs.body)) : ''
      if (raw !== JSON.stringify(essence(theirs).body) && raw !== '') {
        told.add(
          'auth-js sends empty gotrue_meta_security and nulls for what was not given; the core leaves them out',
        )
      }
    })
  }
  return [...told]
}
