/**
 * node tests/run_suite.mjs [--chromium] [part of a test's name]
 * Runs tests/suite in node, or in headless Chromium, against the package as it is built in npm/dist.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { bundleForBrowser, bundleForNode, root } from './browser/harness/bundle.mjs'
import { startChromium } from './browser/harness/chromium.mjs'
import { startServer } from './browser/harness/server.mjs'

const args = process.argv.slice(2)
const inChromium = args.includes('--chromium')
const filter = args.find((arg) => !arg.startsWith('--'))

if (!existsSync(`${root}npm/dist/wasm/locker.wasm`) || !existsSync(`${root}npm/dist/index.js`)) {
  console.error('The package is not built yet: run `node tools/build.mjs npm` first.')
  process.exit(1)
}

async function suiteInChromium() {
  const web = await bundleForBrowser({ suite: 'tests/suite/browser_entry.ts' })
  const server = await startServer(web)
  const browser = await startChromium()
  try {
    const page = await browser.context.newPage()
    await page.exposeFunction('kbvePrint', (line) => console.log(line))
    page.on('pageerror', (error) => console.log(`  page: ${error}`))
    const crashed = new Promise((_, reject) => page.on('crash', () => reject(new Error('the page crashed'))))
    const query = new URLSearchParams({ env: 'chromium', ...(filter ? { filter } : {}) })
    await page.goto(`${server.origin}/suite.html?${query}`)
    await page.waitForFunction(() => 'kbveSummary' in globalThis, undefined, { timeout: 10_000 })
    return await Promise.race([page.evaluate(() => globalThis.kbveSummary), crashed])
  } finally {
    await browser.close()
    await server.close()
  }
}

if (inChromium) {
  const summary = await suiteInChromium()
  process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0
} else {
  const file = await bundleForNode('tests/suite/node_entry.ts', 'suite')
  const child = spawnSync(process.execPath, ['--enable-source-maps', file, ...(filter ? [filter] : [])], {
    stdio: 'inherit',
  })
  process.exitCode = child.status ?? 1
}
