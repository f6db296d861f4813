/** What is asked of a real Strapi 5, in each of its modes. Every person of a test is new to the server. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Caller, codeOf, door, told } from './caller.mjs'

const password = 'correct horse battery'
let people = 0
const person = () => {
  people += 1
  return { username: `ann${people}`, email: `ann${people}@example.com` }
}
const codeIn = (mail, name) => new RegExp(`${name}=([0-9a-f]+)`).exec(mail.text)[1]

/** The last mail to an address. */
export const mailTo = (server, email) => server.mails().findLast(({ to }) => to === email)

/** Tests of one server. `mode` is legacy, body or cookie; `keep` gets every exchange. */
export async function strapiTests(runner, server, mode, { update = false, keep } = {}) {
  const backend = { kind: 'strapi', url: server.url }
  const device = () => new Caller(backend, { keep })
  const test = (name, work) => runner.test(`Strapi ${mode}: ${name}`, work)
  const signIn = async (caller, { email }, secret = password) => {
    const outcome = await caller.act({ type: 'signIn', email, password: secret })
    expect(told(outcome)).to.equal('session')
    return outcome.session
  }
  const registered = async () => {
    const who = person()
    expect(told(await device().act({ type: 'signUp', ...who, password }))).to.equal('session')
    return who
  }

  await test('it answers that it is there', async () => {
    expect(told(await device().act({ type: 'health' }))).to.equal('health')
  })

  await test('an account is made and the mode is found out', async () => {
    const ann = device()
    const who = person()
    const { session } = await ann.act({ type: 'signUp', ...who, password })
    expect(session.user).to.include({ ...who, emailConfirmed: true, anonymous: false })
    expect(session.proof.userId).to.equal(session.user.id)
    // Registering shows the refresh token even where a cookie will hold the next one.
    expect(session.proof.mode).to.equal(mode === 'legacy' ? 'legacy' : 'body')
    const life = mode === 'legacy' ? 30 * 86_400_000 : 600_000
    expect(session.expiresAt - session.issuedAt).to.equal(life)
    expect(Math.abs(session.issuedAt - Date.now())).to.be.below(30_000)
    const again = await signIn(device(), who)
    expect(again.proof.mode).to.equal(mode)
    expect(again.canRefresh).to.equal(mode !== 'legacy')
  })

  await test('an account that is there already, or a bad one, is refused', async () => {
    const who = await registered()
    expect(told(await device().act({ type: 'signUp', ...who, password }))).to.equal('refused user_exists')
    const bad = await device().act({ type: 'signUp', ...person(), email: 'no address', password })
    expect(told(bad)).to.equal('refused invalid_input')
    expect(bad.why.fields).to.deep.equal(['email'])
    const short = await device().act({ type: 'signUp', ...person(), password: 'abc' })
    expect(told(short)).to.equal('refused weak_password')
  })

  await test('name or address sign in, a wrong password does not', async () => {
    const { username, email } = await registered()
    expect(told(await device().act({ type: 'signIn', username, password }))).to.equal('session')
    for (const wrong of [
      { email, password: `${password}!` },
      { email: 'nobody@example.com', password },
    ]) {
      const outcome = await device().act({ type: 'signIn', ...wrong })
      expect(told(outcome)).to.equal('refused invalid_credentials')
      expect(outcome.why.status).to.equal(400)
    }
  })

  await test('the user is read, and changed only where the role may', async () => {
    const ann = device()
    const who = await registered()
    await signIn(ann, who)
    const { user } = await ann.act({ type: 'getUser' })
    expect(user).to.include(who)
    const changed = await ann.act({ type: 'updateUser', username: `${who.username}b` })
    if (update) expect(changed.user).to.include({ username: `${who.username}b`, id: user.id })
    else expect(told(changed)).to.equal('refused not_supported')
  })

  await test('hostile and foreign tokens make no session', async () => {
    const ann = device()
    await signIn(ann, await registered())
    const { proof } = ann
    const [head, claims] = proof.access.split('.')
    for (const access of ['x', 'a.b.c', `${head}.${claims}.AAAA`, `${proof.access}x`]) {
      const outcome = await ann.act({ type: 'getUser' }, { ...proof, access })
      expect(told(outcome)).to.equal('refused session_expired')
    }
    if (mode === 'body') {
      const swapped = { ...proof, access: proof.refresh }
      expect(told(await ann.act({ type: 'getUser' }, swapped))).to.equal('refused session_expired')
      for (const refresh of ['x', 'a.b.c', proof.access]) {
        const outcome = await ann.act({ type: 'refresh' }, { ...proof, refresh })
        expect(told(outcome)).to.equal('refused session_expired')
      }
    }
    const foreign = { type: 'oauthFinish', provider: 'github', accessToken: 'gho_somebody_elses' }
    expect((await device().act(foreign)).kind).to.equal('refused')
    // What was refused has changed nothing.
    expect(told(await ann.act({ type: 'getUser' }, proof))).to.equal('user')
  })

  await test('a password is changed by who knows the old one', async () => {
    const ann = device()
    const who = await registered()
    await signIn(ann, who)
    const wrong = { type: 'changePassword', currentPassword: 'something else', password: 'a new password' }
    expect(told(await ann.act(wrong))).to.equal('refused invalid_credentials')
    const same = { type: 'changePassword', currentPassword: password, password }
    expect(told(await ann.act(same))).to.equal('refused weak_password')
    const before = ann.proof
    const changed = await ann.act({ ...wrong, currentPassword: password })
    expect(told(changed)).to.equal('session')
    expect(changed.session.proof.userId).to.equal(before.userId)
    expect(told(await device().act({ type: 'signIn', email: who.email, password }))).to.equal(
      'refused invalid_credentials',
    )
    await signIn(device(), who, 'a new password')
  })

  await test('a forgotten password is reset by the code in the mail, once', async () => {
    const who = await registered()
    const ann = device()
    expect(told(await ann.act({ type: 'requestReset', email: who.email }))).to.equal('pending reset_sent')
    const nobody = await ann.act({ type: 'requestReset', email: 'nobody@example.com' })
    expect(told(nobody)).to.equal('pending reset_sent')
    const code = codeIn(mailTo(server, who.email), 'code')
    const reset = { type: 'resetPassword', code, password: 'another password' }
    expect(told(await ann.act({ ...reset, code: 'abcdef' }))).to.equal('refused otp_invalid')
    const came = await ann.act(reset)
    expect(told(came)).to.equal('session')
    expect(came.session.user.email).to.equal(who.email)
    expect(told(await ann.act(reset))).to.equal('refused otp_invalid')
    await signIn(device(), who, 'another password')
  })

  await test('what Strapi has no route for is not asked', async () => {
    for (const type of ['signInAnonymous', 'mfaEnroll', 'reauthenticate', 'createJwt']) {
      expect(codeOf(() => door.request(backend, { type }))).to.equal('not_supported')
    }
  })

  if (mode === 'legacy') await legacyTests(test, { device, registered, signIn, backend })
  else await sessionTests(test, { device, registered, signIn, mode })
}

