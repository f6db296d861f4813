/**
 * node tests/servers/appwrite.mjs [part of a test's name]: the core, and the official SDK beside it, against a double
 * of Appwrite (a real one needs Docker). Last line: "N passed, N failed".
 */
import { Account, Client } from 'appwrite'
import { expect } from 'chai'
import { AppwriteDouble } from './appwrite_double.mjs'
import { Caller, door, told } from './caller.mjs'
import { Runner } from './runner.mjs'
import { totp } from './totp.mjs'

const password = 'correct horse battery'
const runner = new Runner(process.argv[2])
const double = await new AppwriteDouble().start()
const backend = { kind: 'appwrite', url: double.url, project: 'shop', cookies: false }
const test = (name, work) => runner.test(`Appwrite double: ${name}`, work)
let people = 0
const device = () => new Caller(backend)

async function registered() {
  people += 1
  const email = `ann${people}@example.com`
  // An hour goes by between two people: what is counted here is each person's own.
  double.hits.clear()
  expect(told(await device().act({ type: 'signUp', email, password, name: 'Ann' }))).to.equal(
    'pending sign_in',
  )
  return email
}
async function signedIn() {
  const email = await registered()
  const ann = device()
  expect(told(await ann.act({ type: 'signIn', email, password }))).to.equal('session')
  return { ann, email }
}

await test('it answers that it is there', async () => {
  expect(told(await device().act({ type: 'health' }))).to.equal('health')
})

await test('an account is made, signed in and out', async () => {
  const email = await registered()
  const again = await device().act({ type: 'signUp', email, password })
  expect(told(again)).to.equal('refused user_exists')
  const ann = device()
  const wrong = await ann.act({ type: 'signIn', email, password: 'something else' })
  expect(told(wrong)).to.equal('refused invalid_credentials')
  const { session } = await ann.act({ type: 'signIn', email, password })
  expect(session).to.include({ canRefresh: true, level: 1 })
  expect(JSON.parse(session.proof.secret)).to.have.property('a_session_shop')
  expect(told(await ann.act({ type: 'signIn', email, password }))).to.equal('refused session_exists')
  expect((await ann.act({ type: 'getUser' })).user).to.include({ email, name: 'Ann' })
  const longer = await ann.act({ type: 'refresh' })
  expect(longer.session.proof).to.include({ secret: session.proof.secret, userId: session.proof.userId })
  expect(told(await ann.act({ type: 'signOut' }))).to.equal('done')
  expect(told(await ann.act({ type: 'getUser' }))).to.equal('refused session_missing')
})

await test('a code, a link and a provider sign in by the same token route', async () => {
  const email = await registered()
  for (const type of ['sendOtp', 'sendMagicLink']) {
    const ann = device()
    const sent = await ann.act({
      type,
      email,
      ...(type === 'sendMagicLink' ? { redirectTo: 'http://localhost:3000/' } : {}),
    })
    expect(told(sent)).to.equal(type === 'sendOtp' ? 'pending otp_sent' : 'pending link_sent')
    const { userId, secret } = double.mails.at(-1)
    expect(sent.pending.userId).to.equal(userId)
    const verify = { type: 'verify', kind: 'magiclink', userId, secret }
    expect(told(await ann.act({ ...verify, secret: 'guess' }))).to.equal('refused otp_invalid')
    expect(told(await ann.act(verify))).to.equal('session')
    expect(told(await device().act(verify))).to.equal('refused otp_invalid')
  }
  const { url, navigate } = door.request(backend, {
    type: 'oauthStart',
    provider: 'github',
    redirectTo: 'http://localhost:3000/cb',
  })
  expect(navigate).to.equal(true)
  expect(url).to.contain('/account/tokens/oauth2/github?project=shop')
})

await test('somebody anonymous becomes somebody', async () => {
  const ann = device()
  const { session } = await ann.act({ type: 'signInAnonymous' })
  expect((await ann.act({ type: 'getUser' })).user.anonymous).to.equal(true)
  const email = 'upgraded@example.com'
  const { user } = await ann.act({ type: 'upgradeAnonymous', email, password })
  expect(user).to.include({ id: session.proof.userId, email, anonymous: false })
  expect(told(await device().act({ type: 'signIn', email, password }))).to.equal('session')
})

await test('the user is changed, one thing at a time', async () => {
  const { ann } = await signedIn()
  expect((await ann.act({ type: 'updateUser', name: 'Bo' })).user.name).to.equal('Bo')
  const { user } = await ann.act({ type: 'updateUser', data: { theme: 'dark' } })
  expect(JSON.parse(user.raw).prefs).to.deep.equal({ theme: 'dark' })
  const phone = { type: 'updateUser', phone: '+4915112345678', password }
  expect((await ann.act(phone)).user.phone).to.equal(phone.phone)
  expect(told(await ann.act({ ...phone, password: 'something else' }))).to.equal(
    'refused invalid_credentials',
  )
})

