/** Every call against a small GoTrue, with what it was sent byte for byte. */
import { gotrue } from '@kbve/locker/auth'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { becomes, desk, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }

export function suite(t: SuiteContext): void {
  async function page(more: Parameters<ReturnType<typeof desk>['tab']>[0] = {}) {
    const time = new Time()
    const server = new GotrueDouble(time)
    const { tab, ...rest } = desk(t, server, time)
    return { server, tab, ...rest, ...(await tab(more)) }
  }

  t.describe('auth with GoTrue', () => {
    t.test('signing in fills session and profile, and sends what GoTrue takes', async () => {
      const { auth, locker, server } = await page()
      expect(auth.session.state).to.equal('anonymous')
      const states: string[] = []
      auth.subscribe(({ state }) => states.push(state))
      const step = await auth.signIn(ann)
      expect(step).to.have.property('step', 'signed-in')
      expect(states).to.deep.equal(['signing-in', 'signed-in'])
      expect(server.requests).to.have.length(1)
      const [request] = server.requests
      expect(request?.method).to.equal('POST')
      expect(request?.url).to.equal(`${server.url}/token?grant_type=password`)
      expect(request?.body).to.equal('{"email":"ann@example.com","password":"correct horse"}')
      const { user, claims, level, expiresAt } = auth.session
      expect(user).to.include({ email: 'ann@example.com', username: 'ann', emailConfirmed: true })
      expect(user?.raw).to.have.nested.property('user_metadata.username', 'ann')
      expect(Object.isFrozen(user?.raw)).to.equal(true)
      expect(claims).to.have.property('sub', user?.id)
      expect([level, expiresAt]).to.deep.equal([1, 1_800_003_600_000])
      expect(locker.profile).to.include({
        username: 'ann',
        email: 'ann@example.com',
        uuid: user?.id,
        avatar: 'https://a.example.com/ann.png',
      })
      expect(locker.entries.list()).to.deep.equal([])
      expect(JSON.stringify(auth.session)).not.to.match(/refresh0|eyJ/)
    })

    t.test('the session is there again after a reload, without a request', async () => {
      const { auth, locker, server, tab } = await page()
      await auth.signIn(ann)
      await locker.flush()
      auth[Symbol.dispose]()
      locker[Symbol.dispose]()
      const again = await tab()
      expect(again.auth.session).to.deep.include({ state: 'signed-in', level: 1 })
      expect(again.auth.session.user?.username).to.equal('ann')
      expect(server.requests).to.have.length(1)
    })

    t.test('what is refused is an error with what the backend said', async () => {
      const { auth } = await page()
      const error = await failure(() => auth.signIn({ ...ann, password: 'wrong' }))
      expect(error).to.include({
        code: 'invalid_credentials',
        status: 400,
        backendCode: 'invalid_credentials',
      })
      expect(auth.session.state).to.equal('anonymous')
      expect(auth.session.error).to.include({ code: 'invalid_credentials' })
      const weak = await failure(() => auth.register({ email: 'new@example.com', password: 'abc' }))
      expect(weak).to.deep.include({ code: 'weak_password', reasons: ['length'] })
      expect(await code(() => auth.register({ ...ann }))).to.equal('user_exists')
      expect(await code(() => auth.signIn({ password: 'x' }))).to.equal('invalid_input')
      expect(await code(() => auth.createJwt())).to.equal('session_missing')
      await auth.signIn(ann)
      expect(await code(() => auth.createJwt())).to.equal('not_supported')
      expect(await auth.capabilities()).to.include({ createJwt: 'no', mfaEnroll: 'yes' })
    })

    t.test('registering with and without confirmation', async () => {
      const { auth, server } = await page()
      const made = await auth.register({
        email: 'new@example.com',
        password: 'long enough',
        data: { username: 'new' },
      })
      expect(made).to.have.property('step', 'signed-in')
      await auth.signOut()
      server.confirmation = true
      const step = await auth.register({ email: 'x@example.com', password: 'long enough' })
      expect(step).to.deep.equal({ step: 'confirmation', sentTo: 'x@example.com' })
      expect(auth.session).to.include({ state: 'confirmation-required', waitsFor: 'x@example.com' })
      expect(await code(() => auth.signIn({ email: 'x@example.com', password: 'long enough' }))).to.equal(
        'email_not_confirmed',
      )
      await auth.resend({ kind: 'signup', email: 'x@example.com' })
      // The locker is bound to the first person.
      expect(
        await code(() => auth.verify({ kind: 'signup', email: 'x@example.com', token: '123456' })),
      ).to.equal('identity_mismatch')
    })

    t.test('codes, links, anonymous sign-in and its upgrade', async () => {
      const { auth, server } = await page()
      expect(await auth.signInWithOtp({ email: ann.email })).to.deep.equal({ step: 'otp-sent' })
      expect(server.requests.at(-1)?.body).to.equal('{"email":"ann@example.com"}')
      expect(await code(() => auth.verify({ kind: 'email', email: ann.email, token: '000000' }))).to.equal(
        'otp_invalid',
      )
      const step = await auth.verify({ kind: 'email', email: ann.email, token: '123456' })
      expect(step).to.have.property('step', 'signed-in')
      await auth.signOut()
      const nobody = await page()
      await nobody.auth.signInAnonymous()
      expect(nobody.auth.session.user).to.include({ anonymous: true })
      const { id } = nobody.auth.session.user ?? {}
      const up = await nobody.auth.upgradeAnonymous({ email: 'ex@example.com', password: 'long enough' })
      expect(up).to.have.nested.property('user.id', id)
      expect(nobody.auth.session.user).to.include({ anonymous: false, email: 'ex@example.com' })
    })

    t.test('the user is asked for, changed, and the profile follows', async () => {
      const { auth, locker, server } = await page()
      await auth.signIn(ann)
      locker.set('theme', 'dark')
      await auth.updateUser({ data: { username: 'anna' } })
      expect(server.requests.at(-1)?.body).to.equal('{"data":{"username":"anna"}}')
      expect(auth.session.user?.username).to.equal('anna')
      expect(locker.profile).to.include({ username: 'anna', theme: 'dark' })
      locker.set('username', 'me')
      await auth.getUser()
      expect(locker.get('username'), 'what the person changed here stays').to.equal('me')
      await auth.changePassword({ password: 'another one' })
      await auth.reauthenticate()
      expect(await auth.health()).to.deep.equal({ version: 'v2.189.0' })
      await auth.signOut()
      await auth.signIn({ ...ann, password: 'another one' })
    })

    t.test('a second factor: enrolled, confirmed, asked for, removed', async () => {
      const { auth, server } = await page()
      await auth.signIn(ann)
      const enrolment = await auth.mfa.enroll({ friendlyName: 'phone' })
      expect(enrolment).to.include({ secret: 'ABC', uri: 'otpauth://totp/x' })
      expect(enrolment.picture).to.match(/^data:image\/svg/)
      const factorId = enrolment.factorId as string
      expect(await code(() => auth.mfa.confirm({ code: '000000', factorId }))).to.equal('mfa_invalid')
      expect(await auth.mfa.confirm({ code: '654321', factorId })).to.have.property('step', 'signed-in')
      expect(auth.session.level).to.equal(2)
      await auth.signOut()
      const step = await auth.signIn(ann)
      expect(step).to.have.property('step', 'mfa')
      expect(step).to.have.nested.property('factors[0].id', factorId)
      expect(auth.session.state).to.equal('mfa-required')
      const { challengeId } = await auth.mfa.challenge()
      await auth.mfa.verify({ code: '654321', challengeId })
      expect(auth.session).to.include({ state: 'signed-in', level: 2 })
      expect(server.requests.at(-1)?.body).to.equal('{"challenge_id":"challenge1","code":"654321"}')
      await auth.mfa.remove({ factorId })
      expect(auth.session.user?.factors).to.deep.equal([])
    })

    t.test('OAuth leaves with PKCE S256 and comes back once', async () => {
      let href = 'https://app.example.com/start?x=1'
      const went: string[] = []
      const view = {
        href: () => href,
        navigate: (url: string) => went.push(url),
        replace: (url: string) => (href = url),
      }
      const { auth, server, tab } = await page({ ports: { page: view } })
      await auth.signInWithOAuth({ provider: 'github' })
      const to = new URL(went[0] as string)
      expect(to.origin + to.pathname).to.equal(`${server.url}/authorize`)
      expect(to.searchParams.get('code_challenge_method')).to.equal('s256')
      const back = new URL(to.searchParams.get('redirect_to') as string)
      expect(back.origin + back.pathname).to.equal('https://app.example.com/start')
      expect(back.searchParams.get('kbve_flow')).to.match(/^[\w-]{20,}$/)
      const challenge = to.searchParams.get('code_challenge') as string
      server.flows.set('the-code', { challenge, user: ann.email })
      back.searchParams.set('code', 'the-code')
      href = `${back.href}&keep=1`
      const step = await auth.handleRedirect()
      expect(step).to.have.property('step', 'signed-in')
      expect(href).to.equal('https://app.example.com/start?keep=1')
      expect(await auth.handleRedirect()).to.equal(undefined)
      expect(await code(() => auth.handleRedirect(back.href))).to.equal('pkce_mismatch')
      // Two flows at once, in two tabs: neither overwrites the other's verifier.
      const other = await tab({ ports: { page: view } })
      await auth.signInWithOAuth({ provider: 'github' })
      await other.auth.signInWithOAuth({ provider: 'gitlab' })
      const urls = went.slice(-2).map((url) => new URL(url))
      for (const [i, url] of urls.entries()) {
        const name = `code${i}`
        server.flows.set(name, {
          challenge: url.searchParams.get('code_challenge') as string,
          user: ann.email,
        })
        const at = new URL(url.searchParams.get('redirect_to') as string)
        at.searchParams.set('code', name)
        expect(await auth.handleRedirect(at.href)).to.have.property('step', 'signed-in')
      }
      const refused = 'https://app.example.com/start?error=access_denied&error_description=no'
      expect(await failure(() => auth.handleRedirect(refused))).to.include({ backendMessage: 'no' })
      expect(await auth.handleRedirect('https://app.example.com/#access_token=a.b.c')).to.equal(undefined)
    })

    t.test('a reset password: the mail, the link, the new one', async () => {
      const { auth, server } = await page()
      await auth.requestReset({ email: ann.email, redirectTo: 'https://app.example.com/reset' })
      const { body, url } = server.requests.at(-1) as { body: string; url: string }
      const { code_challenge } = JSON.parse(body) as { code_challenge: string }
      const to = new URL(new URL(url).searchParams.get('redirect_to') as string)
      server.flows.set('c', { challenge: code_challenge, user: ann.email })
      to.searchParams.set('code', 'c')
      expect(await auth.handleRedirect(to.href)).to.deep.equal({ step: 'reset-password' })
      expect(await auth.resetPassword({ password: 'quite another' })).to.have.property('step', 'signed-in')
      expect(server.accounts.get(ann.email)?.password).to.equal('quite another')
      const link = 'https://app.example.com/?token_hash=hash-of-ann&type=magiclink'
      expect(await auth.handleRedirect(link)).to.have.property('step', 'signed-in')
    })

    t.test('signing out is told to the backend, once, with the scope that was meant', async () => {
      const { auth, server } = await page()
      await auth.signIn(ann)
      await auth.signOut({ scope: 'others' })
      expect(auth.session.state).to.equal('signed-in')
      await auth.signOut()
      await until('the backend knows', () => !auth.session.pendingSignOuts)
      expect(server.requests.slice(1).map(({ url }) => url.slice(server.url.length))).to.deep.equal([
        '/logout?scope=others',
        '/logout?scope=local',
      ])
      expect(server.sessions.size).to.equal(0)
      await becomes(auth, 'anonymous')
      expect(auth.session).not.to.have.property('user')
    })

    t.test('a key of the application lies sealed in the locker if asked', async () => {
      const { server, auth, locker } = await page({
        backend: gotrue({ url: 'https://id.example.com/auth/v1', apiKey: { entry: 'key' } }),
      })
      const error = await failure(() => auth.signIn(ann))
      expect(error).to.include({ code: 'invalid_input', field: 'apiKey' })
      locker.entries.put('key', 'sb_publishable_x')
      await auth.signIn(ann)
      expect(server.requests.at(-1)?.headers.apikey).to.equal('sb_publishable_x')
    })
  })
}
