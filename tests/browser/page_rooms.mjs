/** The page as a whole: its rooms and their addresses, what it loads, what it may do, and where it can be put. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { serve } from '../../tools/serve.mjs'
import { outlookPolicy, pageHeader, pagePolicy } from '../../web/content_policy.mjs'
import { folder, openPage } from './page_driver.mjs'

export const headings = {
  Locker: 'What you type, and what the disk keeps',
  Inspector: 'What lies on the disk',
  'JWT lab': 'What a token says, and what of it is proved',
  Account: 'Signed in, and no token in the open',
  Uptime: 'Whether a service answers',
  Bench: 'How fast it is in this browser',
}

/** The account looks for one behind the page, and there is none. */
const noStrapi = /404/
const heading = (page) => page.getByRole('heading', { level: 1 })
const focused = (page) => page.evaluate(() => document.activeElement?.textContent)
const isOpen = (page) => page.locator('.pill', { hasText: 'Open' }).waitFor()

async function enter(page, label) {
  await page
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link', { name: label, exact: true })
    .click()
  await heading(page).filter({ hasText: headings[label] }).waitFor()
}

const policyOf = (text) =>
  /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(text)?.[1]?.replaceAll('&#39;', "'")

/** Runs in the page: the next Tab goes to the first stop there is. */
function fromTheTop() {
  const start = document.createElement('div')
  start.tabIndex = -1
  document.body.prepend(start)
  start.focus()
  start.remove()
}