await test('passwords are changed and reset', async () => {
  const { ann, email } = await signedIn()
  const change = { type: 'changePassword', password: 'a new password', currentPassword: 'wrong one' }
  expect(told(await ann.act(change))).to.equal('refused invalid_credentials')
  expect(told(await ann.act({ ...change, currentPassword: password }))).to.equal('user')
  const reset = { type: 'requestReset', email, redirectTo: 'http://localhost:3000/reset' }
  expect(told(await device().act({ ...reset, email: 'nobody@example.com' }))).to.equal(
    'refused user_not_found',
  )
  expect(told(await device().act(reset))).to.equal('pending reset_sent')
  const { userId, secret } = double.mails.at(-1)
  const put = { type: 'resetPassword', userId, secret, password: 'yet another one' }
  expect(told(await device().act(put))).to.equal('done')
  expect(told(await device().act(put))).to.equal('refused otp_invalid')
  expect(told(await device().act({ type: 'signIn', email, password: put.password }))).to.equal('session')
})

await test('an address is confirmed', async () => {
  const { ann } = await signedIn()
  const resend = { type: 'resend', kind: 'signup', redirectTo: 'http://localhost:3000/v' }
  expect(told(await ann.act(resend))).to.equal('pending confirmation')
  const { userId, secret } = double.mails.at(-1)
  expect(told(await ann.act({ type: 'verify', kind: 'email', userId, secret }))).to.equal('done')
  expect((await ann.act({ type: 'getUser' })).user.emailConfirmed).to.equal(true)
})

await test('a second factor is enrolled, asked for, answered and removed', async () => {
  const { ann, email } = await signedIn()
  const { pending } = await ann.act({ type: 'mfaEnroll' })
  expect(told(await ann.act({ type: 'mfaConfirm', code: '000000' }))).to.equal('refused mfa_invalid')
  expect(told(await ann.act({ type: 'mfaConfirm', code: totp(pending.secret) }))).to.equal('user')
  expect(told(await ann.act({ type: 'mfaRequire', required: true }))).to.equal('user')
  const there = device()
  await there.act({ type: 'signIn', email, password })
  expect(told(await there.act({ type: 'getUser' }))).to.equal('refused mfa_required')
  const asked = await there.act({ type: 'mfaChallenge' })
  const { challengeId } = asked.pending
  const answer = { type: 'mfaVerify', challengeId, code: '000000' }
  expect(told(await there.act(answer))).to.equal('refused mfa_invalid')
  const { session } = await there.act({ ...answer, code: totp(pending.secret) })
  expect(session.level).to.equal(2)
  expect(told(await there.act({ type: 'getUser' }))).to.equal('user')
  expect(told(await there.act({ type: 'mfaRemove' }))).to.equal('done')
})

await test('sessions are listed and ended, and a JWT is made', async () => {
  const { ann, email } = await signedIn()
  const there = device()
  await there.act({ type: 'signIn', email, password })
  const { sessions } = await ann.act({ type: 'listSessions' })
  expect(sessions.filter(({ current }) => current).map(({ id }) => id)).to.deep.equal([ann.proof.sessionId])
  const other = sessions.find(({ current }) => !current)
  expect(told(await ann.act({ type: 'revokeSession', sessionId: other.id }))).to.equal('done')
  expect(told(await there.act({ type: 'getUser' }))).to.equal('refused session_missing')
  const made = await ann.act({ type: 'createJwt', duration: 60 })
  expect(told(made)).to.equal('jwt')
  expect(made.expiresAt - Date.now()).to.be.within(50_000, 61_000)
  expect(told(await ann.act({ type: 'signOut', scope: 'global' }))).to.equal('done')
})

for (const sameOrigin of [true, false]) {
  await test(`ten guesses an hour, and ${sameOrigin ? 'when the next may be' : 'no word about when, to other origins'}`, async () => {
    const email = await registered()
    const mallory = new Caller(backend, { sameOrigin })
    let outcome
    for (let i = 0; i < 11; i += 1)
      outcome = await mallory.act({ type: 'signIn', email, password: 'a guess at it' })
    expect(told(outcome)).to.equal('refused rate_limited')
    if (sameOrigin) expect(outcome.why.retryAt - Date.now()).to.be.within(3_500_000, 3_600_000)
    else expect(outcome.why.retryAt).to.equal(undefined)
  })
}

/** What of a request has to be the same. */
function essence({ method, path, headers, body }, to) {
  const shown = headers['x-fallback-cookies']
  const other = path.replace(/\/mfa\/challenges$/, '/mfa/challenge')
  return {
    method,
    path: other,
    body: body === '' || body === '{}' ? {} : JSON.parse(body),
    project: headers['x-appwrite-project'],
    session: shown && shown !== '[]' ? Object.keys(JSON.parse(shown)) : [],
    to,
  }
}

