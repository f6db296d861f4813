/**
 * node tests/browser/run.mjs [--engine chromium|firefox|webkit] [part of a test's name]
 * What only a real browser can show. Some of it only Chromium's driver can bring about.
 */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import * as programs from '../cli/programs.mjs'
import { bundleForBrowser, bundleForNode, root } from './harness/bundle.mjs'
import { engineOf, engines } from './harness/engines.mjs'
import { startServer } from './harness/server.mjs'

const { engine: name, rest } = engineOf(process.argv.slice(2))

if (!existsSync(`${root}npm/dist/wasm/locker.wasm`) || !existsSync(`${root}npm/dist/index.js`)) {
  console.error('The package is not built yet: run `node tools/build.mjs npm` first.')
  process.exit(1)
}

const web = await bundleForBrowser({
  page: 'tests/browser/harness/page.ts',
  react: 'tests/browser/harness/react_page.tsx',
  session: 'tests/browser/harness/session_page.ts',
})
const { run } = await import(pathToFileURL(await bundleForNode('tests/browser/all.ts', 'browser')).href)
const servers = []
const start = async (options) => {
  const server = await startServer(web, options)
  servers.push(server)
  return server
}
const server = await start()
const engine = await engines[name]({ backForwardCache: true })
try {
  const summary = await run(
    { engine, server, programs, startServer: start, ...(name === 'chromium' ? { chromium: engine } : {}) },
    (line) => console.log(line),
    rest[0],
  )
  process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0
} finally {
  await engine.close()
  for (const each of servers) await each.close()
}
