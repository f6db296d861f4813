/**
 * node tests/run_suite.mjs [--engine chromium|firefox|webkit] [part of a test's name]
 * Runs tests/suite in node, or in a browser, against the package as it is built in npm/dist.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { bundleForBrowser, bundleForNode, root } from './browser/harness/bundle.mjs'
import { engineOf, engines } from './browser/harness/engines.mjs'
import { startServer } from './browser/harness/server.mjs'

// --chromium is the same as --engine chromium.
const args = process.argv.slice(2).flatMap((arg) => (arg === '--chromium' ? ['--engine', 'chromium'] : [arg]))
const inBrowser = args.includes('--engine')
const {
  engine,
  rest: [filter],
} = engineOf(args)

if (!existsSync(`${root}npm/dist/wasm/locker.wasm`) || !existsSync(`${root}npm/dist/index.js`)) {
  console.error('The package is not built yet: run `node tools/build.mjs npm` first.')
  process.exit(1)
}

async function suiteInBrowser() {
  const web = await bundleForBrowser({ suite: 'tests/suite/browser_entry.ts' })
  const server = await startServer(web)
  const browser = await engines[engine]()
  try {
    const query = new URLSearchParams({ env: engine, ...(filter ? { filter } : {}) })
    const { page } = await browser.open(`${server.origin}/suite.html?${query}`)
    for (;;) {
      const { lines, summary } = await page.evaluate(() => ({
        summary: globalThis.kbveSummary,
        lines: globalThis.kbveLines.splice(0),
      }))
      for (const line of lines) console.log(line)
      if (summary) return summary
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    await browser.close()
    await server.close()
  }
}

if (inBrowser) {
  const summary = await suiteInBrowser()
  process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0
} else {
  const file = await bundleForNode('tests/suite/node_entry.ts', 'suite')
  const child = spawnSync(process.execPath, ['--enable-source-maps', file, ...(filter ? [filter] : [])], {
    stdio: 'inherit',
  })
  process.exitCode = child.status ?? 1
}
