/**
 * npm run screenshots [-- WORD]: every room, in light and dark, at 360, 1280 and 1600 pixels, as pictures to be looked
 * at in build/screenshots. WORD keeps those whose name has it.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium as playwright } from 'playwright-core'
import { chromium } from './browsers.mjs'
import { build } from './build.mjs'
import { project } from './paths.mjs'
import { main, say } from './say.mjs'
import { serve } from './serve.mjs'

const folder = join(project, 'build', 'screenshots')
const passphrase = 'four random words here'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const open = (page) => page.locator('.pill', { hasText: 'Open' }).waitFor()

async function create(page) {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByLabel('The same once more').fill(passphrase)
  await button(page, 'Create the locker').click()
  await open(page)
}

/** A locker with every kind of keyslot but a passkey, which takes an authenticator. */
async function createWithCode(page) {
  await create(page)
  await button(page, 'Add this device').click()
  await page.locator('.slots li').nth(1).waitFor()
  await button(page, 'Add a recovery code').click()
  await page.locator('.new-code').waitFor()
}

/** Runs in the page: what a browser would have seen in a day with two outages of a service. */
function seenForADay(now) {
  const slices = (width, count) =>
    Array.from({ length: count }, (_, i) => {
      const number = Math.floor(now / width) - count + 1 + i
      const out = i > count * 0.6 && i < count * 0.64
      const slow = i > count * 0.3 && i < count * 0.36
      const step = slow ? 14 : 5 + (i % 3)
      return out
        ? [number, 0, 0, 14]
        : [number, slow ? 4 : 15, slow ? 10 : 0, i === 20 ? 1 : 0, step, 12, step + 4, 2]
    })
  const name = `kbve-uptime/This page’s server ${new URL('./', document.baseURI).href}`
  const state = {
    version: 1,
    hour: slices(60_000, 60),
    day: slices(900_000, 96),
    month: slices(21_600_000, 120),
    settled: 'up',
    candidate: 'up',
    inARow: 2,
    since: now - 5_000_000,
    last: now - 20_000,
  }
  localStorage.setItem(name, JSON.stringify({ state: JSON.stringify(state), due: now + 40_000 }))
}

/** Every picture: its name, the address, and what is done there first. */
export const scenes = {
  locker: ['#locker', open],
  'locker-filled': [
    '#locker',
    async (page) => {
      await open(page)
      await page.getByText('The code for this locker').click()
      await button(page, 'Fill in a sample').click()
      await page.locator('.record', { hasText: 'profile/email' }).waitFor()
    },
  ],
  'locker-create': ['#locker/passphrase', (page) => button(page, 'Create the locker').waitFor()],
  'locker-locked': [
    '#locker/passphrase',
    async (page) => {
      await create(page)
      await button(page, 'Lock').click()
      await page.getByLabel('Passphrase', { exact: true }).fill('four random words her')
      await button(page, 'Unlock').click()
      await page.locator('.gate [aria-live]').filter({ hasText: /\.$/ }).waitFor()
    },
  ],
  'locker-keyslots': ['#locker/passphrase', createWithCode],
  'locker-removing': [
    '#locker/passphrase',
    async (page) => {
      await createWithCode(page)
      await button(page, 'I have it').click()
      await button(page, 'Remove Recovery code').click()
    },
  ],
  'locker-ways': [
    '#locker/passphrase',
    async (page) => {
      await createWithCode(page)
      await button(page, 'Lock').click()
      await button(page, 'Use a recovery code').waitFor()
    },
  ],
  'locker-recovery': [
    '#locker/passphrase',
    async (page) => {
      await createWithCode(page)
      await button(page, 'Lock').click()
      await button(page, 'Use a recovery code').click()
      await page.getByLabel('Recovery code', { exact: true }).fill('AB3DE-FGH7J')
      await button(page, 'Unlock').click()
      await page.locator('.gate [aria-live]').filter({ hasText: /\.$/ }).waitFor()
    },
  ],
  inspector: [
    '#locker',
    async (page) => {
      await open(page)
      await button(page, 'Fill in a sample').click()
      await page.getByRole('link', { name: 'Inspector' }).click()
      await page.locator('.byte').first().waitFor()
    },
  ],
  tokens: [
    '#tokens',
    async (page) => {
      await button(page, 'Make a sample').click()
      await page.locator('.summary').waitFor()
    },
  ],
  account: ['#account', (page) => page.getByRole('heading', { level: 3 }).first().waitFor()],
  'uptime-empty': ['#uptime', (page) => page.getByRole('heading', { level: 1 }).waitFor()],
  uptime: [
    '#uptime',
    async (page) => {
      await page.evaluate(seenForADay, Date.now())
      await page.reload()
      await page.locator('.chart').waitFor()
      await page.locator('.service svg[role=img]').waitFor()
    },
  ],
  bench: ['#bench', (page) => button(page, 'Measure').waitFor()],
  'bench-measured': [
    '#bench',
    async (page) => {
      await button(page, 'Measure').click()
      await button(page, 'Measure again').waitFor({ timeout: 120_000 })
    },
  ],
}

await main(async () => {
  await build('web')
  const word = process.argv[2] ?? ''
  mkdirSync(folder, { recursive: true })
  const server = await serve(join(project, 'web', 'dist'))
  const browser = await playwright.launch({
    executablePath: await chromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  let count = 0
  for (const [name, [address, prepare]] of Object.entries(scenes)) {
    for (const width of [360, 1280, 1600]) {
      const names = ['light', 'dark'].map((scheme) => `${name}-${scheme}-${width}`)
      if (!names.some((each) => each.includes(word))) continue
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: 'light' })
      const page = await context.newPage()
      await page.goto(server.url + address)
      await prepare(page)
      // What sticks to the window's top would be drawn in the middle of the picture.
      await page.evaluate(() => window.scrollTo(0, 0))
      for (const [at, scheme] of ['light', 'dark'].entries()) {
        if (!names[at].includes(word)) continue
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        await page.screenshot({ path: join(folder, `${names[at]}.png`), fullPage: true })
        count += 1
      }
      await context.close()
    }
  }
  await browser.close()
  await server.close()
  say(`${count} pictures in ${folder}`)
})
