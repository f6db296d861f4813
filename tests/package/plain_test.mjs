/** No bundler: a file server, an import map, and the package's files as they lie in node_modules. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { consumer, placePage, placeShared } from './harness/consumer.mjs'
import { visit, visitWorker } from './harness/page.mjs'
import { servePlainly } from './harness/plain_server.mjs'

/** The import map that the exports of the package come to. */
function importMap(folder) {
  const exportsOf = (name) =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).exports
  const address = (name, file) => new URL(file, `http://x/node_modules/${name}/`).pathname
  const imports = { nanostores: address('nanostores', exportsOf('nanostores')['.']) }
  for (const [entry, target] of Object.entries(exportsOf('@kbve/locker'))) {
    if (target.default) imports[entry.replace('.', '@kbve/locker')] = address('@kbve/locker', target.default)
  }
  return imports
}

async function served(given, script, change = () => {}) {
  const { folder, remove } = await consumer('plain')
  placeShared(join(folder, 'src'), given)
  const imports = importMap(folder)
  // What nanostores asks for is there in node, and a bundler writes it in; here somebody has to say it.
  const mode = "<script>globalThis.process = { env: { NODE_ENV: 'production' } }</script>"
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`
  placePage(folder, script, { head: mode + map })
  change(join(folder, 'src'), imports)
  const { url, close } = await servePlainly(folder)
  return { url, remove: () => close().then(remove) }
}

export const tests = {
  async 'a page without a bundler, with an import map'({ browser, given }) {
    const { url, remove } = await served(given, './src/bare_page.js')
    await visit(browser, url, given)
    await remove()
  },

  async 'a web worker without a bundler'({ browser, given }) {
    // Import maps do not reach into workers: there the files are named.
    const { url, remove } = await served(given, './src/worker_page.js', (src, imports) => {
      for (const file of ['worker.js', 'core_job.js']) {
        const text = readFileSync(join(src, file), 'utf8')
        const named = text.replace(/'(@kbve[^']*)'/g, (_, name) => `'${imports[name]}'`)
        writeFileSync(join(src, file), named)
      }
    })
    await visitWorker(browser, url, given, 'worker')
    await remove()
  },
}
