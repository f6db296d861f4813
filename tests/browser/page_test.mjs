/** Drives the built page in Chromium, as a visitor would. Run after `node tools/build.mjs web`. */
import { expect } from 'chai'
import { axeTests } from './page_axe.mjs'
import { benchTests } from './page_bench.mjs'
import { openPage, runTests } from './page_driver.mjs'
import { inspectorTests } from './page_inspector.mjs'
import { keyslotTests } from './page_keyslots.mjs'
import { roomTests } from './page_rooms.mjs'
import { tokenTests } from './page_tokens.mjs'
import { toolTests } from './page_tools.mjs'
import { uptimeTests } from './page_uptime.mjs'

const planted = 'zebra-4711-planted'
const passphrase = 'four random words here'

const field = (page, label) => page.getByLabel(label, { exact: true })
const button = (page, name) => page.getByRole('button', { name, exact: true })
const diskText = (page) => page.locator('.disk').innerText()
const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme)

async function commit(page, label, value) {
  await field(page, label).fill(value)
  await field(page, label).press('Enter')
}

async function state(page, word) {
  await page.locator('.pill', { hasText: word }).waitFor()
}

/** The row of a record on the disk side. */
const record = (page, id) => page.locator('.record').filter({ has: page.getByText(id, { exact: true }) })

async function createWithPassphrase(page) {
  await field(page, 'Passphrase').fill(passphrase)
  await field(page, 'The same once more').fill(passphrase)
  await button(page, 'Create the locker').click()
  await field(page, 'Username').waitFor()
}

