/** The forms about an account, as people use them. What a backend says is played by a double. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'
import type {} from './harness/react_page.tsx'
import { focused, reactTab, violations } from './harness/react_tab.ts'

const password = 'correct horse'

export function suite(t: SuiteContext, browsing: ChromiumBrowsing): void {
  async function scene(which: 'Account' | 'Newcomer' | 'Factor' | 'Twice'): Promise<Page> {
    const page = await reactTab(t, browsing)
    await page.evaluate(({ which, name }) => kbveReact.show(which, name, { unlock: 'ask' }), {
      which,
      name: t.name(),
    })
    await page.locator('h1').waitFor()
    return page
  }

  /** Lets the call of this name fail, each time in the next way. */
  const refuse = (page: Page, call: 'signIn' | 'register' | 'verify', ...codes: string[]) =>
    page.evaluate(
      ({ call, codes }) => {
        kbveReact.double.on[call] = () => {
          const code = codes.shift() as 'network'
          throw new kbveReact.LockerError(code, `The server says ${code}.`)
        }
      },
      { call, codes },
    )
  const problem = (page: Page) => page.locator('form p[aria-live=polite]').innerText()
  const says = (page: Page, text: string) => page.locator('form p', { hasText: text }).waitFor()
  const called = (page: Page) => page.evaluate(() => kbveReact.double.called)

  t.test('by keyboard alone: name, password, a refusal, the second factor, in', async () => {
    const page = await scene('Account')
    expect(await violations(page)).to.deep.equal([])
    await refuse(page, 'signIn', 'invalid_credentials')
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Email')
    await page.keyboard.press('Enter')
    await says(page, 'Fill in this field first.')
    await page.keyboard.type(' ann@example.com')
    await page.keyboard.press('Enter')
    expect([await focused(page), await problem(page)]).to.deep.equal(['Password', ''])
    await page.keyboard.press('Enter')
    await says(page, 'Fill in this field first.')
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await says(page, 'The server says invalid_credentials.')
    expect(await focused(page)).to.equal('Password')
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).to.equal('true')
    expect(await violations(page)).to.deep.equal([])
    await page.evaluate(() => {
      const factors = [
        { id: 'f0', type: 'totp', verified: false },
        { id: 'f1', type: 'totp', verified: true },
      ]
      const user = { id: 'u1', emailConfirmed: true, phoneConfirmed: false, anonymous: false, factors }
      const { double } = kbveReact
      double.on.signIn = () => {
        double.show({ state: 'mfa-required', user })
        return { step: 'mfa', factors }
      }
      double.on.challenge = () => ({ challengeId: 'c1' })
      double.on.verify = ({ code }: { code: string }) => {
        if (code !== '123456') throw new kbveReact.LockerError('mfa_invalid', 'That code is not right.')
        double.show({ state: 'signed-in', user, level: 2 })
        return { step: 'signed-in', user }
      }
    })
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Verify' }).waitFor()
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement)
    expect(await focused(page)).to.equal('Code of your authenticator application')
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.type('000000')
    await page.keyboard.press('Enter')
    await says(page, 'That code is not right.')
    await page.keyboard.type('123 456')
    await page.keyboard.press('Enter')
    await page.locator('#session', { hasText: 'signed-in' }).waitFor()
    expect(await page.locator('form').count()).to.equal(0)
    expect(await page.evaluate(() => kbveReact.steps)).to.deep.equal(['mfa', 'signed-in'])
    expect(await called(page)).to.deep.equal([
      ['signIn', { email: 'ann@example.com', password: 'wrong' }],
      ['signIn', { email: 'ann@example.com', password }],
      ['challenge', { factorId: 'f1' }],
      ['verify', { code: '000000', challengeId: 'c1', factorId: 'f1' }],
      ['challenge', { factorId: 'f1' }],
      ['verify', { code: '123456', challengeId: 'c1', factorId: 'f1' }],
    ])
  })

  t.test(
    'password managers see what is asked for, and nothing typed is in the page or its address',
    async () => {
      const page = await scene('Account')
      const seen = () =>
        page
          .locator('input')
          .evaluateAll((all) =>
            (all as HTMLInputElement[]).map((each) => `${each.type} ${each.autocomplete} ${each.name}`),
          )
      expect(await seen()).to.deep.equal(['email username ', 'password current-password ', 'checkbox  '])
      await page.getByLabel('Email').fill('ann@example.com')
      await page.getByLabel('Password').fill(password)
      // As before there is a script: the browser's own sending.
      await page.evaluate(() => document.querySelector('form')?.submit())
      const text = await page.evaluate(() => document.documentElement.outerHTML + location.href)
      expect(text).not.to.contain(password)
      expect(page.url()).to.match(/\/react\.html$/)
      await page.evaluate(() => kbveReact.show('Newcomer'))
      await page.getByLabel('Username').waitFor()
      expect(await seen()).to.deep.equal([
        'text username ',
        'email email ',
        'password new-password ',
        'password new-password ',
        'checkbox  ',
      ])
      await page.evaluate(() => kbveReact.double.show({ state: 'mfa-required' }))
      await page.evaluate(() => kbveReact.show('Factor'))
      await page.getByRole('button', { name: 'Verify' }).waitFor()
      expect(await seen()).to.deep.equal(['text one-time-code '])
    },
  )

  t.test('rate limited: it counts down, sends nothing before, and does not hold the reader up', async () => {
    const page = await scene('Account')
    await page.evaluate(() => {
      kbveReact.double.on.signIn = () => {
        kbveReact.now ??= Date.now()
        const retryAt = kbveReact.now + 1_700
        throw new kbveReact.LockerError('rate_limited', 'Too often.', { retryAt })
      }
    })
    await page.getByLabel('Email').fill('ann@example.com')
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    const timer = page.getByRole('timer')
    await timer.waitFor()
    expect(await timer.innerText()).to.equal('You can try again in 2 s.')
    expect(await page.locator('[role=timer][aria-live], [aria-live] [role=timer]').count()).to.equal(0)
    await page.getByLabel('Password').press('Enter')
    expect(await page.getByRole('button', { name: 'Sign in' }).getAttribute('aria-disabled')).to.equal('true')
    expect(await called(page)).to.have.length(1)
    await page.evaluate(() => {
      kbveReact.now = (kbveReact.now ?? 0) + 1_700
    })
    await timer.waitFor({ state: 'detached' })
    await page.getByLabel('Password').press('Enter')
    await timer.waitFor()
    expect(await called(page)).to.have.length(2)
  })

  t.test('asking is given up by Escape, goes on when the form goes, and is told by neither', async () => {
    const page = await scene('Account')
    await page.getByLabel('Email').fill('ann@example.com')
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.locator('form[aria-busy=true] [role=status]', { hasText: 'Asking the server…' }).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.press('Escape')
    await page.locator('form[aria-busy=false]').waitFor()
    expect(await problem(page)).to.equal('')
    await page.evaluate(async () => {
      let end = () => {}
      kbveReact.double.on.signIn = () =>
        new Promise((_, reject) => {
          end = () => reject(new kbveReact.LockerError('network', 'No.'))
        })
      document.querySelector<HTMLElement>('form button')?.click()
      await kbveReact.until('it was asked', () => kbveReact.double.called.length === 2)
      kbveReact.unmount()
      end()
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    expect(await page.evaluate(() => [kbveReact.steps, kbveReact.double.listeners()])).to.deep.equal([[], 0])
  })

  t.test('asked twice at once, a hook asks the server once', async () => {
    const page = await scene('Twice')
    await page.evaluate(() => {
      kbveReact.double.on.signIn = async () => ({ step: 'confirmed' })
    })
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.waitForFunction(() => kbveReact.steps.length === 2)
    expect(await page.evaluate(() => kbveReact.steps)).to.deep.equal(['nothing', 'confirmed'])
    expect(await called(page)).to.have.length(1)
  })

  t.test('registering: each refusal leads to its field, and what has to be confirmed is said', async () => {
    const page = await scene('Newcomer')
    expect(await violations(page)).to.deep.equal([])
    await refuse(page, 'register', 'user_exists', 'weak_password')
    await page.getByLabel('Username').fill('ann')
    await page.keyboard.press('Enter')
    await says(page, 'Fill in this field first.')
    expect(await focused(page)).to.equal('Email')
    await page.keyboard.type('ann@example.com')
    await page.keyboard.press('Enter')
    expect(await focused(page)).to.equal('Password')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    expect(await focused(page)).to.equal('The same once more')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await says(page, 'user_exists')
    expect(await focused(page)).to.equal('Username')
    await page.keyboard.press('Enter')
    await says(page, 'weak_password')
    expect(await focused(page)).to.equal('Password')
    await page.evaluate(() => {
      const { double } = kbveReact
      double.on.register = () => {
        double.show({ state: 'confirmation-required', waitsFor: 'ann@example.com' })
        return { step: 'confirmation', sentTo: 'ann@example.com' }
      }
      double.on.resend = () => {}
    })
    await page.keyboard.press('Enter')
    await says(page, 'A message was sent to ann@example.com.')
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'status')
    expect(await page.locator('[type=password]').count()).to.equal(0)
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Send it again' }).press('Enter')
    await says(page, 'It was sent again.')
    const all = await called(page)
    expect(all.at(0)).to.deep.equal(['register', { username: 'ann', email: 'ann@example.com', password }])
    expect(all.at(-1)).to.deep.equal(['resend', { kind: 'signup', email: 'ann@example.com' }])
  })

  t.test('a second factor is set up: picture, key, first code', async () => {
    const page = await scene('Factor')
    expect(await page.locator('form').count(), 'nobody is signed in').to.equal(0)
    await page.evaluate(() => {
      const picture = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"/>')}`
      kbveReact.double.on.enroll = () => ({ factorId: 'f9', secret: 'JBSWY3DP', uri: 'otpauth://x', picture })
      kbveReact.double.on.confirm = () => {}
      kbveReact.double.show({ state: 'signed-in' })
    })
    await page.getByRole('button', { name: 'Set up an authenticator application' }).press('Enter')
    await page.getByText('JBSWY3DP').waitFor()
    expect(await focused(page)).to.equal('Code of your authenticator application')
    expect(await page.getByAltText('QR code for the authenticator application').count()).to.equal(1)
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.press('Enter')
    await says(page, 'Type the code first.')
    await page.keyboard.type('123456')
    await page.keyboard.press('Enter')
    await page.getByText('JBSWY3DP').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => kbveReact.steps)).to.deep.equal(['enrolled'])
    expect(await called(page)).to.deep.equal([
      ['enroll', { friendlyName: 'phone' }],
      ['confirm', { code: '123456', factorId: 'f9' }],
    ])
  })

  t.test(
    'signed in, and the locker still shut: what opens it is asked for, and emptying it twice',
    async () => {
      const page = await scene('Account')
      await page.evaluate(async (passphrase) => {
        const { locker, double } = kbveReact
        await locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
        locker.lock()
        double.show({ state: 'locked', opensWith: ['passphrase'] })
        double.on.startOver = () => ({ step: 'signed-in' })
      }, password)
      await page.getByText('still shut').waitFor()
      const over = page.getByRole('button', { name: 'Start over with an empty locker' })
      await over.click()
      await page.getByText('This cannot be undone.').waitFor()
      expect(await called(page)).to.deep.equal([])
      expect(await violations(page)).to.deep.equal([])
      await page.getByRole('button', { name: 'Cancel' }).click()
      await over.click()
      await over.click()
      await page.waitForFunction(() => kbveReact.double.called.length > 0)
      expect(await called(page)).to.deep.equal([['startOver', undefined]])
      await page.getByLabel('Passphrase').fill(password)
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => kbveReact.locker.status.state === 'unlocked')
    },
  )

  t.test('with a real session: registers, sets up a second factor, comes back with it', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => {
      kbveReact.withGotrue(name)
      kbveReact.show('Whole')
    }, t.name())
    const newcomer = page.getByRole('form', { name: 'new' })
    await newcomer.getByLabel('Email').fill('eve@example.com')
    const twice = async (text: string) => {
      for (const label of ['Password', 'The same once more'])
        await newcomer.getByLabel(label, { exact: true }).fill(text)
      await page.keyboard.press('Enter')
    }
    await twice('short')
    await page.waitForFunction(() => document.querySelector('[aria-label=new] [aria-invalid=true]'))
    expect(await focused(page)).to.equal('Password')
    expect(await newcomer.locator('[aria-live]').innerText()).to.match(/^[A-Z].+\.$/)
    await twice(password)
    const session = (state: string) => page.locator('#session', { hasText: state }).waitFor()
    await session('signed-in')
    expect(await page.evaluate(() => kbveReact.locker.get('email'))).to.equal('eve@example.com')

    const label = 'Code of your authenticator application'
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByLabel(label).fill('654321')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Set up' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await session('anonymous')

    const known = page.locator('form').first()
    await known.getByLabel('Email').fill('eve@example.com')
    await known.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('form [aria-invalid=true]'))
    expect([await focused(page), await known.locator('[aria-live]').innerText()]).to.deep.equal([
      'Password',
      await page.evaluate(() => kbveReact.auth?.session.error?.message),
    ])
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await session('mfa-required')
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement)
    expect(await focused(page)).to.equal(label)
    await page.keyboard.type('000000')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('form [aria-invalid=true]'))
    await page.keyboard.type('654321')
    await page.keyboard.press('Enter')
    await session('signed-in')
    expect(
      await page.evaluate(() => [kbveReact.auth?.session.level, kbveReact.server.complaints]),
    ).to.deep.equal([2, []])
  })
}
