/** Every call against a small Strapi, in its three modes. */
import { expect } from 'chai'
import { becomes, desk, Time } from './auth_help.ts'
import { StrapiDouble, type StrapiMode } from './auth_strapi_double.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, until } from './help.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }
const modes: readonly StrapiMode[] = ['legacy', 'body', 'cookie']

export function suite(t: SuiteContext): void {
  async function page(mode: StrapiMode, more: Parameters<ReturnType<typeof desk>['tab']>[0] = {}) {
    const time = new Time()
    const server = new StrapiDouble(time, mode)
    const at = desk(t, server, time)
    return { server, ...at, ...(await at.tab(more)) }
  }

  t.describe('auth with Strapi', () => {
    for (const mode of modes) {
      t.test(`${mode}: in, renewed, and out`, async () => {
        const { auth, server, time, locker } = await page(mode)
        await auth.signIn({ username: 'ann', password: ann.password })
        expect(server.requests[0]?.body).to.equal('{"identifier":"ann","password":"correct horse"}')
        expect(auth.session.user).to.include({ id: '1', username: 'ann', emailConfirmed: true })
        // A number is no UUID, and the rest is taken.
        expect(locker.profile).to.include({ username: 'ann', email: ann.email, uuid: '' })
        const renews = mode !== 'legacy'
        expect(await auth.refresh()).to.equal(renews)
        for (let life = 0; life < 3; life++) await time.pass(600_000)
        expect(await auth.getUser()).to.include({ username: 'ann' })
        const refreshes = server.requests.filter(({ url }) => url.endsWith('/auth/refresh'))
        expect(refreshes.length).to.be.within(renews ? 4 : 0, renews ? 5 : 0)
        for (const { body, headers, credentials } of refreshes) {
          expect(headers).not.to.have.property('authorization')
          expect(credentials).to.equal('include')
          if (mode === 'cookie') expect(body).to.equal('{}')
          else expect(body).to.match(/^\{"refreshToken":"refresh-\d+"\}$/)
        }
        await auth.signOut()
        await until('the backend was told', () => !auth.session.pendingSignOuts)
        expect(server.sessions.size).to.equal(0)
        await becomes(auth, 'anonymous')
      })

      t.test(`${mode}: registered, and what is refused is named`, async () => {
        const { auth, server } = await page(mode)
        const made = { username: 'new', email: 'new@example.com', password: 'long enough' }
        expect(await auth.register(made)).to.have.nested.property('user.username', 'new')
        if (mode !== 'legacy') expect(await auth.refresh()).to.equal(true)
        await auth.signOut()
        await until('the backend was told', () => !auth.session.pendingSignOuts)
        expect(await code(() => auth.register(made))).to.equal('user_exists')
        expect(await code(() => auth.signIn({ ...ann, password: 'no' }))).to.equal('invalid_credentials')
        server.limited = 1
        const limited = await failure(() => auth.signIn(ann))
        expect(limited.code).to.equal('rate_limited')
        expect(limited.retryAt).to.be.greaterThan(0)
        expect(await code(() => auth.signInAnonymous())).to.equal('not_supported')
        expect(await code(() => auth.mfa.enroll())).to.match(/session_missing|not_supported/)
      })
    }

    t.test('passwords changed, forgotten and reset; sessions listed and revoked', async () => {
      const { auth, server } = await page('body')
      await auth.signIn(ann)
      const wrong = { password: 'another one', currentPassword: 'no' }
      expect(await code(() => auth.changePassword(wrong))).to.equal('invalid_credentials')
      await auth.changePassword({ ...wrong, currentPassword: ann.password })
      expect(auth.session.state).to.equal('signed-in')
      expect(await auth.getUser()).to.include({ username: 'ann' })
      const [only] = await auth.sessions.list()
      expect(only).to.include({ current: true, device: 'x' })
      expect(await code(() => auth.updateUser({ username: 'x' }))).to.match(/^[a-z_]+$/)
      await auth.requestReset({ email: ann.email })
      expect(server.requests.at(-1)?.body).to.equal('{"email":"ann@example.com"}')
      const reset = await auth.resetPassword({ password: 'the third', code: 'the-code' })
      expect(reset).to.have.nested.property('user.username', 'ann')
      await auth.sessions.revoke(only?.id as string)
      await auth.resend({ kind: 'signup', email: ann.email })
      expect(await auth.health()).to.deep.equal({})
    })

    t.test(
      'the link to a new password comes back with its code, and leaves none in the address',
      async () => {
        let href = 'https://app.example.com/reset?code=the-code&x=1'
        const view = {
          href: () => href,
          navigate: () => {},
          replace(url: string) {
            href = url
          },
        }
        const { auth } = await page('body', { ports: { page: view } })
        const back = await auth.handleRedirect()
        expect(back).to.deep.equal({ step: 'reset-password', code: 'the-code' })
        expect(href).to.equal('https://app.example.com/reset?x=1')
        expect(auth.session.state).to.equal('anonymous')
        const reset = await auth.resetPassword({ password: 'the third', code: 'the-code' })
        expect(reset).to.have.nested.property('user.username', 'ann')
      },
    )

    t.test('OAuth goes by the provider’s token and the cookie of the server', async () => {
      let href = 'https://app.example.com/connect'
      const went: string[] = []
      const view = {
        href: () => href,
        navigate: (url: string) => went.push(url),
        replace(url: string) {
          href = url
        },
      }
      const { auth } = await page('body', { ports: { page: view } })
      await auth.signInWithOAuth({ provider: 'github' })
      expect(went[0]).to.match(/^https:\/\/cms\.example\.com\/api\/connect\/github\?callback=https%3A/)
      // Some providers' pages lose our parameter: with one flow begun there is no doubt which it was.
      href = 'https://app.example.com/connect?access_token=gh-token'
      expect(await auth.handleRedirect()).to.have.nested.property('user.username', 'ann')
      expect(href).to.equal('https://app.example.com/connect')
      expect(await code(() => auth.handleRedirect(`${href}?access_token=gh-token`))).to.equal('pkce_mismatch')
    })
  })
}
