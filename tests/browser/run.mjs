/** node tests/browser/run.mjs [part of a test's name] — what only a real browser can show, in headless Chromium. */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import * as programs from '../cli/programs.mjs'
import { bundleForBrowser, bundleForNode, root } from './harness/bundle.mjs'
import { startChromium } from './harness/chromium.mjs'
import { startServer } from './harness/server.mjs'

if (!existsSync(`${root}npm/dist/wasm/locker.wasm`) || !existsSync(`${root}npm/dist/index.js`)) {
  console.error('The package is not built yet: run `node tools/build.mjs npm` first.')
  process.exit(1)
}

const web = await bundleForBrowser({ page: 'tests/browser/harness/page.ts' })
const { run } = await import(pathToFileURL(await bundleForNode('tests/browser/all.ts', 'browser')).href)
const servers = []
const start = async (options) => {
  const server = await startServer(web, options)
  servers.push(server)
  return server
}
const server = await start()
const chromium = await startChromium()
try {
  const summary = await run(
    { chromium, server, programs, startServer: start },
    (line) => console.log(line),
    process.argv[2],
  )
  process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0
} finally {
  await chromium.close()
  for (const each of servers) await each.close()
}
