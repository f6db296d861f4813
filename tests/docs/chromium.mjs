/** Runs modules in Chromium, each in a context of its own, and finished pages of HTML. */
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { project } from '../../tools/paths.mjs'
import { bundleForBrowser } from '../browser/harness/bundle.mjs'
import { startServer } from '../browser/harness/server.mjs'

const authenticator = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  hasPrf: true,
  automaticPresenceSimulation: true,
}

async function launch() {
  return chromium.launch({
    executablePath: process.env.KBVE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  })
}

/** Opens a page with an authenticator, and answers what went wrong until `finished` holds there. */
async function wrongIn(browser, url, finished, prepare) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const wrong = []
    page.on('pageerror', (error) => wrong.push(error.stack ?? String(error)))
    const cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: authenticator })
    await prepare?.(page)
    await page.goto(url)
    const end = Date.now() + 20_000
    while (wrong.length === 0 && !(await page.evaluate(finished.test, finished.argument))) {
      if (Date.now() > end)
        wrong.push(`it did not come to its end; the page shows: ${await page.innerText('body')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return wrong[0]
  } finally {
    await context.close()
  }
}

/** `each`: { block, file }, the module as a path from the project's folder. */
export async function inChromium(each, tell) {
  if (each.length === 0) return
  const named = each.map((one, i) => ({ ...one, name: `block${i}` }))
  const web = await bundleForBrowser(Object.fromEntries(named.map(({ name, file }) => [name, file])))
  const server = await startServer(web)
  const browser = await launch()
  const origin = server.origin.replace('127.0.0.1', 'localhost')
  try {
    for (const { name, block } of named) {
      const finished = { test: () => globalThis.kbveEnd === true }
      tell(block.where, await wrongIn(browser, `${origin}/${name}.html`, finished))
    }
  } finally {
    await browser.close()
    await server.close()
  }
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** A block that is a whole page: served as it stands, with node_modules beside it. */
export async function htmlInChromium(blocks, tell) {
  const browser = await launch()
  const origin = 'http://localhost:9'
  try {
    for (const block of blocks) {
      const prepare = (page) =>
        page.route(`${origin}/**`, (route) => {
          const { pathname } = new URL(route.request().url())
          if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: block.code })
          try {
            const body = readFileSync(join(project, pathname))
            return route.fulfill({ contentType: types[extname(pathname)] ?? 'text/plain', body })
          } catch {
            return route.fulfill({ status: 404, body: '' })
          }
        })
      const finished = {
        test: (text) => document.body?.innerText.includes(text),
        argument: block.shows,
      }
      tell(block.where, await wrongIn(browser, `${origin}/`, finished, prepare))
    }
  } finally {
    await browser.close()
  }
}
