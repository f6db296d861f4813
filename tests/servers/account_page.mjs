/**
 * node tests/servers/account_page.mjs: the page's account view in Chromium, with a real Strapi behind the page. Run after
 * `node tools/build.mjs web`. `KBVE_SHOTS=FOLDER` keeps pictures. Last line: "N passed, N failed".
 */
import { join } from 'node:path'
import { expect } from 'chai'
import { chromium as playwright } from 'playwright-core'
import { chromium } from '../../tools/browsers.mjs'
import { project } from '../../tools/paths.mjs'
import { main } from '../../tools/say.mjs'
import { serve } from '../../tools/serve.mjs'
import { startStrapi } from '../../tools/servers/strapi.mjs'
import { flags, openPage } from '../browser/page_driver.mjs'
import { Runner } from './runner.mjs'

const person = { username: 'ann', email: 'ann@example.com', password: 'four random words here' }
const field = (page, label) => page.getByLabel(label, { exact: true })
const button = (page, name) => page.getByRole('button', { name, exact: true })
const signedIn = (page) => page.getByRole('heading', { name: 'Signed in as ann' }).waitFor()

async function signIn(page) {
  // The profile beside it has an email, too.
  const form = page.locator('.account form')
  await form.getByLabel('Email', { exact: true }).fill(person.email)
  await form.getByLabel('Password', { exact: true }).fill(person.password)
  await form.getByRole('button', { name: 'Sign in', exact: true }).click()
  await signedIn(page)
}

async function shot(page, name) {
  const folder = process.env.KBVE_SHOTS
  if (folder) await page.screenshot({ path: join(folder, `account-${name}.png`), fullPage: true })
}

/** Whatever a script of this origin could read without a key. */
const plainText = (page) =>
  page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))

await main(async () => {
  const runner = new Runner(process.argv[2])
  const strapi = await startStrapi({ mode: 'body' })
  const port = Number(new URL(strapi.url).port)
  const site = await serve(join(project, 'web', 'dist'), 0, { '/strapi/': port })
  const browser = await playwright.launch({ executablePath: await chromium(), args: flags })
  try {
    await runner.test('register, sign out, sign in, reload, lock: the same person and profile', async () => {
      const { page, go, close } = await openPage(browser, site.url)
      await go('#account')
      await page.getByRole('button', { name: 'Register' }).click()
      await field(page, 'Username').fill(person.username)
      await field(page, 'Email').fill(person.email)
      await field(page, 'Password').fill(person.password)
      await field(page, 'The same once more').fill(person.password)
      await shot(page, 'register')
      await button(page, 'Create the account').click()
      await signedIn(page)
      expect(await field(page, 'Username').inputValue()).to.equal(person.username)
      await field(page, 'GitHub').fill('ann-hub')
      await field(page, 'GitHub').press('Enter')
      await shot(page, 'signed-in')
      expect(await plainText(page)).to.not.match(/eyJ|ann@example/)

      await button(page, 'Renew the token').click()
      await page.reload()
      await page.locator('form').first().waitFor()
      await shot(page, 'reloaded')
      await signIn(page)
      expect(await field(page, 'GitHub').inputValue()).to.equal('ann-hub')

      await button(page, 'Sign out').click()
      await signIn(page)
      expect(await field(page, 'GitHub').inputValue()).to.equal('ann-hub')
      await close()
    })

    await runner.test('a wrong password is a sentence beside the form', async () => {
      const context = await browser.newContext({ viewport: { width: 360, height: 800 }, colorScheme: 'dark' })
      const page = await context.newPage()
      await page.goto(`${site.url}#account`)
      await field(page, 'Email').fill(person.email)
      await field(page, 'Password').fill('something else')
      await page.locator('form').getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.locator('form [aria-live]').filter({ hasText: /.+\.$/ }).waitFor()
      await shot(page, 'wrong-password')
      const { scroll, width } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: innerWidth,
      }))
      expect(scroll).to.be.at.most(width)
      await context.close()
    })

    await runner.test('without a server behind the page it says how one is had', async () => {
      const alone = await serve(join(project, 'web', 'dist'))
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`${alone.url}#account`)
      await page.getByRole('heading', { name: 'No backend behind this page' }).waitFor()
      await shot(page, 'alone')
      await context.close()
      await alone.close()
    })
  } finally {
    await browser.close()
    await site.close()
    await strapi.stop()
  }
  runner.close()
})
