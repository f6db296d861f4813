/** The form that opens a locker, as people use it: by keyboard, with a password manager, a screen reader, in a hurry. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { SuiteContext } from '../suite/harness.ts'
import type { ChromiumBrowsing } from './harness/ports.ts'
import type {} from './harness/react_page.tsx'
import { focused, reactTab, violations } from './harness/react_tab.ts'

const good = 'correct horse'

export function suite(t: SuiteContext, browsing: ChromiumBrowsing): void {
  async function form(name = t.name()): Promise<Page> {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => kbveReact.show('Vault', name), name)
    await page.getByLabel('Passphrase', { exact: true }).waitFor()
    return page
  }

  /** With a passphrase, and locked. */
  async function locked(name = t.name()): Promise<Page> {
    const page = await form(name)
    await page.evaluate(async (passphrase) => {
      await kbveReact.locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
      kbveReact.locker.lock()
    }, good)
    await page.getByRole('button', { name: 'Unlock' }).waitFor()
    return page
  }

  const state = (page: Page, wanted: string) => page.locator('#state', { hasText: wanted }).waitFor()
  const problem = (page: Page) => page.locator('form p[aria-live=polite]').innerText()
  const opened = (page: Page) => page.evaluate(() => kbveReact.opened)

  t.test(
    'creates by keyboard alone: Enter goes to the next field, to the mistake, and at last on',
    async () => {
      const page = await form()
      const workers: string[] = []
      page.on('worker', (worker) => workers.push(worker.url()))
      expect(await violations(page)).to.deep.equal([])
      await page.keyboard.press('Tab')
      expect(await focused(page)).to.equal('Passphrase')
      await page.keyboard.press('Enter')
      await page.getByText('Type a passphrase first.').waitFor()
      expect(await focused(page)).to.equal('Passphrase')
      await page.keyboard.type(good)
      await page.keyboard.press('Enter')
      expect(await focused(page)).to.equal('The same once more')
      await page.keyboard.type('another')
      await page.keyboard.press('Enter')
      expect(await problem(page)).to.equal('The two passphrases differ. Type the same one twice.')
      expect(await focused(page)).to.equal('The same once more')
      expect(await violations(page)).to.deep.equal([])
      // It is selected, and what is typed takes its place.
      await page.keyboard.type(good)
      await page.keyboard.press('Enter')
      await state(page, 'unlocked')
      expect(await page.locator('form').count()).to.equal(0)
      expect(await opened(page)).to.equal(1)
      expect(workers, 'Argon2id ran once, StrictMode or not').to.have.length(1)
    },
  )

  t.test('password managers see whose password is asked for, and whether it is a new one', async () => {
    const page = await form()
    const seen = () =>
      page
        .locator('input')
        .evaluateAll((all) =>
          (all as HTMLInputElement[]).map((each) => `${each.type} ${each.autocomplete} ${each.name}`),
        )
    expect(await seen()).to.deep.equal([
      'text username ',
      'password new-password ',
      'password new-password ',
      'checkbox  ',
    ])
    // As they fill: values and events, no keys.
    for (const label of ['Passphrase', 'The same once more'])
      await page.getByLabel(label, { exact: true }).fill(good)
    await page.getByRole('button', { name: 'Create the locker' }).click()
    await state(page, 'unlocked')
    await page.evaluate(() => kbveReact.locker.lock())
    await page.getByLabel('Passphrase').waitFor()
    expect(await seen()).to.deep.equal(['text username ', 'password current-password ', 'checkbox  '])
    await page.getByLabel('Passphrase').fill(good)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await state(page, 'unlocked')
    const text = await page.evaluate(() => document.documentElement.outerHTML)
    expect(text).not.to.contain(good)
  })

  t.test('a wrong passphrase is a sentence and the field again; after five it counts down', async () => {
    const page = await locked()
    await page.evaluate(() => {
      kbveReact.now = Date.now()
    })
    const turn = (by: number) => page.evaluate((by) => (kbveReact.now = (kbveReact.now ?? 0) + by), by)
    const field = page.getByLabel('Passphrase')
    for (let tries = 0; tries < 5; tries++) {
      await field.fill(`wrong ${tries}`)
      await field.press('Enter')
      await page.waitForFunction(() => document.querySelector('form [aria-invalid=true]'))
      expect(await problem(page)).to.match(/^[A-Z].+\.$/)
      expect(await focused(page)).to.equal('Passphrase')
      const described = await field.getAttribute('aria-describedby')
      expect(await page.locator(`[id="${described}"]`).innerText()).to.equal(await problem(page))
    }
    const timer = page.getByRole('timer')
    expect(await timer.innerText()).to.equal('You can try again in 2 s.')
    await turn(1_000)
    await page.getByText('You can try again in 1 s.').waitFor()
    expect(await violations(page)).to.deep.equal([])
    expect(await page.getByRole('button', { name: 'Unlock' }).getAttribute('aria-disabled')).to.equal('true')
    await field.fill(good)
    await field.press('Enter')
    expect(await page.locator('form[aria-busy=true]').count(), 'nothing is tried before').to.equal(0)
    await turn(1_000)
    await timer.waitFor({ state: 'detached' })
    await field.press('Enter')
    await state(page, 'unlocked')
  })

  t.test('while the key is worked out it says so, and Escape and the button give it up', async () => {
    const page = await form()
    for (const how of ['Escape', 'button'] as const) {
      for (const label of ['Passphrase', 'The same once more'])
        await page.getByLabel(label, { exact: true }).fill(good)
      const wait = page.evaluate(async () => {
        const busy = () => document.querySelector('form[aria-busy=true] [role=status]')?.textContent
        await kbveReact.until('it works', () => busy()?.startsWith('Working out'))
        return [busy(), document.querySelectorAll('form progress').length, document.activeElement?.tagName]
      })
      await page.getByLabel('The same once more').press('Enter')
      expect(await wait).to.deep.equal([
        'Working out the key from the passphrase. This is meant to take a moment.',
        1,
        'INPUT',
      ])
      if (how === 'Escape') await page.keyboard.press('Escape')
      else
        await page.evaluate(() => {
          const [, cancel] = document.querySelectorAll<HTMLElement>('form button')
          cancel?.focus()
          cancel?.click()
        })
      await page.locator('form[aria-busy=false]').waitFor()
      await state(page, 'absent')
      expect(await problem(page), 'that is no error').to.equal('')
      expect(await page.getByRole('status').innerText()).to.equal('Stopped. Nothing was changed.')
      expect(await focused(page)).to.equal(how === 'Escape' ? 'The same once more' : 'Passphrase')
      expect(await page.getByLabel('The same once more').inputValue()).to.equal(good)
    }
    expect(await opened(page)).to.equal(0)
  })

  t.test('unmounted while the key is worked out: the locker opens, and React hears nothing', async () => {
    const page = await locked()
    await page.getByLabel('Passphrase').fill(good)
    await page.evaluate(async () => {
      document.querySelector<HTMLElement>('form button')?.click()
      await kbveReact.until('it works', () => kbveReact.locker.status.progress?.step === 'deriving')
      kbveReact.unmount()
      await kbveReact.until('it is open', () => kbveReact.locker.status.state === 'unlocked')
    })
    expect(await page.locator('form').count()).to.equal(0)
  })

  t.test('an application that shows something else meanwhile has its locker opened', async () => {
    const page = await locked()
    await page.evaluate(() => kbveReact.show('Impatient'))
    await page.getByLabel('Passphrase').fill('wrong')
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByText('please wait').waitFor()
    await page.getByLabel('Passphrase').fill(good)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByText('welcome').waitFor()
  })

  t.test('recovery codes and this browser’s key are offered where there are such keyslots', async () => {
    const page = await locked()
    const code = await page.evaluate(async (passphrase) => {
      const { locker } = kbveReact
      await locker.unlock({ passphrase })
      const { code } = await locker.slots.add({ recovery: true })
      await locker.slots.add({ device: true })
      locker.lock()
      return code
    }, good)
    await page.getByRole('button', { name: 'Use a recovery code' }).press('Enter')
    expect(await focused(page)).to.equal('Recovery code')
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.type('nonsense')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('form [aria-invalid=true]'))
    expect(await focused(page)).to.equal('Recovery code')
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    await state(page, 'unlocked')
    await page.evaluate(() => kbveReact.locker.lock())
    await page.getByRole('button', { name: 'Open with this browser' }).press('Enter')
    await state(page, 'unlocked')
  })

  t.test(
    'a passkey is offered where there is one, can be given up, and refused it is a sentence',
    async () => {
      const page = await reactTab(t, browsing, '', undefined, 'localhost')
      const cdp = await page.context().newCDPSession(page)
      await cdp.send('WebAuthn.enable')
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          ctap2Version: 'ctap2_1',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          hasPrf: true,
          automaticPresenceSimulation: true,
        },
      })
      await page.evaluate((name) => kbveReact.show('Vault', name), t.name())
      await page.getByLabel('Passphrase', { exact: true }).waitFor()
      await page.evaluate(async (passphrase) => {
        const { locker } = kbveReact
        await locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
        locker.lock()
      }, good)
      const passkey = page.getByRole('button', { name: 'Use a passkey' })
      await page.getByRole('button', { name: 'Unlock' }).waitFor()
      expect(await passkey.count(), 'none yet').to.equal(0)
      await page.evaluate(async (passphrase) => {
        const { locker } = kbveReact
        await locker.unlock({ passphrase })
        await locker.slots.add({ passkey: { rpId: 'localhost', user: { name: 'ann', displayName: 'Ann' } } })
        locker.lock()
      }, good)
      await passkey.waitFor()
      expect(await violations(page)).to.deep.equal([])
      const present = (enabled: boolean) =>
        cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
      await present(false)
      await passkey.press('Enter')
      await page.getByText('Your browser asks for the passkey.').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('form[aria-busy=false]').waitFor()
      await state(page, 'locked')
      expect(await problem(page), 'given up is no error').to.equal('')
      expect(await page.getByRole('status').innerText()).to.equal('Stopped. Nothing was changed.')
      expect(await focused(page)).to.equal('Use a passkey')
      await present(true)
      await passkey.press('Enter')
      await state(page, 'unlocked')
      expect(await opened(page)).to.equal(1)
      // Who is not recognised; the authenticator is blocked by it.
      await page.evaluate(() => kbveReact.locker.lock())
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
      await passkey.press('Enter')
      await page.getByText('No passkey was used').waitFor()
      expect(await problem(page)).to.match(/\.$/)
      expect(await focused(page)).to.equal('Use a passkey')
      const wrong = await page.getByLabel('Passphrase').getAttribute('aria-invalid')
      expect(wrong, 'the passphrase is not what was refused').to.equal('false')
      await page.getByLabel('Passphrase').fill(good)
      await page.getByLabel('Passphrase').press('Enter')
      await state(page, 'unlocked')
    },
  )

  t.test('what is typed can be shown, is no text to be mended, and is hidden when it is sent', async () => {
    const page = await form()
    const fields = ['Passphrase', 'The same once more'].map((label) =>
      page.getByLabel(label, { exact: true }),
    )
    const types = () => Promise.all(fields.map((field) => field.getAttribute('type')))
    for (const field of fields) await field.fill(good)
    expect(await types()).to.deep.equal(['password', 'password'])
    const show = page.getByRole('checkbox', { name: 'Show it' })
    await show.press('Space')
    expect(await types()).to.deep.equal(['text', 'text'])
    for (const field of fields) {
      expect(await field.getAttribute('spellcheck')).to.equal('false')
      expect(await field.getAttribute('autocomplete'), 'password managers go by that').to.equal(
        'new-password',
      )
    }
    expect(await violations(page)).to.deep.equal([])
    const hidden = page.evaluate(async () => {
      await kbveReact.until('it works', () => document.querySelector('form[aria-busy=true]') !== null)
      return document.querySelectorAll('input[type=password]').length
    })
    await fields[1]?.press('Enter')
    expect(await hidden).to.equal(2)
    await state(page, 'unlocked')
  })

  t.test('autoFocus takes whoever has locked it to what opens it, and nobody before', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => kbveReact.show('Returning', name, {}), t.name())
    await state(page, 'unlocked')
    const lock = page.getByRole('button', { name: 'Lock' })
    await lock.press('Enter')
    await page.waitForFunction(() => document.activeElement?.textContent === 'Open with this browser')
    expect(
      await page.locator('input[type=password]').count(),
      'nothing is asked for that is not there',
    ).to.equal(0)
    await page.keyboard.press('Enter')
    await state(page, 'unlocked')
    await page.evaluate(() => kbveReact.locker.slots.add({ passphrase: 'correct horse' }))
    await lock.press('Enter')
    await page.waitForFunction(() => document.activeElement?.matches('input[type=password]'))
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('form [aria-invalid=true]'))
    expect(await focused(page)).to.equal('Passphrase')
    // Who tries again stays where they are.
    await page.getByLabel('Passphrase').fill(good)
    const stayed = page.evaluate(async () => {
      await kbveReact.until('it works', () => kbveReact.locker.status.progress?.step === 'deriving')
      return document.activeElement?.textContent
    })
    await page.getByRole('button', { name: 'Unlock' }).press('Enter')
    expect(await stayed).to.equal('Unlock')
    await state(page, 'unlocked')
    // Without it the focus is left where it is.
    await page.evaluate(() => kbveReact.show('Vault'))
    await page.evaluate(() => kbveReact.locker.lock())
    await page.getByLabel('Passphrase').waitFor()
    expect(await page.evaluate(() => document.activeElement === document.body)).to.equal(true)
  })

  t.test('where this browser’s key is gone and nothing else opens it, the form says so', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate(() => kbveReact.show('Vault', 'gone', {}))
    await state(page, 'unlocked')
    await page.evaluate(async () => {
      kbveReact.locker[Symbol.dispose]()
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('kbve-locker/test/gone')
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      const transaction = opened.transaction('keys', 'readwrite')
      transaction.objectStore('keys').clear()
      await new Promise((resolve) => {
        transaction.oncomplete = resolve
      })
      opened.close()
    })
    await page.evaluate(() => kbveReact.show('Vault', 'gone', {}))
    await page.getByText('key for the locker is gone, and nothing else opens it').waitFor()
    expect(await page.locator('form button').count()).to.equal(0)
    expect(await violations(page)).to.deep.equal([])
  })

  t.test('what is typed outlives a moment in which something else suspends', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => kbveReact.show('Suspending', name), t.name())
    await page.getByLabel('Passphrase').fill('half a pass')
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.getByText('suspended').waitFor()
    await page.getByText('suspended').waitFor({ state: 'detached' })
    expect(await page.getByLabel('Passphrase').inputValue()).to.equal('half a pass')
  })

  t.test('a form that is hidden while it works is not busy for ever', async () => {
    const page = await locked()
    await page.evaluate(() => kbveReact.show('Hidden'))
    await page.getByLabel('Passphrase').fill('wrong')
    await page.evaluate(async () => {
      const [hide] = document.querySelectorAll('button')
      document.querySelector<HTMLElement>('form button')?.click()
      await kbveReact.until('it works', () => kbveReact.locker.status.state === 'unlocking')
      hide?.click()
      await kbveReact.until('it is refused', () => kbveReact.locker.status.state === 'locked')
    })
    await page.getByRole('button', { name: 'Show' }).click()
    await page.locator('form[aria-busy=false]').waitFor()
    await page.getByLabel('Passphrase').fill(good)
    await page.getByLabel('Passphrase').press('Enter')
    await page.waitForFunction(() => kbveReact.locker.status.state === 'unlocked')
  })

  t.test('a hook of one’s own form does the same, and never rejects', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => kbveReact.show('Own', name), t.name())
    const says = (text: string) => page.locator('#own', { hasText: text }).waitFor()
    await says('create false undefined')
    await page.getByRole('button', { name: 'Nothing' }).click()
    await says('create false invalid_field')
    await page.evaluate(() => {
      const [, go, stop] = document.querySelectorAll('button')
      go?.click()
      stop?.click()
    })
    await says('create false undefined')
    await page.getByRole('button', { name: 'Go' }).click()
    await page.waitForFunction(() => kbveReact.locker.status.state === 'unlocked')
  })

  t.test('a field: typing writes nothing and never throws, a refusal stays with its sentence', async () => {
    const page = await reactTab(t, browsing)
    await page.evaluate((name) => kbveReact.show('Email', name, {}), t.name())
    await page.waitForFunction(() => kbveReact.locker.status.state === 'unlocked')
    const field = page.getByLabel('Email')
    const stored = () => page.evaluate(() => kbveReact.locker.get('email'))
    await field.fill('ann(at)example')
    expect([await stored(), await page.locator('#dirty').innerText()]).to.deep.equal(['', 'true'])
    await field.press('Enter')
    await page.locator('#error', { hasText: /mail.*\.$/ }).waitFor()
    expect(await field.inputValue()).to.equal('ann(at)example')
    // What comes from elsewhere meanwhile is not what is being typed.
    await page.evaluate(() => kbveReact.locker.set('email', 'bea@example.com'))
    await page.locator('#value', { hasText: 'bea@example.com' }).waitFor()
    expect(await field.inputValue()).to.equal('ann(at)example')
    await field.fill('ann@example.com')
    expect(await page.locator('#error').innerText()).to.equal('')
    await field.blur()
    expect(await stored()).to.equal('ann@example.com')
    expect(await page.locator('#dirty').innerText()).to.equal('false')
    await field.fill('x')
    await page.evaluate(() => kbveReact.locker.lock())
    await field.press('Enter')
    await page
      .locator('#error', { hasText: 'locked' })
      .or(page.locator('#error', { hasText: 'not open' }))
      .waitFor()
    await page.getByRole('button', { name: 'Reset' }).click()
    expect(await field.inputValue()).to.equal('')
    // Another locker is not to get what was typed into the one before.
    await field.fill('half a word')
    await page.evaluate(() => kbveReact.locker.destroy())
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('label input')?.value === '')
    await page.evaluate(() => kbveReact.locker.create({ device: true }))
    await field.press('Enter')
    expect(await stored()).to.equal('')
    await page.evaluate(() => kbveReact.locker.lock())
    await page.evaluate(() => kbveReact.locker.unlock({ device: true }))
    await page.getByRole('button', { name: 'auto' }).click()
    await page.getByRole('button', { name: 'dark' }).waitFor()
    expect(await page.evaluate(() => kbveReact.locker.get('theme'))).to.equal('dark')
  })
}
