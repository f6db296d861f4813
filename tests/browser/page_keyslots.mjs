/** What opens a locker of the page: keyslots added and removed, and each kind of them used at the gate. */
import { expect } from 'chai'

const passphrase = 'four random words here'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const field = (page, label) => page.getByLabel(label, { exact: true })
const state = (page, word) => page.locator('.pill', { hasText: word }).waitFor()
const keyslots = (page) =>
  page.locator('.tool').filter({ has: page.getByRole('heading', { name: 'Keyslots' }) })
const kinds = (page) => keyslots(page).locator('.slots .tag').allInnerTexts()
const told = (page, text) => keyslots(page).locator('.told').filter({ hasText: text }).waitFor()
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: it } = document
    return it?.labels?.[0]?.textContent ?? it?.getAttribute('aria-label') ?? it?.textContent
  })
const width = (page) => page.evaluate(() => document.documentElement.scrollWidth)

/** The page's locker with a passphrase, made and open. */
export async function passphraseLocker(page) {
  await field(page, 'Passphrase').fill(passphrase)
  await field(page, 'The same once more').fill(passphrase)
  await button(page, 'Create the locker').click()
  await state(page, 'Open')
  await field(page, 'Username').fill('ann')
  await field(page, 'Username').press('Enter')
  await keyslots(page).locator('.slots li').first().waitFor()
}

/** Draws a recovery code and answers it. */
export async function addCode(page) {
  await button(page, 'Add a recovery code').click()
  const code = await keyslots(page).locator('.recovery-code').innerText()
  await told(page, 'Added.')
  return code
}