const tests = {
  async 'device: opens by itself, an edit is there after a reload'(page) {
    await state(page, 'Open')
    await commit(page, 'Username', 'ann')
    await page.getByText('sealed in').first().waitFor()
    await page.reload()
    await state(page, 'Open')
    expect(await field(page, 'Username').inputValue()).to.equal('ann')
  },

  async 'all nine fields are sealed and come back'(page) {
    const values = {
      Username: 'ann',
      'Last name': 'Example',
      Email: 'ann@example.com',
      GitHub: 'ann-example',
      Instagram: 'ann.example',
      UUID: '9b2f0c1e-7c39-4a40-9f0e-8d0b6f3f4a11',
      Avatar: 'https://example.com/ann.png',
    }
    for (const [label, value] of Object.entries(values)) await commit(page, label, value)
    await commit(page, 'Phone', '+49 (151) 123-4567')
    await page.getByText('Light', { exact: true }).click()
    await page.reload()
    await state(page, 'Open')
    for (const [label, value] of Object.entries(values)) {
      expect(await field(page, label).inputValue(), label).to.equal(value)
    }
    expect(await field(page, 'Phone').inputValue()).to.equal('+491511234567')
    expect(await page.getByLabel('Light').isChecked()).to.equal(true)
    expect(await page.locator('.record', { hasText: 'profile/' }).count()).to.equal(9)
  },

  async 'typing never throws: what is refused stays, with a sentence under the field; Escape takes it back'(
    page,
  ) {
    await commit(page, 'Email', 'ann@example.com')
    await commit(page, 'Email', 'ann(at)example')
    const error = page.locator('.field', { has: field(page, 'Email') }).locator('.error')
    expect(await error.innerText())
      .to.match(/\.$/)
      .and.to.match(/mail/i)
    expect(await error.getAttribute('aria-live')).to.equal('polite')
    expect(await field(page, 'Email').getAttribute('aria-invalid')).to.equal('true')
    expect(await field(page, 'Email').inputValue()).to.equal('ann(at)example')
    await field(page, 'Email').press('Escape')
    expect(await field(page, 'Email').inputValue()).to.equal('ann@example.com')
    expect(await error.innerText()).to.equal('')
  },

  async 'the theme themes the page, and is there in the first frame after a reload'(page) {
    await page.getByText('Dark', { exact: true }).click()
    expect(await theme(page)).to.equal('dark')
    const dark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    await page.reload()
    expect(await page.evaluate(() => window.firstFrameTheme)).to.equal('dark')
    await state(page, 'Open')
    await page.getByText('Light', { exact: true }).click()
    const light = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    expect(light).not.to.equal(dark)
  },

  async 'the live view shows sealed bytes, and no plaintext lies in IndexedDB'(page) {
    await commit(page, 'Username', planted)
    await field(page, 'Draft').fill(`a draft with ${planted}`)
    await record(page, 'entry/draft').waitFor()
    const row = record(page, 'profile/username')
    expect(await row.innerText())
      .to.match(/80 B/)
      .and.to.match(/nonce\s+[0-9a-f]{24}/)
    expect(await diskText(page)).not.to.include('zebra')
    const dump = await page.evaluate(async () => {
      const settled = (request) =>
        new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
      const text = (value) =>
        value instanceof Uint8Array
          ? String.fromCharCode(...value)
          : value && typeof value === 'object'
            ? Object.values(value).map(text).join('\n')
            : String(value)
      let all = ''
      for (const { name } of await indexedDB.databases()) {
        const database = await settled(indexedDB.open(name))
        for (const store of database.objectStoreNames) {
          all += text(await settled(database.transaction(store).objectStore(store).getAll()))
        }
        database.close()
      }
      return all
    })
    expect(dump).to.include('profile/username').and.not.to.include('zebra')
  },

  async 'the live view follows an edit'(page) {
    await commit(page, 'Username', 'ann')
    const box = record(page, 'profile/username').locator('.box')
    const before = await box.textContent()
    expect(before).to.match(/([0-9a-f]{2} ){48}…$/)
    await commit(page, 'Username', 'ben')
    await box.filter({ hasNotText: before }).waitFor()
    expect(await box.textContent()).to.match(/([0-9a-f]{2} ){48}…$/)
  },

  async 'a draft is kept with every keystroke; a note is put with an expiry, and deleted'(page) {
    await field(page, 'Draft').pressSequentially('half a wo')
    await page.reload()
    await state(page, 'Open')
    expect(await field(page, 'Draft').inputValue()).to.equal('half a wo')
    await field(page, 'Note').fill('door')
    await field(page, 'Text').fill(planted)
    await field(page, 'Keep it').selectOption({ label: 'for one minute' })
    await button(page, 'Put').click()
    await page.locator('.entry-list', { hasText: planted }).waitFor()
    await record(page, 'entry/door').getByText('expires').waitFor()
    await button(page, 'Delete door').click()
    await page.locator('.entry-list').waitFor({ state: 'detached' })
    await record(page, 'entry/door').getByText('gone').waitFor()
  },

  async 'a picture becomes the avatar, sealed; a file that is none is refused with a sentence'(page) {
    const chosen = page.locator('.profile input[type=file]')
    await chosen.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    await page.getByText('This file is not a picture the browser can read.').waitFor()
    const png = await page.locator('.brand-mark').screenshot()
    await chosen.setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: png })
    await page.getByAltText('The avatar').waitFor()
    await page.reload()
    const width = page
      .getByAltText('The avatar')
      .evaluate((image) => image.decode().then(() => image.naturalWidth))
    expect(await width).to.equal(128)
    expect(await diskText(page)).not.to.include('data:image')
  },

  async 'a second tab follows, and its writes are seen here'(page, { another }) {
    await commit(page, 'Username', 'ann')
    const second = await another()
    await state(second, 'Open')
    await second.waitForFunction(() => document.querySelector('input[name=username]')?.value === 'ann')
    await commit(second, 'Username', 'from the second tab')
    await page.waitForFunction(
      () => document.querySelector('input[name=username]')?.value === 'from the second tab',
    )
  },

  async 'one flipped bit: the record is named as damaged, the rest opens'(page) {
    await commit(page, 'Username', 'ann')
    await commit(page, 'Last name', 'Example')
    await button(page, 'Flip a bit of profile/last').click()
    await button(page, 'Lock').click()
    await state(page, 'Locked')
    await button(page, 'Open with this device').click()
    await state(page, 'Open')
    await page.locator('.status', { hasText: 'profile/last: set aside' }).waitFor()
    expect(await field(page, 'Username').inputValue()).to.equal('ann')
    expect(await field(page, 'Last name').inputValue()).to.equal('')
  },

  async 'destroy asks first, then nothing lies on the disk; a new one can be made'(page) {
    await commit(page, 'Username', planted)
    await button(page, 'Destroy the locker…').click()
    await button(page, 'Keep it').click()
    await state(page, 'Open')
    await button(page, 'Destroy the locker…').click()
    await button(page, 'Destroy').click()
    await state(page, 'Empty')
    await page.getByText('Nothing of this locker lies on this disk.').waitFor()
    await button(page, 'Start again').click()
    await state(page, 'Open')
    expect(await field(page, 'Username').inputValue()).to.equal('')
  },

  async 'passphrase: two that differ are refused, creating can be cancelled'(page, { go }) {
    await go('#passphrase')
    await field(page, 'Passphrase').fill(passphrase)
    await field(page, 'The same once more').fill('something else')
    await button(page, 'Create the locker').click()
    await page.getByText('The two passphrases differ. Type the same one twice.').waitFor()
    await field(page, 'The same once more').fill(passphrase)
    await button(page, 'Create the locker').click()
    // In the frame it appears in: deriving a key may be over before a click has waited for it to stand still.
    await button(page, 'Cancel').dispatchEvent('click')
    await page.getByText('Stopped. Nothing was changed.').waitFor()
    await state(page, 'Empty')
    expect(await page.locator('.record').count()).to.equal(0)
  },

  async 'passphrase: create, lock, wrong one, unlock, reload'(page, { go }) {
    await go('#passphrase')
    await createWithPassphrase(page)
    await commit(page, 'Username', planted)
    await button(page, 'Lock').click()
    await state(page, 'Locked')
    expect(await page.locator('body').innerText()).not.to.include('zebra')
    await field(page, 'Passphrase').fill('four random words her')
    await field(page, 'Passphrase').press('Enter')
    const error = page.locator('.gate [aria-live]')
    await error.filter({ hasText: /passphrase.*\.$/i }).waitFor()
    await state(page, 'Locked')
    expect(await field(page, 'Passphrase').evaluate((input) => input === document.activeElement)).to.equal(
      true,
    )
    await field(page, 'Passphrase').fill(passphrase)
    await field(page, 'Passphrase').press('Enter')
    await field(page, 'Username').waitFor()
    expect(await field(page, 'Username').inputValue()).to.equal(planted)
    await page.reload()
    await state(page, 'Locked')
    // The live view reads the disk for itself, some time after the gate is drawn.
    await page.locator('.disk').filter({ hasText: 'Argon2id: 64 MiB, 3 passes, 1 lane' }).waitFor()
  },

  async 'each locker shows the code for it, and gives it to be copied'(page, { go }) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    for (const [hash, line] of [
      ['#locker', 'const locker = createLocker() //'],
      ['#locker/passphrase', '<UnlockForm />'],
    ]) {
      await go(hash)
      const example = page.locator('.example')
      await example.getByText('The code for this locker').click()
      await example.locator('code').filter({ hasText: line }).waitFor()
      await button(page, 'Copy the code').click()
      await example.getByText('Copied.').waitFor()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      expect(copied.trim()).to.equal(await example.locator('code').textContent())
    }
  },

  async 'the two lockers do not mix'(page, { go }) {
    await commit(page, 'Username', 'of the device')
    await go('#passphrase')
    await createWithPassphrase(page)
    expect(await field(page, 'Username').inputValue()).to.equal('')
    await commit(page, 'Username', 'of the passphrase')
    await page.getByRole('link', { name: 'This device' }).click()
    await state(page, 'Open')
    expect(await field(page, 'Username').inputValue()).to.equal('of the device')
  },

  async 'nothing is wider than the window at 360 pixels'(page) {
    await page.setViewportSize({ width: 360, height: 740 })
    await commit(page, 'Username', 'ann')
    await record(page, 'profile/username').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(360)
  },

  async 'by keyboard alone: skipping, field, theme, lock'(page) {
    await state(page, 'Open')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal('Skip to the content')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'main')
    // The choice of the locker, three things to try, the code and the theme stand before the first field.
    const stops = []
    while (stops.length < 8) {
      await page.keyboard.press('Tab')
      stops.push(await page.evaluate(() => document.activeElement?.getAttribute('name') ?? 'a link'))
      if (stops.at(-1) === 'username') break
    }
    expect(stops.at(-1), stops.join()).to.equal('username')
    await page.keyboard.type('ann')
    await page.keyboard.press('Shift+Tab')
    await page.getByText('sealed in').waitFor()
    await page.keyboard.press('ArrowLeft')
    expect(['dark', 'light']).to.include(await theme(page))
    await button(page, 'Lock').focus()
    await page.keyboard.press('Enter')
    await state(page, 'Locked')
    // As soon as it is known what opens it.
    await page.waitForFunction(() => document.activeElement?.textContent === 'Open with this device')
  },
}

await runTests(
  {
    ...tests,
    ...toolTests,
    ...keyslotTests,
    ...inspectorTests,
    ...roomTests,
    ...tokenTests,
    ...uptimeTests,
    ...benchTests,
    ...axeTests,
  },
  openPage,
)