await test('the official SDK (appwrite 28.0.0) and the core send the same requests', async () => {
  const email = `peer${Date.now()}@example.com`
  const start = 'http://localhost:3000/'
  const data = { theme: 'dark' }
  /** One action after another: the SDK's call, and the core's action. */
  const rows = [
    [
      (a) => a.create({ userId: 'unique()', email, password, name: 'Ann' }),
      () => ({ type: 'signUp', email, password, name: 'Ann' }),
    ],
    [(a) => a.createEmailPasswordSession({ email, password }), () => ({ type: 'signIn', email, password })],
    [(a) => a.get(), () => ({ type: 'getUser' })],
    [(a) => a.updateName({ name: 'Bo' }), () => ({ type: 'updateUser', name: 'Bo' })],
    [(a) => a.updatePrefs({ prefs: data }), () => ({ type: 'updateUser', data })],
    [
      (a) => a.updatePhone({ phone: '+4915112345678', password }),
      () => ({ type: 'updateUser', phone: '+4915112345678', password }),
    ],
    [(a) => a.updateEmail({ email, password }), () => ({ type: 'updateUser', email, password })],
    [(a) => a.updateSession({ sessionId: 'current' }), () => ({ type: 'refresh' })],
    [
      (a) => a.createEmailVerification({ url: start }),
      () => ({ type: 'resend', kind: 'signup', redirectTo: start }),
    ],
    [(a) => a.createJWT(), () => ({ type: 'createJwt' })],
    [(a) => a.createMfaAuthenticator({ type: 'totp' }), () => ({ type: 'mfaEnroll' })],
    [(a) => a.createMfaChallenge({ factor: 'totp' }), () => ({ type: 'mfaChallenge', factor: 'totp' })],
    [(a) => a.updateMFA({ mfa: false }), () => ({ type: 'mfaRequire', required: false })],
    [(a) => a.deleteMfaAuthenticator({ type: 'totp' }), () => ({ type: 'mfaRemove' })],
    [
      (a) => a.updatePassword({ password, oldPassword: password }),
      () => ({ type: 'changePassword', password, currentPassword: password }),
    ],
    [(a) => a.listSessions(), () => ({ type: 'listSessions' })],
    [(a) => a.deleteSessions(), () => ({ type: 'signOut', scope: 'global' })],
    [
      (a) => a.createRecovery({ email, url: start }),
      () => ({ type: 'requestReset', email, redirectTo: start }),
    ],
    [
      (a) => a.createEmailToken({ userId: 'peer', email }),
      () => ({ type: 'sendOtp', userId: 'peer', email }),
    ],
    [
      (a) => a.createPhoneToken({ userId: 'peer', phone: '+4915112345678' }),
      () => ({ type: 'sendOtp', userId: 'peer', phone: '+4915112345678' }),
    ],
    [
      (a) => a.createMagicURLToken({ userId: 'peer', email, url: start }),
      () => ({ type: 'sendMagicLink', userId: 'peer', email, redirectTo: start }),
    ],
    [(a) => a.createAnonymousSession(), () => ({ type: 'signInAnonymous' })],
  ]
  const kept = new Map()
  // Where the SDK keeps its session in a browser: in plain text.
  const localStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
  }
  globalThis.window = { localStorage, console: { warn() {} } }
  const account = new Account(new Client().setEndpoint(double.url).setProject('shop'))
  const differences = []
  // Compared above, or told below.
  const expected =
    /^(accept$|x-sdk|x-appwrite-(response-format|project)|x-fallback|content-type|content-length|user-agent)/
  const run = async (act) => {
    double.requests.length = 0
    double.hits.clear()
    await act()
    return [...double.requests]
  }
  const theirs = []
  for (const [call] of rows) {
    theirs.push(
      await run(() =>
        call(account).catch((cause) => {
          throw new Error(`the SDK: ${cause.message}`, { cause })
        }),
      ),
    )
  }
  delete globalThis.window
  double.users = []
  double.live = []
  const ann = device()
  for (const [i, [, action]] of rows.entries()) {
    const ours = await run(async () => {
      // Signing out takes the session away from the SDK; the core's caller is told so by hand.
      if (action().type === 'requestReset') ann.proof = undefined
      expect((await ann.act(action())).kind).to.not.equal('refused')
    })
    const { type } = action()
    expect(ours.map((one) => essence(one, type))).to.deep.equal(theirs[i].map((one) => essence(one, type)))
    const [one] = ours
    const [other] = theirs[i]
    if (one.path !== other.path) {
      differences.push(`${type}: ours ${one.path}, theirs ${other.path} (the server takes both)`)
    }
    for (const name of new Set([...Object.keys(one.headers), ...Object.keys(other.headers)])) {
      if (expected.test(name) || one.headers[name] === other.headers[name]) continue
      differences.push(`${type}: header ${name}: ours ${one.headers[name]}, theirs ${other.headers[name]}`)
    }
    expect(one.headers).to.not.have.property('x-sdk-name')
    expect(other.headers).to.have.property('x-sdk-name')
  }
  for (const line of differences) console.log(`    differs: ${line}`)
  console.log(
    '    differs: the SDK tells its name in x-sdk-* headers, asks for a newer response format and for JSON in',
  )
  console.log('    an accept header, and sends the body {} where there is nothing to say')
  expect(differences.filter((line) => line.includes('header'))).to.deep.equal([])
})

await double.stop()
runner.close()