async function legacyTests(test, { device, registered, signIn, backend }) {
  await test('nothing is refreshed, listed or revoked', async () => {
    const ann = device()
    await signIn(ann, await registered())
    for (const type of ['refresh', 'listSessions', 'signOut']) {
      expect(codeOf(() => door.request(backend, { type }, ann.proof))).to.equal('not_supported')
    }
    // A mode that was believed wrongly: the routes are not there, and the answer says so.
    const wrong = { ...ann.proof, mode: 'body', refresh: 'a.b.c' }
    expect(told(await ann.act({ type: 'refresh' }, wrong))).to.equal('refused not_supported')
    expect(told(await ann.act({ type: 'listSessions' }, wrong))).to.equal('refused not_supported')
    expect(told(await ann.act({ type: 'signOut' }, wrong))).to.equal('done')
  })
}

async function sessionTests(test, { device, registered, signIn, mode }) {
  await test('a refresh rotates; the old token is refused, and the new one is none the worse for it', async () => {
    const ann = device()
    const first = await signIn(ann, await registered())
    const kept = new Map(ann.jar)
    const { session } = await ann.act({ type: 'refresh' })
    expect(session.proof).to.include({ mode, userId: first.proof.userId })
    expect(session.canRefresh).to.equal(true)
    expect(session.user).to.equal(undefined)
    if (mode === 'body') expect(session.proof.refresh).not.to.equal(first.proof.refresh)
    else expect([...ann.jar]).not.to.deep.equal([...kept])
    const next = new Map(ann.jar)
    // As if the answer had been lost. The server's code means to give the same child again, and never comes there.
    ann.jar = kept
    expect(told(await ann.act({ type: 'refresh' }, first.proof))).to.equal('refused session_expired')
    ann.jar = next
    expect(told(await ann.act({ type: 'refresh' }, session.proof))).to.equal('session')
    expect(told(await ann.act({ type: 'getUser' }))).to.equal('user')
  })

  await test('sessions are listed and one of them is ended', async () => {
    const who = await registered()
    const [here, there] = [device(), device()]
    await signIn(here, who)
    await signIn(there, who)
    const listed = await here.act({ type: 'listSessions' })
    expect(told(listed)).to.equal('sessions')
    const ids = listed.sessions.map(({ id }) => id)
    // The one of registering is the third.
    expect(ids).to.have.length(3)
    expect(ids).to.include.members([here.proof.sessionId, there.proof.sessionId])
    const current = listed.sessions.filter((one) => one.current).map(({ id }) => id)
    expect(current).to.deep.equal([here.proof.sessionId])
    expect(told(await here.act({ type: 'revokeSession', sessionId: there.proof.sessionId }))).to.equal('done')
    expect(told(await there.act({ type: 'refresh' }))).to.equal('refused session_expired')
    expect(told(await here.act({ type: 'refresh' }))).to.equal('session')
  })

  await test('a sign-out ends this session, a global one all of them', async () => {
    const who = await registered()
    const callers = [device(), device(), device()]
    for (const caller of callers) await signIn(caller, who)
    const [first, second, third] = callers
    const jar = new Map(first.jar)
    expect(told(await first.act({ type: 'signOut', scope: 'local' }))).to.equal('done')
    // With what was kept back of it.
    first.jar = jar
    expect(told(await first.act({ type: 'refresh' }))).to.equal('refused session_expired')
    expect(told(await second.act({ type: 'refresh' }))).to.equal('session')
    expect(told(await second.act({ type: 'signOut', scope: 'global' }))).to.equal('done')
    expect(told(await third.act({ type: 'refresh' }))).to.equal('refused session_expired')
    expect(
      codeOf(() => door.request(first.backend, { type: 'signOut', scope: 'others' }, third.proof)),
    ).to.equal('not_supported')
  })

  if (mode !== 'cookie') return

  await test('without its cookie nothing is refreshed', async () => {
    const ann = device()
    await signIn(ann, await registered())
    expect([...ann.jar.keys()]).to.include('strapi_up_refresh')
    expect(ann.proof.refresh).to.be.oneOf([undefined, ''])
    ann.jar.clear()
    expect(told(await ann.act({ type: 'refresh' }))).to.equal('refused session_missing')
  })

  await test('a backend whose cookies are not kept says that it cannot refresh', async () => {
    const { email } = await registered()
    const ann = new Caller({ ...device().backend, cookies: false })
    const { session } = await ann.act({ type: 'signIn', email, password })
    expect(session).to.include({ canRefresh: false })
    expect(ann.jar.size).to.equal(0)
  })
}

