/** What the page offers beside editing: backup and restore, repair, a large file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'

const button = (page, name) => page.getByRole('button', { name, exact: true })
const card = (page, heading) =>
  page.locator('.tool').filter({ has: page.getByRole('heading', { name: heading }) })
const field = (page, label) => page.getByLabel(label, { exact: true })

async function open(page) {
  await page.locator('.pill', { hasText: 'Open' }).waitFor()
}

async function fill(page, label, value) {
  await field(page, label).fill(value)
  await field(page, label).press('Enter')
}

/** What a click saves, read from the disk. */
async function saved(page, click) {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}

export const toolTests = {
  async 'backup: needs a recovery code first, is sealed, and comes back after everything was destroyed'(
    page,
  ) {
    await open(page)
    await fill(page, 'Username', 'zebra-4711')
    const backup = card(page, 'Backup')
    await backup.getByText('needs a recovery code first').waitFor()
    expect(await button(page, 'Save a backup').isDisabled()).to.equal(true)
    await button(page, 'Make a recovery code').click()
    const code = await backup.locator('.recovery-code').innerText()
    expect(code).to.match(/^([0-9A-Z]{5}-){5}/)
    const { name, bytes } = await saved(page, () => button(page, 'Save a backup').click())
    expect(name).to.equal('demo-device.kbve')
    expect(bytes.toString()).to.include('kbve-locker/1').and.not.to.include('zebra')
    await button(page, 'Destroy the locker…').click()
    await button(page, 'Destroy').click()
    await page.locator('.pill', { hasText: 'Empty' }).waitFor()
    await field(page, 'Choose a backup (.kbve)').setInputFiles({
      name,
      mimeType: 'application/json',
      buffer: bytes,
    })
    await field(page, 'Its passphrase or recovery code').fill(code)
    await button(page, 'Preview').click()
    await card(page, 'Backup').getByText('Nothing is changed yet').waitFor()
    expect(await card(page, 'Backup').locator('.report').innerText()).to.match(/added\s+profile\/username/)
    await page.locator('.pill', { hasText: 'Empty' }).waitFor()
    await button(page, 'Restore').click()
    await open(page)
    await field(page, 'Username').waitFor()
    expect(await field(page, 'Username').inputValue()).to.equal('zebra-4711')
  },

  async 'backup: merged into an open locker, previewed first; a wrong secret is a sentence'(page) {
    await open(page)
    await fill(page, 'Username', 'ann')
    await fill(page, 'Last name', 'Example')
    await button(page, 'Make a recovery code').click()
    const code = await page.locator('.recovery-code').innerText()
    const { name, bytes } = await saved(page, () => button(page, 'Save a backup').click())
    await fill(page, 'Username', 'newer')
    const file = { name, mimeType: 'application/json', buffer: bytes }
    await field(page, 'Choose a backup (.kbve)').setInputFiles(file)
    await field(page, 'Its passphrase or recovery code').fill('not this one')
    await button(page, 'Preview').click()
    await card(page, 'Backup').locator('.told[data-tone=bad]').filter({ hasText: /\.$/ }).waitFor()
    await field(page, 'Its passphrase or recovery code').fill(code)
    await button(page, 'Preview').click()
    await card(page, 'Backup').getByText('Nothing is changed yet').waitFor()
    expect(await card(page, 'Backup').locator('.report').innerText()).to.match(
      /left as it is\s+.*profile\/username/,
    )
    await page.getByText('goes: exactly the backup').click()
    await button(page, 'Preview').click()
    await card(page, 'Backup').locator('.report').waitFor()
    expect(await card(page, 'Backup').locator('.report').innerText()).to.match(/changed\s+profile\/username/)
    expect(await field(page, 'Username').inputValue()).to.equal('newer')
    await button(page, 'Restore').click()
    await card(page, 'Backup').getByText('Restored:').waitFor()
    expect(await field(page, 'Username').inputValue()).to.equal('ann')
  },

  async 'repair: offered where something does not open, and says what it deleted'(page) {
    await open(page)
    await fill(page, 'Username', 'ann')
    await fill(page, 'Last name', 'Example')
    expect(await card(page, 'Somebody was at the data').count()).to.equal(0)
    await button(page, 'Flip a bit of profile/last').click()
    await button(page, 'Lock').click()
    await button(page, 'Open with this device').click()
    const repair = card(page, 'Somebody was at the data')
    await repair.getByText('These do not open: profile/last.').waitFor()
    await button(page, 'Accept what is there').click()
    await repair.getByText('Deleted, because it did not open: profile/last.').waitFor()
    await page.locator('.status', { hasText: 'Damaged' }).getByText('none').waitFor()
    expect(await field(page, 'Username').inputValue()).to.equal('ann')
  },

  async 'a large file is sealed with progress, comes back the same, can be given up, and is deleted'(page) {
    const folder = mkdtempSync(join(tmpdir(), 'kbve-page-'))
    try {
      const bytes = Buffer.alloc(24 << 20)
      for (let i = 0; i < bytes.length; i += 97) bytes[i] = i % 251
      const path = join(folder, 'scan.bin')
      writeFileSync(path, bytes)
      await open(page)
      const large = card(page, 'A large value')
      await field(page, 'Choose a file').setInputFiles(path)
      await page.getByRole('progressbar', { name: 'Sealed or opened so far' }).waitFor()
      await button(page, 'Cancel').click()
      await large.getByText('Stopped. Nothing was changed.').waitFor()
      expect(await large.getByText('scan.bin').count()).to.equal(0)
      await field(page, 'Choose a file').setInputFiles(path)
      await large.getByText(/Sealed 25\.2 MB in/).waitFor()
      await page.reload()
      await open(page)
      await large.getByText('scan.bin').waitFor()
      const back = await saved(page, () => button(page, 'Download it back').click())
      expect(back.name).to.equal('scan.bin')
      expect(back.bytes.equals(bytes)).to.equal(true)
      await large.getByText('every part was whole').waitFor()
      await button(page, 'Delete scan.bin').click()
      await large.getByText('scan.bin').waitFor({ state: 'detached' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
