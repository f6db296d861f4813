/** What is asked of a real GoTrue, for each kind of key and of refresh token. Every person of a test is new to it. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { Caller, door, told } from './caller.mjs'
import { totp } from './totp.mjs'

const password = 'correct horse battery'
const redirectTo = 'http://localhost:3000/cb'
const newEmail = () => `ann-${randomBytes(6).toString('hex')}@example.com`

/** `keys` and `refresh` as the server was started; `keep` gets every exchange. */
export async function gotrueTests(runner, server, { keys, refresh, keep }) {
  const backend = { kind: 'gotrue', url: server.url }
  const device = () => new Caller(backend, { keep })
  const test = (name, work) => runner.test(`GoTrue ${keys} v${refresh}: ${name}`, work)
  const registered = async () => {
    const email = newEmail()
    const ann = device()
    expect(told(await ann.act({ type: 'signUp', email, password, data: { username: 'ann' } }))).to.equal(
      'session',
    )
    return { ann, email }
  }
  /** What the mail of this kind would say. */
  const linkFor = async (type, email, more = {}) => {
    const { status, body } = await server.admin('/admin/generate_link', {
      type,
      email,
      redirect_to: redirectTo,
      ...more,
    })
    expect(status, JSON.stringify(body)).to.equal(200)
    return body
  }

  await test('it answers that it is there, with its version', async () => {
    expect(await device().act({ type: 'health' })).to.have.property('version')
  })

  await test('an account is made, signed in, refused and read', async () => {
    const { ann, email } = await registered()
    expect(ann.session).to.include({ canRefresh: true, level: 1 })
    expect(ann.session.user).to.include({ email, username: 'ann', emailConfirmed: true, anonymous: false })
    expect(ann.session.expiresAt - ann.session.issuedAt).to.equal(3_600_000)
    expect(ann.proof.refresh.length).to.satisfy((size) => (refresh === 1 ? size === 12 : size > 12))
    const header = JSON.parse(Buffer.from(ann.proof.access.split('.')[0], 'base64url'))
    expect(header.alg).to.equal(keys)
    expect(told(await device().act({ type: 'signUp', email, password }))).to.equal('refused user_exists')
    expect(told(await device().act({ type: 'signUp', email: newEmail(), password: 'a' }))).to.equal(
      'refused weak_password',
    )
    for (const wrong of [
      { email, password: 'wrong' },
      { email: newEmail(), password },
    ]) {
      expect(told(await device().act({ type: 'signIn', ...wrong }))).to.equal('refused invalid_credentials')
    }
    expect(told(await device().act({ type: 'signIn', email, password }))).to.equal('session')
    expect((await ann.act({ type: 'getUser' })).user).to.include({ email, username: 'ann' })
  })

  await test('a refresh rotates; one behind is forgiven, two behind end the session', async () => {
    const { ann } = await registered()
    const first = ann.proof
    expect(told(await ann.act({ type: 'refresh' }))).to.equal('session')
    const second = ann.proof
    expect(second.refresh).not.to.equal(first.refresh)
    expect(told(await ann.act({ type: 'refresh' }, first))).to.equal('session')
    expect(told(await ann.act({ type: 'refresh' }))).to.equal('session')
    expect(told(await ann.act({ type: 'refresh' }))).to.equal('session')
    expect(told(await ann.act({ type: 'refresh' }, first))).to.equal('refused session_expired')
  })

  await test('hostile tokens make no session', async () => {
    const { ann } = await registered()
    const { proof } = ann
    for (const access of ['x', 'a.b.c', `${proof.access}x`]) {
      expect(told(await ann.act({ type: 'getUser' }, { ...proof, access }))).to.equal(
        'refused session_expired',
      )
    }
    for (const token of ['aaaaaaaaaaaa', 'x', proof.access]) {
      expect((await ann.act({ type: 'refresh' }, { ...proof, refresh: token })).kind).to.equal('refused')
    }
    expect(told(await ann.act({ type: 'getUser' }, proof))).to.equal('user')
  })

  for (const [scope, here, there] of [
    ['local', 'refused session_expired', 'session'],
    ['others', 'session', 'refused session_expired'],
    ['global', 'refused session_expired', 'refused session_expired'],
  ]) {
    await test(`signing out: ${scope}`, async () => {
      const { ann, email } = await registered()
      const other = device()
      await other.act({ type: 'signIn', email, password })
      expect(told(await ann.act({ type: 'signOut', scope }))).to.equal('done')
      expect(told(await ann.act({ type: 'refresh' }))).to.equal(here)
      expect(told(await other.act({ type: 'refresh' }))).to.equal(there)
      expect(told(await ann.act({ type: 'signOut', scope }))).to.equal('done')
    })
  }

  await test('the user and the password are changed', async () => {
    const { ann, email } = await registered()
    const { user } = await ann.act({ type: 'updateUser', data: { full_name: 'Ann B' } })
    expect(user.name).to.equal('Ann B')
    expect(told(await ann.act({ type: 'changePassword', password }))).to.equal('refused weak_password')
    expect(told(await ann.act({ type: 'changePassword', password: 'a new password' }))).to.equal('user')
    expect(told(await device().act({ type: 'signIn', email, password: 'a new password' }))).to.equal(
      'session',
    )
  })

  await test('a forgotten password is reset through the link, once', async () => {
    const { email } = await registered()
    expect(told(await device().act({ type: 'requestReset', email: newEmail() }))).to.equal(
      'pending reset_sent',
    )
    const link = await linkFor('recovery', email)
    const ann = device()
    const verify = { type: 'verify', kind: 'recovery', tokenHash: link.hashed_token }
    expect(told(await ann.act({ ...verify, tokenHash: 'wrong' }))).to.equal('refused otp_invalid')
    expect(told(await ann.act(verify))).to.equal('session')
    expect(told(await device().act(verify))).to.equal('refused otp_invalid')
    expect(told(await ann.act({ type: 'resetPassword', password: 'another password' }))).to.equal('user')
    expect(told(await device().act({ type: 'signIn', email, password: 'another password' }))).to.equal(
      'session',
    )
  })

  await test('a code and a link sign in', async () => {
    const { email } = await registered()
    const { email_otp: token } = await linkFor('magiclink', email)
    const verify = { type: 'verify', kind: 'magiclink', email, token }
    expect(told(await device().act({ ...verify, token: '000000' }))).to.equal('refused otp_invalid')
    expect(told(await device().act(verify))).to.equal('session')
    const { hashed_token: tokenHash } = await linkFor('magiclink', email)
    expect(told(await device().act({ type: 'verify', kind: 'magiclink', tokenHash }))).to.equal('session')
    expect(told(await device().act({ type: 'sendOtp', email: newEmail(), createUser: false }))).to.equal(
      'refused provider_disabled',
    )
  })

  await test('a code of PKCE that nobody was given, or without its verifier, is refused', async () => {
    const finish = {
      type: 'oauthFinish',
      code: '5f0ee3cb-1f4f-4d3c-8f0a-5d3f0f6f2f11',
      codeVerifier: 'v'.repeat(43),
    }
    expect(told(await device().act(finish))).to.equal('refused pkce_mismatch')
    const { url, navigate } = door.request(backend, {
      type: 'oauthStart',
      provider: 'github',
      redirectTo,
      codeChallenge: 'c'.repeat(43),
    })
    expect(navigate).to.equal(true)
    expect(url).to.match(/code_challenge_method=s256$/)
  })

  await test('somebody anonymous becomes somebody', async () => {
    const ann = device()
    const { session } = await ann.act({ type: 'signInAnonymous' })
    expect(session.user.anonymous).to.equal(true)
    const email = newEmail()
    expect(told(await ann.act({ type: 'upgradeAnonymous', email, password }))).to.equal('user')
    const after = await device().act({ type: 'signIn', email, password })
    expect(after.session.user).to.include({ id: session.user.id, anonymous: false })
  })

  await test('an ID token of a provider that is switched off is refused', async () => {
    const outcome = await device().act({ type: 'signInIdToken', provider: 'google', idToken: 'a.b.c' })
    expect(outcome.kind).to.equal('refused')
  })

  await test('a second factor is enrolled, asked for, answered and removed', async () => {
    const { ann, email } = await registered()
    const { pending } = await ann.act({ type: 'mfaEnroll', friendlyName: 'phone' })
    const { factorId, secret } = pending
    const challenge = async (caller) =>
      (await caller.act({ type: 'mfaChallenge', factorId })).pending.challengeId
    const wrong = { type: 'mfaVerify', factorId, challengeId: await challenge(ann), code: '000000' }
    expect(told(await ann.act(wrong))).to.equal('refused mfa_invalid')
    const right = { ...wrong, type: 'mfaConfirm', challengeId: await challenge(ann), code: totp(secret) }
    expect((await ann.act(right)).session.level).to.equal(2)
    const there = device()
    const { session } = await there.act({ type: 'signIn', email, password })
    expect(session).to.include({ needsFactor: true, level: 1 })
    expect(told(await there.act({ type: 'mfaRemove', factorId }))).to.equal('refused mfa_required')
    expect(told(await ann.act({ type: 'mfaRemove', factorId }))).to.equal('done')
  })
}

/** Of a server that counts requests by address. */
export async function limitedGotrueTests(runner, server, { keep }) {
  const backend = { kind: 'gotrue', url: server.url }
  await runner.test(
    'GoTrue limits: a storm of sign-ins is answered by 429, and the machine waits by itself',
    async () => {
      const mallory = new Caller(backend, { headers: { 'X-Forwarded-For': '192.0.2.1' }, keep })
      let outcome
      for (let i = 0; i < 60; i += 1) {
        outcome = await mallory.act({ type: 'signIn', email: 'ann@example.com', password: 'a guess' })
        if (told(outcome) !== 'refused invalid_credentials') break
      }
      expect(told(outcome)).to.equal('refused rate_limited')
      const now = Date.now()
      const about = { action: 'signIn', text: 'ann@example.com' }
      const { state } = door.step(undefined, { type: 'answered', now, why: outcome.why, ...about })
      expect(door.view(state, now).retryAt).to.be.above(now)
      const other = new Caller(backend, { headers: { 'X-Forwarded-For': '192.0.2.2' }, keep })
      const free = await other.act({ type: 'signIn', email: 'ann@example.com', password: 'a guess' })
      expect(told(free)).to.equal('refused invalid_credentials')
    },
  )
}