/** Of a server with Strapi's own limit, mails to be opened, and tokens of two seconds. */
export async function strictStrapiTests(runner, server, { keep } = {}) {
  const backend = { kind: 'strapi', url: server.url }
  const device = (sameOrigin = true) => new Caller(backend, { keep, sameOrigin })
  const test = (name, work) => runner.test(`Strapi strict: ${name}`, work)
  const who = person()

  await test('a new account opens its mail first', async () => {
    const ann = device()
    const made = await ann.act({ type: 'signUp', ...who, password })
    expect(told(made)).to.equal('pending confirmation')
    expect(made.pending.user).to.include({ ...who, emailConfirmed: false })
    const early = await ann.act({ type: 'signIn', email: who.email, password })
    expect(told(early)).to.equal('refused email_not_confirmed')
    expect(told(await ann.act({ type: 'resend', kind: 'signup', email: who.email }))).to.equal(
      'pending confirmation',
    )
    const token = codeIn(mailTo(server, who.email), 'confirmation')
    const request = door.request(backend, { type: 'verify', kind: 'email', token })
    expect(request.navigate).to.equal(true)
    const wrong = await ann.fetch({ ...request, url: request.url.replace(token, 'abcdef') })
    expect(wrong.status).to.equal(400)
    const opened = await ann.fetch(request)
    expect(opened.status).to.equal(302)
    expect(new Headers(opened.headers).get('location')).to.match(/^http:\/\/localhost:3000\/confirmed/)
    expect(told(await ann.act({ type: 'signIn', email: who.email, password }))).to.equal('session')
    const again = await ann.act({ type: 'resend', kind: 'signup', email: who.email })
    expect(told(again)).to.equal('refused invalid_input')
  })

  await test('a token that has ended is refused, and refreshed', async () => {
    const ann = device()
    await ann.act({ type: 'signIn', email: who.email, password })
    expect(ann.session.expiresAt - ann.session.issuedAt).to.equal(2_000)
    await sleep(3_100)
    expect(told(await ann.act({ type: 'getUser' }))).to.equal('refused session_expired')
    expect(told(await ann.act({ type: 'refresh' }))).to.equal('session')
    expect(told(await ann.act({ type: 'getUser' }))).to.equal('user')
  })

  await test('the machine goes a whole life with it', async () => {
    const ann = device()
    let state
    const step = (event) => {
      const next = door.step(state, { tab: 'a', now: Date.now(), ...event })
      state = JSON.parse(JSON.stringify(next.state))
      return next
    }
    step({ type: 'signInStarted' })
    const sent = Date.now()
    const { session } = await ann.act({ type: 'signIn', email: who.email, password })
    expect(step({ type: 'received', sent, session }).view).to.include({ state: 'signed-in' })
    await sleep(2_100)
    const begun = Date.now()
    const refresh = step({ type: 'needed' }).effects.find(({ type }) => type === 'refresh')
    expect(refresh, 'a refresh is due').to.not.equal(undefined)
    const fresh = await ann.act({ type: 'refresh' })
    const after = step({ type: 'refreshed', id: refresh.id, sent: begun, session: fresh.session })
    // Strapi's refresh names nobody; the machine still knows who it is.
    expect(after.view.user).to.include(who)
    const out = step({ type: 'signOut', text: 'local' })
    expect(out.view.state).to.equal('anonymous')
    // A token of two seconds is too short for signing out: it is renewed for that.
    const renew = out.effects.find(({ type }) => type === 'refreshRevocation')
    const renewed = await ann.act({ type: 'refresh' }, renew.proof)
    expect(told(renewed)).to.equal('session')
    const { session: last } = renewed
    const revoke = step({ type: 'revocationRefreshed', id: renew.id, session: last }).effects.find(
      ({ type }) => type === 'revoke',
    )
    expect(told(await ann.act({ type: 'signOut', scope: revoke.text }, revoke.proof))).to.equal('done')
    expect(step({ type: 'revoked', id: revoke.id }).view.pendingSignOuts ?? 0).to.equal(0)
    expect(told(await ann.act({ type: 'refresh' }, last.proof))).to.equal('refused session_expired')
  })

  for (const sameOrigin of [true, false]) {
    const seen = sameOrigin ? 'says when' : 'may be read by no other origin, and the machine waits by itself'
    await test(`the limit comes after ten a minute and ${seen}`, async () => {
      const mallory = device(sameOrigin)
      // The limit counts an address and a name; each of the two tests has its own.
      const wrong = { type: 'signIn', username: `mallory-${sameOrigin}`, password: 'a guess' }
      const sent = Date.now()
      let outcome
      for (let i = 0; i < 12; i += 1) {
        outcome = await mallory.act(wrong)
        if (told(outcome) === 'refused rate_limited') break
        expect(told(outcome)).to.equal('refused invalid_credentials')
      }
      expect(told(outcome)).to.equal('refused rate_limited')
      const wait = (outcome.why.retryAt ?? 0) - sent
      if (sameOrigin) expect(wait).to.be.within(1_000, 62_000)
      else expect(outcome.why.retryAt).to.equal(undefined)
      const { why } = outcome
      const now = Date.now()
      const asked = { type: 'asked', action: 'signIn', text: wrong.username }
      const answered = door.step(undefined, { ...asked, type: 'answered', now, why })
      const held = door.step(answered.state, { ...asked, now: now + 10 })
      const no = held.effects.find(({ type }) => type === 'refused' || type === 'wait')
      expect(no, JSON.stringify(held.effects)).to.not.equal(undefined)
      const retryAt = held.view.retryAt ?? answered.view.retryAt
      expect(retryAt).to.be.above(now)
      if (sameOrigin) expect(retryAt).to.equal(why.retryAt)
    })
  }
}