/** The page by a name, with an authenticator: an address is no relying party. */
export async function namedPage(page, { address, allow }, { hasPrf = true } = {}) {
  const named = address.replace('127.0.0.1', 'localhost')
  allow(named)
  await page.goto(`${named}#locker/passphrase`)
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
      hasPrf,
      automaticPresenceSimulation: true,
    },
  })
  return {
    /** Whether a person is there who says yes. */
    presence: (enabled) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    verified: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function isOpenAgain(page) {
  await state(page, 'Open')
  await field(page, 'Username').waitFor()
  expect(await field(page, 'Username').inputValue()).to.equal('ann')
}

export const keyslotTests = {
  async 'keyslots: a recovery code is shown once, and opens the locker; a wrong one is a sentence'(
    page,
    { go },
  ) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await go('#locker/passphrase')
    await passphraseLocker(page)
    expect(await kinds(page)).to.deep.equal(['passphrase'])
    const code = await addCode(page)
    expect(code).to.match(/^([0-9A-Z]{5}-){5}/)
    await keyslots(page).getByText('it is shown only once').waitFor()
    await button(page, 'Copy the code').click()
    await keyslots(page).getByText('Copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).to.equal(code)
    expect(await kinds(page)).to.deep.equal(['passphrase', 'recovery'])
    await button(page, 'I have it').click()
    expect(await page.locator('body').innerText()).not.to.include(code)

    await button(page, 'Lock').click()
    await state(page, 'Locked')
    expect(await button(page, 'Use a passkey').count()).to.equal(0)
    await button(page, 'Use a recovery code').click()
    expect(await focused(page)).to.equal('Recovery code')
    const error = page.locator('.gate [aria-live]').filter({ hasText: /\.$/ })
    await button(page, 'Unlock').click()
    await error.filter({ hasText: 'Type the recovery code first.' }).waitFor()
    const slip = code.slice(0, -2)
    await field(page, 'Recovery code').fill(slip)
    await field(page, 'Recovery code').press('Enter')
    await error.filter({ hasText: 'some are missing' }).waitFor()
    expect(await focused(page)).to.equal('Recovery code')
    expect(await field(page, 'Recovery code').inputValue(), 'is mended, not typed again').to.equal(slip)
    await field(page, 'Recovery code').fill(code.toLowerCase())
    await field(page, 'Recovery code').press('Enter')
    await isOpenAgain(page)
    expect(await keyslots(page).locator('.recovery-code').count()).to.equal(0)
  },

  async 'keyslots: a code that was removed opens nothing; the passphrase still does, also after a reload'(
    page,
    { go },
  ) {
    await go('#locker/passphrase')
    await passphraseLocker(page)
    const old = await addCode(page)
    await button(page, 'I have it').click()
    await button(page, 'Remove Recovery code').click()
    await button(page, 'Keep it').click()
    expect(await kinds(page)).to.deep.equal(['passphrase', 'recovery'])
    expect(await focused(page)).to.equal('Remove Recovery code')
    await button(page, 'Remove Recovery code').click()
    await button(page, 'Remove').click()
    await told(page, 'Removed: Recovery code.')
    expect(await kinds(page)).to.deep.equal(['passphrase'])
    expect(await focused(page)).to.equal('Remove Passphrase')
    await addCode(page)
    await page.reload()
    await state(page, 'Locked')
    await button(page, 'Use a recovery code').click()
    await field(page, 'Recovery code').fill(old)
    await field(page, 'Recovery code').press('Enter')
    await page.locator('.gate [aria-live]', { hasText: 'does not open the locker' }).waitFor()
    await button(page, 'Use the passphrase').click()
    expect(await focused(page)).to.equal('Passphrase')
    expect(await page.locator('.gate [aria-live]').filter({ hasText: /\S/ }).count()).to.equal(0)
    await field(page, 'Passphrase').fill(passphrase)
    await field(page, 'Passphrase').press('Enter')
    await isOpenAgain(page)
  },

  async 'keyslots: the last one stays, and that is a sentence'(page, { go }) {
    await go('#locker/passphrase')
    await passphraseLocker(page)
    await button(page, 'Remove Passphrase').click()
    await button(page, 'Remove').click()
    await told(page, 'The last slot stays')
    expect(await kinds(page)).to.deep.equal(['passphrase'])
    // With another one it can go, and the gate asks for what is left.
    const code = await addCode(page)
    await button(page, 'Remove Passphrase').click()
    await button(page, 'Remove').click()
    await told(page, 'Removed: Passphrase.')
    await button(page, 'Lock').click()
    await state(page, 'Locked')
    // As soon as it is known what opens it.
    await page.waitForFunction(() => document.activeElement?.labels?.[0]?.textContent === 'Recovery code')
    expect(await field(page, 'Passphrase').count()).to.equal(0)
    await field(page, 'Recovery code').fill(code)
    await button(page, 'Unlock').click()
    await isOpenAgain(page)
  },

  async 'keyslots: a passkey is added, opens the locker, and is removed'(page, session) {
    const authenticator = await namedPage(page, session)
    await passphraseLocker(page)
    await button(page, 'Add a passkey').click()
    await told(page, 'Added. The passkey opens')
    expect(await kinds(page)).to.deep.equal(['passphrase', 'passkey'])
    expect(await focused(page)).to.equal('Add a passkey')
    await button(page, 'Add a passkey').click()
    await told(page, 'has a passkey for the locker already')
    await button(page, 'Lock').click()
    await state(page, 'Locked')

    // A question that nobody answers is given up.
    await authenticator.presence(false)
    await button(page, 'Use a passkey').click()
    await page.getByText('Your browser asks for the passkey.').waitFor()
    await button(page, 'Cancel').click()
    await page.getByText('Stopped. Nothing was changed.').waitFor()
    await authenticator.presence(true)

    await button(page, 'Use a passkey').press('Enter')
    await isOpenAgain(page)
    await page.reload()
    await state(page, 'Locked')
    await button(page, 'Use a passkey').click()
    await isOpenAgain(page)
    await button(page, 'Lock').click()
    await state(page, 'Locked')

    // A person who is not recognised, which blocks the authenticator: the passphrase's field is not what was wrong.
    await authenticator.verified(false)
    await button(page, 'Use a passkey').click()
    await page.locator('.gate [aria-live]', { hasText: 'No passkey was used' }).waitFor()
    expect(await focused(page)).to.equal('Use a passkey')
    expect(await field(page, 'Passphrase').getAttribute('aria-invalid')).to.equal('false')
    await field(page, 'Passphrase').fill(passphrase)
    await field(page, 'Passphrase').press('Enter')
    await isOpenAgain(page)
    await button(page, 'Remove Passkey').click()
    await button(page, 'Remove').click()
    await told(page, 'Removed: Passkey.')
    await button(page, 'Lock').click()
    await button(page, 'Unlock').waitFor()
    expect(await button(page, 'Use a passkey').count()).to.equal(0)
  },

  async 'keyslots: a passkey that cannot be is a sentence, and adding one can be given up'(page, session) {
    await session.go('#locker/passphrase')
    await passphraseLocker(page)
    await button(page, 'Add a passkey').click()
    await told(page, /^A passkey belongs to a name.+localhost.+\.$/)
    const authenticator = await namedPage(page, session, { hasPrf: false })
    await passphraseLocker(page)
    await button(page, 'Add a passkey').click()
    await told(page, 'use another secret.')
    await authenticator.presence(false)
    await button(page, 'Add a passkey').click()
    await keyslots(page).getByText('Your browser asks for a passkey…').waitFor()
    expect(await focused(page)).to.equal('Cancel')
    await page.keyboard.press('Enter')
    await told(page, 'Stopped. Nothing was changed.')
    expect(await kinds(page)).to.deep.equal(['passphrase'])
  },

  async 'keyslots: this device opens a locker that also has a passphrase; another tab sees it added'(
    page,
    { go, another },
  ) {
    await go('#locker/passphrase')
    await passphraseLocker(page)
    await addCode(page)
    const second = await another('#locker/passphrase')
    await button(second, 'Use a recovery code').waitFor()
    await button(page, 'Add this device').click()
    await told(page, 'A key that this browser keeps')
    expect(await button(page, 'Add this device').count()).to.equal(0)
    await button(second, 'Open with this device').click()
    await isOpenAgain(second)
  },

  async 'keyslots: by keyboard alone, and nothing wider than the window at 360 pixels'(page, { go }) {
    await page.setViewportSize({ width: 360, height: 740 })
    await go('#locker/passphrase')
    await passphraseLocker(page)
    await button(page, 'Add a recovery code').focus()
    await page.keyboard.press('Enter')
    await keyslots(page).locator('.recovery-code').waitFor()
    await page.waitForFunction(() => document.activeElement?.matches('.new-code'))
    const code = await keyslots(page).locator('.recovery-code').innerText()
    expect(await width(page)).to.equal(360)
    await page.keyboard.press('Tab')
    expect(await focused(page)).to.equal('Copy the code')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await focused(page)).to.equal('Remove Passphrase')
    await page.keyboard.press('Enter')
    expect(await width(page)).to.equal(360)
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    expect(await focused(page)).to.equal('Remove Passphrase')
    await button(page, 'Lock').focus()
    await page.keyboard.press('Enter')
    await button(page, 'Use a recovery code').focus()
    await page.keyboard.press('Enter')
    expect(await width(page)).to.equal(360)
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    await isOpenAgain(page)
  },
}
