/** Every call against a small Appwrite. */
import { expect } from 'chai'
import { AppwriteDouble } from './auth_appwrite_double.ts'
import { becomes, desk, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }

export function suite(t: SuiteContext): void {
  async function page() {
    const time = new Time()
    const server = new AppwriteDouble(time)
    const at = desk(t, server, time)
    return { server, ...at, ...(await at.tab()) }
  }

  t.describe('auth with Appwrite', () => {
    t.test('a session of a year in plain localStorage: it is sealed, and comes back', async () => {
      const { auth, server, locker, tab, where } = await page()
      const step = await auth.signIn(ann)
      expect(step).to.have.nested.property('user.name', 'Ann')
      expect(
        server.requests.map(({ method, url }) => `${method} ${url.slice(server.url.length)}`),
      ).to.deep.equal(['POST /account/sessions/email', 'GET /account'])
      const secret = server.requests[1]?.headers['x-fallback-cookies'] as string
      expect(JSON.parse(secret)).to.have.all.keys('a_session_p1', 'a_session_p1_legacy')
      expect(locker.profile).to.include({ username: 'Ann', email: ann.email })
      await locker.flush()
      if (t.env !== 'node')
        expect(JSON.stringify({ ...localStorage })).not.to.contain(JSON.parse(secret).a_session_p1)
      expect(where.name).to.match(/^test-/)
      auth[Symbol.dispose]()
      locker[Symbol.dispose]()
      const again = await tab()
      expect(again.auth.session).to.include({ state: 'signed-in' })
      await again.auth.getUser()
      expect(server.requests.at(-1)?.headers['x-fallback-cookies']).to.equal(secret)
      await again.auth.signOut()
      await until('the backend was told', () => server.sessions.size === 0)
    })

    t.test(
      'a session that was revoked elsewhere is found ended by the first call, a year before its time',
      async () => {
        const { auth, server, time } = await page()
        await auth.signIn(ann)
        await time.pass(3_600_000)
        expect(await auth.getUser()).to.include({ name: 'Ann' })
        const { length } = server.requests
        server.sessions.clear()
        expect(await code(() => auth.getUser())).to.match(/^session_(missing|expired)$/)
        await becomes(auth, 'expired')
        // Asked, made longer, and no more than that.
        expect(server.requests.slice(length).map(({ method }) => method)).to.deep.equal(['GET', 'PATCH'])
        await auth.signIn(ann)
        expect(auth.session.state).to.equal('signed-in')
      },
    )

    t.test('registering signs in; what is refused is named; a limit is kept', async () => {
      const { auth, server, time } = await page()
      const made = { email: 'new@example.com', password: 'long enough' }
      expect(await auth.register({ ...made, name: 'New' })).to.have.nested.property('user.name', 'New')
      await auth.signOut()
      await until('the backend was told', () => server.sessions.size === 0)
      expect(await code(() => auth.register(made))).to.equal('user_exists')
      expect(await code(() => auth.signIn({ ...made, password: 'no' }))).to.equal('invalid_credentials')
      server.limited = 1
      const limited = await failure(() => auth.signIn(made))
      expect(limited.code).to.equal('rate_limited')
      expect(limited.retryAt).to.be.closeTo(time.wall + 90_000, 1_500)
      const { length } = server.requests
      expect(await code(() => auth.signIn(made))).to.equal('rate_limited')
      expect(server.requests).to.have.length(length)
      expect(await code(() => auth.signInWithIdToken({ provider: 'x', idToken: 'y' }))).to.equal(
        'not_supported',
      )
    })

    t.test('codes and links; anonymous and its upgrade', async () => {
      const { auth } = await page()
      const sent = await auth.signInWithOtp({ email: ann.email })
      expect(sent).to.deep.include({ step: 'otp-sent', userId: 'user1', phrase: 'Golden Fox' })
      const { userId } = sent as { userId: string }
      expect(await code(() => auth.verify({ kind: 'otp', userId, secret: '000000' }))).to.equal('otp_invalid')
      const step = await auth.verify({ kind: 'otp', userId, secret: '123456' })
      expect(step).to.have.nested.property('user.name', 'Ann')
      const nobody = await page()
      await nobody.auth.signInAnonymous()
      expect(nobody.auth.session.user).to.include({ anonymous: true })
      await nobody.auth.upgradeAnonymous({ email: 'ex@example.com', password: 'long enough' })
      expect(nobody.auth.session.user).to.include({ anonymous: false, email: 'ex@example.com' })
    })

    t.test('a second factor is asked for after the password', async () => {
      const { auth } = await page()
      await auth.signIn(ann)
      expect(await auth.mfa.enroll()).to.deep.equal({ secret: 'ABC', uri: 'otpauth://totp/x' })
      expect(await code(() => auth.mfa.confirm({ code: '000000' }))).to.equal('mfa_invalid')
      await auth.mfa.confirm({ code: '654321' })
      await auth.mfa.require(true)
      await auth.signOut()
      await until('the backend was told', () => !auth.session.pendingSignOuts)
      expect(await auth.signIn(ann)).to.have.property('step', 'mfa')
      expect(auth.session.state).to.equal('mfa-required')
      const { challengeId } = await auth.mfa.challenge()
      expect(await code(() => auth.mfa.verify({ code: '000000', challengeId }))).to.equal('mfa_invalid')
      await auth.mfa.verify({ code: '654321', challengeId })
      expect(auth.session).to.include({ state: 'signed-in', level: 2 })
      await auth.mfa.remove()
    })

    t.test('changes, passwords, sessions, a JWT, and a session made longer', async () => {
      const { auth, server, time } = await page()
      await auth.signIn(ann)
      expect(await auth.updateUser({ name: 'Anna' })).to.include({ name: 'Anna' })
      await auth.changePassword({ password: 'another one', currentPassword: ann.password })
      const { jwt, expiresAt } = await auth.createJwt({ duration: 60 })
      expect(jwt).to.match(/^eyJ/)
      expect(expiresAt).to.equal(time.wall + 60_000)
      const [only] = await auth.sessions.list()
      expect(only).to.include({ device: 'Firefox, Linux' })
      expect(await auth.refresh()).to.equal(true)
      const jump = 340 * 86_400_000
      time.set(jump)
      await auth.getUser()
      await until('it is longer', () =>
        [...server.sessions.values()].some((one) => one.expire > time.wall + jump),
      )
      expect(await auth.health()).to.deep.equal({})
      await auth.sessions.revoke(only?.id as string)
      expect(await code(() => auth.getUser())).to.equal('session_missing')
    })

    t.test('a recovery link leads to a new password, a link of a sign-in to a session', async () => {
      const { auth, server } = await page()
      const redirectTo = 'https://app.example.com/back'
      await auth.requestReset({ email: ann.email, redirectTo })
      const to = new URL(JSON.parse(server.requests.at(-1)?.body as string).url)
      to.searchParams.set('userId', 'user1')
      to.searchParams.set('secret', 'mailed')
      const step = await auth.handleRedirect(to.href)
      expect(step).to.deep.equal({ step: 'reset-password', userId: 'user1', secret: 'mailed' })
      await auth.resetPassword({ password: 'quite another', userId: 'user1', secret: 'mailed' })
      expect(server.accounts[0]?.password).to.equal('quite another')
      expect(await code(() => auth.requestReset({ email: 'nobody@example.com', redirectTo }))).to.equal(
        'user_not_found',
      )
      await auth.signInWithMagicLink({ email: ann.email, redirectTo })
      const link = new URL(JSON.parse(server.requests.at(-1)?.body as string).url)
      link.searchParams.set('userId', 'user1')
      link.searchParams.set('secret', '123456')
      // A link that nobody here has asked for signs nobody in.
      const forged = `${redirectTo}?userId=user1&secret=123456&kbve_flow=AAAAAAAAAAAAAAAAAAAAAA`
      expect(await code(() => auth.handleRedirect(forged))).to.equal('pkce_mismatch')
      expect(await auth.handleRedirect(link.href)).to.have.nested.property('user.name', 'Ann')
      await becomes(auth, 'signed-in')
    })
  })
}
