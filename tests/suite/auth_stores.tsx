/** A session as stores, and as React first draws it. */
import { LockerError } from '@kbve/locker'
import type { User } from '@kbve/locker/auth'
import { authStores } from '@kbve/locker/nanostores'
import { LockerProvider, MfaForm, RegisterForm, SignInForm, useSession } from '@kbve/locker/react'
import { expect } from 'chai'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { authDouble } from './auth_double.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, until } from './help.ts'
import { complaints, hydrated } from './hydration.ts'

const ann = (): User => ({
  id: 'u1',
  email: 'ann@example.com',
  emailConfirmed: true,
  phoneConfirmed: false,
  anonymous: false,
  factors: [{ id: 'f1', type: 'totp', verified: true }],
  raw: { deep: [{ a: 1 }] },
})

export function suite(t: SuiteContext): void {
  t.test('stores of a session listen while they are listened to, and equal parts tell nobody', () => {
    const double = authDouble()
    const { $session, $user, $authError } = authStores(double.auth)
    expect(double.listeners()).to.equal(0)
    const told: string[] = []
    t.after($session.listen(({ state }) => void told.push(state)))
    t.after($user.listen((user) => void told.push(`user ${user?.email}`)))
    t.after($authError.listen((error) => void told.push(`error ${error?.code}`)))
    expect(double.listeners()).to.equal(3)
    double.show({ state: 'signed-in', user: ann(), level: 1 })
    double.show({ state: 'signed-in', user: ann(), level: 2 })
    const wrong = () => new LockerError('network', 'No.')
    double.show({
      state: 'signed-in',
      user: { ...ann(), email: 'bea@example.com' },
      level: 2,
      error: wrong(),
    })
    double.show({ state: 'expired', user: { ...ann(), email: 'bea@example.com' }, level: 2, error: wrong() })
    double.show({ state: 'anonymous' })
    expect(told).to.deep.equal([
      ...['signed-in', 'user ann@example.com', 'signed-in', 'signed-in', 'user bea@example.com'],
      ...['error network', 'expired', 'anonymous', 'user undefined', 'error undefined'],
    ])
  })

  t.test('$retryIn counts down by the clock, and only while somebody listens', async () => {
    const double = authDouble({ state: 'anonymous', retryAt: 2_900 })
    let now = 1_000
    const { $retryIn } = authStores(double.auth, { clock: () => now })
    expect($retryIn.value).to.equal(2)
    const seen: number[] = []
    const stop = $retryIn.subscribe((seconds) => void seen.push(seconds))
    now = 1_950
    await until('a second has gone', () => seen.at(-1) === 1)
    now = 2_900
    await until('it is over', () => seen.at(-1) === 0)
    stop()
    expect(seen).to.deep.equal([2, 1, 0])
    now = 0
    double.show({ state: 'anonymous', retryAt: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(seen).to.have.length(3)
  })

  const drawn = (double: ReturnType<typeof authDouble>, locker: never) => (
    <StrictMode>
      <LockerProvider locker={locker} auth={double.auth}>
        <Who />
        <SignInForm />
        <RegisterForm />
        <MfaForm />
      </LockerProvider>
    </StrictMode>
  )

  t.test(
    'a server draws nobody, whoever its own session is, and no field to type a password into',
    async () => {
      const { locker } = await freshLocker(t, t.disk())
      const none = renderToString(drawn(authDouble(), locker as never))
      const some = renderToString(drawn(authDouble({ state: 'signed-in', user: ann() }), locker as never))
      expect(some).to.equal(none)
      expect(none).to.contain('restoring')
      expect(none).not.to.match(/password|ann@example/)
    },
  )

  t.test(
    'a page takes it over without a word, and then shows who is signed in',
    async () => {
      const { locker } = await freshLocker(t, t.disk())
      const html = renderToString(drawn(authDouble(), locker as never))
      const double = authDouble({ state: 'signed-in', user: ann() })
      const said = await complaints(async (note) => {
        const element = hydrated(t, html, drawn(double, locker as never), note)
        expect(element.textContent).to.contain('restoring nobody')
        await until('it shows them', () => element.textContent?.includes('signed-in ann@example.com'))
        double.show({ state: 'anonymous' })
        await until('the forms are there', () => element.querySelectorAll('[type=password]').length === 3)
      })
      expect(said).to.deep.equal([])
    },
    { only: ['chromium', 'firefox', 'webkit'] },
  )
}

function Who() {
  const { state, user } = useSession()
  return <p>{`${state} ${user?.email ?? 'nobody'}`}</p>
}
