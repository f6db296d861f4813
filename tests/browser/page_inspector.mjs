/** The page's inspector: every byte has a name, any of them can be changed, the locker says so, and it can be put back. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'

const passphrase = 'four random words here'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

const button = (page, name) => page.getByRole('button', { name, exact: true })
const part = (page, text) => page.locator('.part-list button', { hasText: text })
const byte = (page, field, index) => page.locator(`.byte[aria-label^="${field}, byte ${index}:"]`)
const verdict = (page, text) => page.locator('.verdict-line', { hasText: text }).waitFor()
const flip = (page) => button(page, 'Lock, flip, open again')
const restore = (page) => page.getByRole('button', { name: /^Restore it/ })

async function fill(page, label, value) {
  await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByLabel(label, { exact: true }).press('Enter')
}

/** A locker with two fields, and the inspector open on it. */
async function inspected(page, go) {
  await page.locator('.pill', { hasText: 'Open' }).waitFor()
  await fill(page, 'Username', 'ann')
  await fill(page, 'Last name', 'Example')
  await page.locator('.record', { hasText: 'profile/last' }).waitFor()
  await go('#inspector')
  await part(page, 'profile/username').click()
}

const valueIn = async (page, go, label) => {
  await go('#device')
  await page.locator('.pill', { hasText: 'Open' }).waitFor()
  return page.getByLabel(label, { exact: true }).inputValue()
}

/** Changes one byte of a part, expects the verdict, puts it back, and expects everything to be whole. */
async function flipAndBack(page, name, field, index, says) {
  await part(page, name).first().click()
  await byte(page, field, index).click()
  await flip(page).click()
  await verdict(page, says)
  await restore(page).click()
  await verdict(page, 'Open, and whole')
  expect(await restore(page).count()).to.equal(0)
}

