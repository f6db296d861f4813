/** Chromium, the served page, and what must hold in every test of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { chromium as playwright } from 'playwright-core'
import { chromium } from '../../tools/browsers.mjs'
import { project } from '../../tools/paths.mjs'
import { serve } from '../../tools/serve.mjs'

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const folder = process.env.KBVE_PAGE_DIR || join(project, 'web', 'dist')

/** Runs in the page before its own scripts. */
function watch() {
  document.addEventListener('securitypolicyviolation', (event) => {
    window.complain(`policy ${event.violatedDirective}: ${event.blockedURI || event.sample}`)
  })
  // The first frame waits for the page's script, which has set the theme by then.
  requestAnimationFrame(() => {
    window.firstFrameTheme = document.documentElement.dataset.theme
  })
}

/** A fresh profile of the browser with the page in it, watched for what must never happen. */
export async function openPage(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(15_000)
  const complaints = []
  await context.exposeBinding('complain', (_, text) => complaints.push(text))
  await context.addInitScript(watch)
  const allowed = new Set([new URL(address).origin])
  const forgiven = []
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && !allowed.has(url.origin))
      complaints.push(`a request to ${url.origin}`)
  })
  async function open(hash = '') {
    const page = await context.newPage()
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        complaints.push(`console ${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
    await page.goto(address + hash)
    return page
  }
  const page = await open()
  return {
    page,
    /** Another tab of the same browser profile. */
    another: open,
    go: (hash) => page.goto(address + hash),
    address,
    /** Another server that this test lets the page ask. */
    allow: (url) => allowed.add(new URL(url).origin),
    /** What this test brings about by itself, and the browser complains of. */
    forgive: (pattern) => forgiven.push(pattern),
    async close() {
      await context.close()
      const left = complaints.filter((text) => !forgiven.some((pattern) => pattern.test(text)))
      expect(left, 'console, policy and requests').to.deep.equal([])
    },
  }
}

export async function runTests(tests, open) {
  if (!existsSync(join(folder, 'index.html'))) {
    console.error('The page is not built yet. Build it with: node tools/build.mjs web')
    process.exit(1)
  }
  const server = await serve(folder)
  const browser = await playwright.launch({ executablePath: await chromium(), args: flags })
  const wanted = process.argv[2]
  let passed = 0
  let failed = 0
  for (const [name, test] of Object.entries(tests)) {
    if (wanted && !name.includes(wanted)) continue
    try {
      const session = await open(browser, server.url)
      try {
        await test(session.page, session)
      } finally {
        await session.close()
      }
      passed++
      console.log(`ok      ${name}`)
    } catch (error) {
      failed++
      console.log(`FAILED  ${name}\n        ${error.stack?.replaceAll('\n', '\n        ')}`)
    }
  }
  await browser.close()
  await server.close()
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
