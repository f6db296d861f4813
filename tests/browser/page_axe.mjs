/** Every room, in light and dark, wide and narrow, in each of its states: what axe-core finds wrong with it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import { addCode, passphraseLocker } from './page_keyslots.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const passphrase = 'four random words here'
const button = (page, name) => page.getByRole('button', { name, exact: true })
const state = (page, word) => page.locator('.pill', { hasText: word }).waitFor()

async function violations(page) {
  // As the driver's own, which the page's policy does not concern.
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const found = await window.axe.run({ resultTypes: ['violations'] })
    if (found.passes.length < 10) return [`axe looked at ${found.passes.length} rules only`]
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    )
  })
}

async function everyLook(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      // Colours that are still on their way to others would be judged in between.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect((await violations(page)).join('\n'), `${name}, ${colorScheme}, ${width}`).to.equal('')
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

export const axeTests = {
  async 'axe: the device’s locker, open and empty, filled, damaged, locked and destroyed'(page) {
    await state(page, 'Open')
    await everyLook(page, 'open')
    await page.getByText('The code for this locker').click()
    await everyLook(page, 'with the code')
    await button(page, 'Fill in a sample').click()
    await page.getByLabel('Email', { exact: true }).fill('no address')
    await page.getByLabel('Email', { exact: true }).press('Enter')
    await page.locator('.field .error').filter({ hasText: /\.$/ }).first().waitFor()
    await everyLook(page, 'filled, with an error')
    await button(page, 'Flip a bit of profile/last').click()
    await button(page, 'Lock').click()
    await state(page, 'Locked')
    await everyLook(page, 'locked')
    await button(page, 'Open with this device').click()
    await page.locator('.status', { hasText: 'set aside' }).waitFor()
    await everyLook(page, 'damaged')
    await button(page, 'Destroy the locker…').click()
    await everyLook(page, 'asking')
    await button(page, 'Destroy').click()
    await state(page, 'Empty')
    await everyLook(page, 'absent')
  },

  async 'axe: the locker with a passphrase, absent, refusing, locked and wrong'(page, { go }) {
    await go('#locker/passphrase')
    await button(page, 'Create the locker').click()
    await page.locator('.gate [aria-live]').filter({ hasText: /\.$/ }).waitFor()
    await everyLook(page, 'absent, with an error')
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByLabel('The same once more').fill(passphrase)
    await button(page, 'Create the locker').click()
    await state(page, 'Open')
    await button(page, 'Lock').click()
    await page.getByLabel('Passphrase', { exact: true }).fill('something else')
    await button(page, 'Unlock').click()
    await page.locator('.gate [aria-live]').filter({ hasText: /\.$/ }).waitFor()
    await everyLook(page, 'locked, with an error')
  },

  async 'axe: keyslots, listed, a new code, asking, refused, and the gate with a wrong code'(page, { go }) {
    await go('#locker/passphrase')
    await passphraseLocker(page)
    await button(page, 'Remove Passphrase').click()
    await everyLook(page, 'asking')
    await button(page, 'Remove').click()
    await page.locator('.told[data-tone=bad]').filter({ hasText: /\.$/ }).waitFor()
    await everyLook(page, 'refused')
    await addCode(page)
    await everyLook(page, 'a new code')
    await button(page, 'Lock').click()
    await button(page, 'Use a recovery code').waitFor()
    await everyLook(page, 'locked')
    await button(page, 'Use a recovery code').click()
    await page.getByLabel('Recovery code', { exact: true }).fill('nonsense')
    await button(page, 'Unlock').click()
    await page.locator('.gate [aria-live]').filter({ hasText: /\.$/ }).waitFor()
    await everyLook(page, 'a wrong code')
  },

  async 'axe: the inspector'(page, { go }) {
    await state(page, 'Open')
    await button(page, 'Fill in a sample').click()
    await go('#inspector')
    await page.locator('.byte').first().waitFor()
    await everyLook(page, 'full')
    await go('#inspector/passphrase')
    await everyLook(page, 'empty')
  },

  async 'axe: the JWT lab, empty, with a token that holds, and with one that does not'(page, { go }) {
    await go('#tokens')
    await page.getByText('Paste a token, or make a sample.').waitFor()
    await everyLook(page, 'empty')
    await button(page, 'Make a sample').click()
    await page.locator('.summary').waitFor()
    await everyLook(page, 'holds')
    await page.getByLabel('Expected issuer').fill('https://elsewhere.example.com')
    await page.locator('.summary[data-verdict=fails]').waitFor()
    await everyLook(page, 'fails')
  },

  async 'axe: the account'(page, { go, forgive }) {
    forgive(/404/)
    await go('#account')
    await page.getByRole('heading', { name: 'No backend behind this page' }).waitFor()
    await everyLook(page, 'no backend')
  },

  async 'axe: uptime, seen and removed'(page, { go }) {
    await go('#uptime')
    await page.locator('.health[data-health=up]').waitFor()
    await button(page, 'Look at it').click()
    await page.locator('.address .error').filter({ hasText: /\.$/ }).waitFor()
    await everyLook(page, 'seen, with an error')
    await button(page, 'Remove This page’s server').click()
    await page.getByText('Nothing is looked at.').waitFor()
    await everyLook(page, 'nothing')
  },

  async 'axe: bench, before, at work and after'(page, { go }) {
    await go('#bench')
    await button(page, 'Measure').waitFor()
    await everyLook(page, 'before')
    await button(page, 'Measure').click()
    await page.locator('.bench').nth(1).waitFor()
    expect((await violations(page)).join('\n'), 'at work').to.equal('')
    await button(page, 'Stop').click()
    await page.getByText('Stopped.').waitFor()
    await everyLook(page, 'after')
  },

  async 'axe: with forced colours everything that is drawn is still there'(page, { go }) {
    await page.emulateMedia({ forcedColors: 'active' })
    await go('#uptime')
    await page.locator('.health[data-health=up]').waitFor()
    const fills = await page.evaluate(() => [
      getComputedStyle(document.querySelector('.chart .up')).fill,
      getComputedStyle(document.querySelector('.chart')).backgroundColor,
    ])
    expect(fills[0]).not.to.equal(fills[1])
    expect((await violations(page)).join('\n')).to.equal('')
  },
}