export const inspectorTests = {
  async 'inspector: the fields of a record, their bytes, and what the package tells of it'(page, { go }) {
    await inspected(page, go)
    const legend = await page.locator('.legend').innerText()
    for (const name of ['label', 'locker_id', 'id', 'rev', 'writer', 'epoch', 'kind', 'expires', 'nonce'])
      expect(legend).to.match(new RegExp(`(^|\\n)${name} bytes \\d+–\\d+`))
    expect(legend)
      .to.match(/ciphertext bytes \d+–\d+/)
      .and.to.match(/tag bytes \d+–\d+/)
    const on = async (field) => page.locator(`.byte[data-kind="${field}"]`).allInnerTexts()
    expect(await on('nonce')).to.have.length(12)
    expect(await on('ciphertext')).to.have.length(64)
    expect(await on('tag')).to.have.length(16)
    // The length of the text before it, four bytes.
    const id = (await on('id')).map((pair) => Number.parseInt(pair, 16))
    expect(Buffer.from(id.slice(4)).toString()).to.equal('profile/username')
    expect(id.slice(0, 4)).to.deep.equal([0, 0, 0, 16])
    const stored = await page.evaluate(async () => {
      const { result } = await new Promise((resolve) => {
        const opening = indexedDB.open('kbve-locker/default/demo-device')
        opening.onsuccess = () => {
          const reading = opening.result.transaction('records').objectStore('records').get('profile/username')
          reading.onsuccess = () => resolve(reading)
        }
      })
      return [...result.nonce, ...result.box]
    })
    const shown = [...(await on('nonce')), ...(await on('ciphertext')), ...(await on('tag'))]
    expect(shown.map((pair) => Number.parseInt(pair, 16))).to.deep.equal(stored)
    expect(await page.locator('.part .facts').innerText())
      .to.match(/by\s+this tab/)
      .and.to.match(/box\s+80 bytes/)
    expect(await page.locator('main').innerText()).not.to.include('Example')
  },

  async 'inspector: by keyboard, and each way shows the other'(page, { go }) {
    await inspected(page, go)
    await page.locator('.field-row', { hasText: 'nonce' }).hover()
    expect(await page.locator('.byte[data-active=true]').count()).to.equal(12)
    await page.locator('.field-row', { hasText: 'writer' }).focus()
    expect(await byte(page, 'writer', 5).getAttribute('data-active')).to.equal('true')
    await page.keyboard.press('Enter')
    await byte(page, 'nonce', 0).focus()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')
    await page.keyboard.press('ArrowRight')
    expect(await focused()).to.match(/^nonce, byte 1: [0-9a-f]{2}$/)
    await page.keyboard.press('ArrowDown')
    expect(await focused()).to.match(/^ciphertext, byte 1:/)
    await page.keyboard.press('ArrowUp')
    expect(await focused()).to.match(/^nonce, byte 1:/)
    await page.keyboard.press('End')
    expect(await focused()).to.match(/^tag, byte 15:/)
    expect(await page.locator('.field-row[data-active=true]').innerText()).to.include('tag')
    expect(await page.locator('.byte[tabindex="0"]').count()).to.equal(1)
    await page.keyboard.press('Home')
    expect(await focused()).to.match(/^label, byte 0:/)
    expect(await flip(page).isDisabled()).to.equal(true)
    await page.getByText('This lies nowhere on the disk').waitFor()
  },

  async 'inspector: a flipped byte of a record is noticed, and put back nothing is lost'(page, { go }) {
    await inspected(page, go)
    await byte(page, 'tag', 3).click()
    await flip(page).click()
    await verdict(page, 'Damaged, and set aside: profile/username')
    await page.locator('#part-title', { hasText: 'damaged' }).waitFor()
    expect(await byte(page, 'tag', 3).getAttribute('data-flipped')).to.equal('true')
    await page.reload()
    await page.locator('.flip-list').waitFor()
    await restore(page).click()
    await verdict(page, 'Open, and whole')
    expect(await valueIn(page, go, 'Username')).to.equal('ann')
  },

  async 'inspector: header, mac, keyslot, root, numbers: each the right answer, and a way back'(
    page,
    { go },
  ) {
    await inspected(page, go)
    await flipAndBack(page, 'profile/username', 'nonce', 0, 'set aside: profile/username')
    await flipAndBack(page, 'profile/username', 'writer', 4, 'integrity "records"')
    await flipAndBack(page, 'profile/username', 'rev', 7, 'set aside: profile/username')
    await flipAndBack(page, 'profile/username', 'epoch', 7, 'set aside: profile/username')
    await flipAndBack(page, 'root', 'tag', 0, 'integrity "records"')
    await flipAndBack(page, 'header', 'mac', 31, 'integrity "header"')
    await flipAndBack(page, 'header', 'created', 7, 'integrity "header"')
    await flipAndBack(page, 'header', 'locker_id', 4, 'Refused: tampered')
    await flipAndBack(page, 'header', 'key_id', 19, 'Refused: tampered')
    await flipAndBack(page, 'This browser', 'wrapped', 47, 'Refused: tampered')
    expect(await valueIn(page, go, 'Username')).to.equal('ann')
    expect(await valueIn(page, go, 'Last name')).to.equal('Example')
  },

  async 'inspector: two at once, and what was written anew meanwhile is left alone'(page, { go }) {
    await inspected(page, go)
    await byte(page, 'tag', 0).click()
    await flip(page).click()
    await verdict(page, 'set aside: profile/username')
    await part(page, 'profile/last').click()
    await byte(page, 'ciphertext', 63).click()
    await flip(page).click()
    await verdict(page, 'set aside: profile/last, profile/username')
    await go('#device')
    await fill(page, 'Username', 'written anew')
    await page.getByText('sealed in').first().waitFor()
    await go('#inspector')
    await page.getByRole('button', { name: 'Restore it: the byte of profile/username' }).click()
    await page.getByText('profile/username was written anew since').waitFor()
    await page.getByRole('button', { name: 'Restore it: the byte of profile/last' }).click()
    await verdict(page, 'Open, and whole')
    expect(await valueIn(page, go, 'Username')).to.equal('written anew')
    expect(await valueIn(page, go, 'Last name')).to.equal('Example')
  },

  async 'inspector: a sealed cookie, taken apart, changed, and put back'(page, { go }) {
    await inspected(page, go)
    await button(page, 'Seal a cookie').click()
    await part(page, 'demo-device-token').click()
    await page.locator('.legend', { hasText: '"typ":"kbve-cookie"' }).waitFor()
    await byte(page, 'tag', 2).click()
    await button(page, 'Flip it').click()
    await verdict(page, 'cookie_invalid')
    await restore(page).click()
    await verdict(page, 'there and opens')
  },

  async 'inspector: a locker with a passphrase asks for it, and says what it found'(page, { go }) {
    await go('#passphrase')
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByLabel('The same once more').fill(passphrase)
    await button(page, 'Create the locker').click()
    await page.getByLabel('Username').waitFor()
    await go('#inspector/passphrase')
    await part(page, 'header').first().click()
    await byte(page, 'mac', 0).click()
    await flip(page).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByLabel('Passphrase', { exact: true }).press('Enter')
    await verdict(page, 'integrity "header"')
    await restore(page).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByLabel('Passphrase', { exact: true }).press('Enter')
    await verdict(page, 'Open, and whole')
    await part(page, 'passphrase').click()
    expect(await page.locator('.legend').innerText())
      .to.include('kdf.memory_kib')
      .and.to.include('65536')
  },

  async 'inspector: tabs and events are seen, values are not'(page, { go, another }) {
    await inspected(page, go)
    const second = await another()
    await second.locator('.pill', { hasText: 'Open' }).waitFor()
    await page.locator('#tabs-title', { hasText: '2 open' }).waitFor()
    await fill(second, 'GitHub', 'zebra-4711')
    await page.locator('.events', { hasText: 'github (elsewhere)' }).waitFor()
    await page.locator('.events', { hasText: 'changed profile/github' }).waitFor()
    expect(await page.locator('body').innerText()).not.to.include('zebra')
  },

  async 'inspector: axe finds nothing, and nothing is wider than the window at 360 pixels'(page, { go }) {
    await inspected(page, go)
    await byte(page, 'tag', 3).click()
    await flip(page).click()
    await verdict(page, 'set aside')
    // Behind the page's policy: a test may add a script where a page may not.
    await page.evaluate(axe)
    // Colours on their way from one theme to the other are no colours to be judged.
    await page.emulateMedia({ reducedMotion: 'reduce' })
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name
      }, theme)
      const { violations } = await page.evaluate(() => window.axe.run())
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      expect(told.length, `${theme}\n${told.join('\n')}`).to.equal(0)
    }
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(360)
  },
}
