/** The page's token lab. */
import { createHmac, randomBytes } from 'node:crypto'
import { expect } from 'chai'

const token = (page) => page.getByLabel('Token', { exact: true })
const key = (page) => page.getByLabel('Key', { exact: true })
const verdict = (page, name) =>
  page.locator('.verdicts li').filter({ has: page.getByText(name, { exact: true }) })
const summary = (page, text) => page.locator('.summary').filter({ hasText: text }).waitFor()
const says = (page, name, text) => verdict(page, name).filter({ hasText: text }).waitFor()

const base64url = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** HS256, made without the package. */
function signed(secret, claims) {
  const input = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

async function sample(page, go) {
  await go('#tokens')
  await page.getByRole('button', { name: 'Make a sample' }).click()
  await summary(page, 'The signature holds')
}

export const tokenTests = {
  async 'tokens: a sample is proved, its times in words'(page, { go }) {
    await sample(page, go)
    await says(page, 'Form', 'Holds')
    await says(page, 'Algorithm', 'ES256')
    await says(page, 'Signature', 'Holds')
    await says(page, 'Time', 'it ends in 59 minutes')
    await says(page, 'Issuer', 'Not checked')
    const claims = await page.locator('.members').nth(1).innerText()
    expect(claims)
      .to.include('https://login.example.com')
      .and.to.match(/exp[\s\S]*in 59 minutes/)
  },

  async 'tokens: each check fails by itself, and says why'(page, { go }) {
    await sample(page, go)
    await page.getByLabel('Expected issuer').fill('https://elsewhere.example.com')
    await page.getByLabel('Expected audience').fill('https://app.example.com')
    await summary(page, 'Do not accept')
    await says(page, 'Issuer', 'jwt_claim_invalid')
    await says(page, 'Audience', 'Holds')
    await page.getByLabel('Allowed algorithm').selectOption('RS256')
    await says(page, 'Algorithm', 'jwt_alg_not_allowed')
    await page.getByLabel('Allowed algorithm').selectOption('ES256')
    const good = await token(page).inputValue()
    const at = good.lastIndexOf('.') + 3
    await token(page).fill(good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1))
    await says(page, 'Signature', 'jwt_signature_invalid')
    await says(page, 'Claims', 'Not checked')
    await key(page).fill('')
    await summary(page, 'Nothing is proved yet')
    await key(page).fill('{"kty":"EC"}')
    await says(page, 'Key', 'jwt_key_unfit')
    await token(page).fill('not a token')
    await says(page, 'Form', 'jwt_malformed')
    expect(await page.locator('.members').count()).to.equal(0)
  },

  async 'tokens: a secret as text; ended, and not yet begun'(page, { go }) {
    await go('#tokens')
    const secret = randomBytes(24).toString('hex')
    const now = Math.floor(Date.now() / 1000)
    await page.getByLabel('Allowed algorithm').selectOption('HS256')
    await key(page).fill(secret)
    await token(page).fill(signed(secret, { exp: now - 90 }))
    await says(page, 'Signature', 'Holds')
    await says(page, 'Time', 'jwt_expired')
    await page.getByLabel('Clocks may differ by').selectOption('10 minutes')
    await summary(page, 'The signature holds')
    await token(page).fill(signed(secret, { nbf: now + 7200 }))
    await says(page, 'Time', 'jwt_not_yet_valid')
    await token(page).fill(signed(secret, { sub: 'ann', big: 12345678901234567890n.toString() }))
    await says(page, 'Time', 'holds for ever')
    await key(page).fill('too short')
    await says(page, 'Key', 'jwt_key_unfit')
  },

  async 'tokens: nothing is wider than the window at 360 pixels'(page, { go }) {
    await page.setViewportSize({ width: 360, height: 740 })
    await sample(page, go)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(360)
  },
}