export const roomTests = {
  async 'rooms: each has an address, a title and a heading that is given the focus; back leads back'(
    page,
    { forgive },
  ) {
    forgive(noStrapi)
    await isOpen(page)
    expect(await page.evaluate(() => document.activeElement?.tagName), 'nobody went anywhere').to.equal(
      'BODY',
    )
    const titles = []
    for (const label of Object.keys(headings).slice(1)) {
      await enter(page, label)
      await page.waitForFunction((text) => document.activeElement?.textContent === text, headings[label])
      expect(await page.locator('nav [aria-current=page]').first().innerText()).to.equal(label)
      titles.push(await page.title())
      expect(new URL(page.url()).hash).to.match(/^#[a-z]+$/)
    }
    expect(new Set(titles).size).to.equal(titles.length)
    await page.goBack()
    await heading(page).filter({ hasText: headings.Uptime }).waitFor()
    expect(await page.title()).to.contain('Uptime')
    await page.waitForFunction((text) => document.activeElement?.textContent === text, headings.Uptime)
    await page.goForward()
    await heading(page).filter({ hasText: headings.Bench }).waitFor()
  },

  async 'rooms: an address leads there at once, an old one too, and one that is none to the locker'(
    page,
    { another },
  ) {
    await isOpen(page)
    for (const [hash, text] of [
      ['#uptime', headings.Uptime],
      ['#bench', headings.Bench],
      ['#inspector/passphrase', headings.Inspector],
      ['#nowhere', headings.Locker],
      ['#device', headings.Locker],
    ]) {
      const there = await another(hash)
      await heading(there).filter({ hasText: text }).waitFor()
      await there.close()
    }
    const old = await another('#passphrase')
    await old.getByRole('button', { name: 'Create the locker' }).waitFor()
  },

  async 'rooms: a new one is read from its top, and back finds the place that was left'(page) {
    await isOpen(page)
    await page.getByRole('button', { name: 'Fill in a sample' }).click()
    await page.locator('.record', { hasText: 'profile/uuid' }).waitFor()
    await page.evaluate(() => window.scrollTo(0, 400))
    await page.waitForFunction(() => window.scrollY === 400)
    // Without the driver's own scrolling to what it clicks.
    await page.getByRole('link', { name: 'Bench', exact: true }).dispatchEvent('click')
    await heading(page).filter({ hasText: headings.Bench }).waitFor()
    expect(await page.evaluate(() => window.scrollY)).to.equal(0)
    await page.goBack()
    await page.waitForFunction(() => window.scrollY === 400)
  },

  async 'rooms: nobody downloads a room that was not opened'(page, { go }) {
    await isOpen(page)
    const loaded = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name.split('/').at(-1))
          .join(' '),
      )
    const first = await loaded()
    expect(first)
      .to.match(/index-.*\.js/)
      .and.to.match(/locker-.*\.wasm/)
    expect(first).not.to.match(/bench|uptime|account|token|inspector|jose|auth|kdf|outlook/)
    await go('#bench')
    await heading(page).filter({ hasText: headings.Bench }).waitFor()
    expect(await loaded())
      .to.match(/bench_room-.*\.js/)
      .and.not.to.match(/auth|uptime/)
  },

  async 'rooms: one that cannot be loaded is told, and the others go on'(page, { forgive }) {
    await isOpen(page)
    await page.route('**/bench_room-*.js', (route) => route.abort())
    forgive(/bench_room|ERR_FAILED|dynamically imported module/)
    await page.getByRole('link', { name: 'Bench', exact: true }).click()
    await page.getByRole('heading', { name: 'This room cannot be shown' }).waitFor()
    await enter(page, 'Uptime')
  },

  async 'rooms: what is painted before the script has come is what it then says'(page, { go }) {
    const said = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.top nav a, h1, .lead')].map(({ textContent, href }) => [
          textContent.replace(/\s+/g, ' ').trim(),
          href,
        ]),
      )
    await page.route('**/index-*.js', (route) => setTimeout(() => route.continue(), 2000))
    await page.reload({ waitUntil: 'commit' })
    await page.locator('.first .lead').waitFor()
    const before = await said()
    expect(before.length).to.equal(8)
    await isOpen(page)
    const after = await said()
    expect(after.slice(0, 7)).to.deep.equal(before.slice(0, 7))
    expect(after[7][0].startsWith(before[7][0]), after[7][0]).to.equal(true)
    // Another room's beginning is not that of the locker.
    await go('#bench')
    await page.reload({ waitUntil: 'commit' })
    await page.locator('.first').waitFor({ state: 'attached' })
    // Nothing is painted before the style is here.
    await page.waitForFunction(() => document.styleSheets.length > 0)
    expect(await page.locator('.first').isVisible()).to.equal(false)
    await heading(page).filter({ hasText: headings.Bench }).waitFor()
  },

  async 'rooms: a sample is filled in with one click, and lies sealed on the disk'(page) {
    await isOpen(page)
    await page.getByRole('button', { name: 'Fill in a sample' }).click()
    await page.getByText(/Seven fields sealed and handed over in [\d.]+ ms/).waitFor()
    await page.locator('.record', { hasText: 'profile/uuid' }).waitFor()
    expect(await page.getByLabel('Username', { exact: true }).inputValue()).to.equal('ann')
  },

  async 'the policy is strict, the same in the page and in the header, and the frame has no origin'(
    page,
    { address },
  ) {
    const answer = await fetch(address)
    expect(answer.headers.get('content-security-policy')).to.equal(pageHeader)
    expect(policyOf(await answer.text())).to.equal(pagePolicy)
    expect(pagePolicy).to.contain("default-src 'none'").and.to.contain("connect-src 'self'")
    expect(pagePolicy).not.to.match(/unsafe-inline|'unsafe-eval'|\*|https?:/)
    const frame = await fetch(new URL('outlook.html', address))
    expect(frame.headers.get('content-security-policy')).to.contain('sandbox allow-scripts;')
    expect(policyOf(await frame.text())).to.equal(outlookPolicy)
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).not.to.match(
      /<script(?![^>]*src=)|<style| style=| on\w+=/,
    )
    await isOpen(page)
  },

  async 'it can be put into any folder: everything is found by relative addresses'(page) {
    await isOpen(page)
    const root = mkdtempSync(join(tmpdir(), 'kbve-page-'))
    mkdirSync(join(root, 'some/deep'), { recursive: true })
    symlinkSync(folder, join(root, 'some/deep/folder'))
    const server = await serve(root)
    try {
      const session = await openPage(page.context().browser(), `${server.url}some/deep/folder/`)
      session.forgive(noStrapi)
      await isOpen(session.page)
      for (const label of Object.keys(headings).slice(1)) await enter(session.page, label)
      await session.go('#passphrase')
      await session.page.getByLabel('Passphrase', { exact: true }).fill('four random words here')
      await session.page.getByLabel('The same once more').fill('four random words here')
      await session.page.getByRole('button', { name: 'Create the locker' }).click()
      await isOpen(session.page)
      await session.close()
    } finally {
      await server.close()
      rmSync(root, { recursive: true })
    }
  },

  async 'rooms: nothing is wider than the window, from 360 to 1600 pixels'(page, { forgive }) {
    forgive(noStrapi)
    await isOpen(page)
    for (const label of Object.keys(headings)) {
      await enter(page, label)
      for (const width of [360, 480, 700, 1024, 1600]) {
        await page.setViewportSize({ width, height: 740 })
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth),
          `${label} at ${width}`,
        ).to.equal(width)
      }
    }
  },

  async 'rooms: by keyboard alone, every stop can be seen and has a name'(page, { forgive }) {
    forgive(noStrapi)
    await isOpen(page)
    for (const label of Object.keys(headings)) {
      await enter(page, label)
      await page.evaluate(fromTheTop)
      const seen = new Set()
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        const stop = await page.evaluate(() => {
          const element = document.activeElement
          if (!element || element === document.body) return undefined
          // What is drawn for a radio button is its label.
          const drawn = element.matches('.hidden, input[type=file]') ? element.parentElement : element
          const { outlineStyle, outlineWidth } = getComputedStyle(drawn)
          const name =
            element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent
          element.dataset.stop ??= String(Math.random())
          return {
            key: element.dataset.stop,
            name,
            visible: outlineStyle !== 'none' && outlineWidth !== '0px',
            html: element.outerHTML.slice(0, 120),
          }
        })
        if (!stop || seen.has(stop.key)) break
        seen.add(stop.key)
        expect(stop.name?.trim(), stop.html).to.match(/\S/)
        expect(stop.visible, `the focus is seen on ${stop.html}`).to.equal(true)
      }
      expect(seen.size, label).to.be.at.least(7)
    }
    expect(await focused(page)).to.be.a('string')
  },

  async 'rooms: who wants less motion gets none'(page) {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await isOpen(page)
    await page.getByRole('button', { name: 'Fill in a sample' }).click()
    await page.locator('.record', { hasText: 'profile/uuid' }).waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).to.equal(0)
  },
}
