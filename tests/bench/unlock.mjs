/** The row `unlock-device`: from the start of the navigation to filled stores, the locker beside Dexie. */
import { cpSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'
import { out, root } from '../browser/harness/bundle.mjs'
import { startServer } from '../browser/harness/server.mjs'
import { inTurns, row } from './measure.mjs'

const pages = ['unlock_locker_page', 'unlock_dexie_page']

/** As an application is built: bundled, minified, what is loaded on demand in files of its own, and what a page's script
 *  imports named in its head. */
async function bundlePages() {
  const outdir = `${out}unlock`
  const { metafile } = await build({
    metafile: true,
    entryPoints: pages.map((name) => `${root}tests/bench/${name}.mjs`),
    outdir: `${outdir}/app`,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    nodePaths: [`${root}node_modules`],
    logLevel: 'warning',
  })
  for (const name of ['locker.wasm', 'kdf.wasm'])
    cpSync(`${root}npm/dist/wasm/${name}`, `${outdir}/app/wasm/${name}`)
  return { outdir, preloads: Object.fromEntries(pages.map((name) => [name, importsOf(metafile, name)])) }
}

/** The files that the script of a page imports, and what those import. */
function importsOf({ outputs }, name) {
  const found = new Set()
  const follow = (file) => {
    for (const { path, kind } of outputs[file].imports) {
      if (kind !== 'import-statement' || found.has(path)) continue
      found.add(path)
      follow(path)
    }
  }
  follow(Object.keys(outputs).find((file) => basename(file) === `${name}.js`))
  return [...found].map((file) => basename(file))
}

/** One visit: milliseconds from the start of the navigation to filled stores. */
async function visit(page, url) {
  await page.goto(url)
  const handle = await page.waitForFunction(() => globalThis.kbveFilled, undefined, { timeout: 60_000 })
  const { filled } = await handle.jsonValue()
  // What the visit leaves to be done is no other visit's cost.
  await page.goto('about:blank')
  await new Promise((resolve) => setTimeout(resolve, 150))
  return filled
}

export async function unlockRow(browser, { rounds }) {
  // A returning visitor's browser has the files; so has the page of the peer.
  const { outdir, preloads } = await bundlePages()
  const server = await startServer(outdir, { headers: { 'cache-control': 'max-age=3600' }, preloads })
  const page = await browser.context.newPage()
  page.on('pageerror', (error) => console.error(`  page: ${error}`))
  try {
    const [ours, peer] = pages.map((name) => `${server.origin}/${name}.html`)
    for (const url of [ours, peer]) await visit(page, `${url}?seed`)
    const costs = await inTurns(
      { ours: () => visit(page, ours), peer: () => visit(page, peer) },
      { warmup: 4, rounds },
    )
    return row({
      name: 'unlock-device',
      ...costs,
      peerName: 'Dexie 4.4.7, plain records, toArray()',
      unit: 'ms',
      faster: false,
      atMost: 1.5,
      note: 'from the start of the navigation to a nanostores map with all of 1,000 records of 200 bytes, on a returning visit; both pages bundled and minified, their files in the cache',
    })
  } finally {
    await page.close()
    await server.close()
  }
}
