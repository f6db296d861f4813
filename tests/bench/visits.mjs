/** Visits of two pages in turns: ours and a peer's, each from the start of its navigation until it has what it needs. */
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { build } from 'rolldown'
import { out, root } from '../browser/harness/bundle.mjs'
import { startServer } from '../browser/harness/server.mjs'
import { inTurns, row } from './measure.mjs'

/** As an application is built (rolldown is the bundler in Vite): bundled, minified, what is loaded on demand in files of
 *  its own, and what a page's script imports named in its head. */
async function bundlePages(folder, pages) {
  const outdir = `${out}${folder}`
  rmSync(outdir, { recursive: true, force: true })
  const { output } = await build({
    input: Object.fromEntries(pages.map((name) => [name, `${root}tests/bench/${name}.mjs`])),
    platform: 'browser',
    resolve: { modules: [`${root}node_modules`] },
    output: {
      dir: `${outdir}/app`,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
    transform: { target: 'es2022' },
    plugins: [besideTheScripts],
    logLevel: 'warn',
  })
  const wasm = readdirSync(`${root}npm/dist/wasm`).filter((name) => name.endsWith('.wasm'))
  for (const name of wasm) cpSync(`${root}npm/dist/wasm/${name}`, `${outdir}/app/wasm/${name}`)
  return {
    outdir,
    preloads: Object.fromEntries(pages.map((name) => [name, importsOf(output, `${name}.js`)])),
  }
}

/** Where WASM files lie once everything is in one folder; Vite does it by itself. */
const besideTheScripts = {
  name: 'beside-the-scripts',
  transform: (code) => code.replaceAll(/new URL\('(\.\.?\/)+wasm\//g, "new URL('./wasm/"),
}

/** The files that a file imports, and what those import. */
function importsOf(output, fileName) {
  const found = new Set()
  const follow = (name) => {
    for (const next of output.find((file) => file.fileName === name).imports) {
      if (found.has(next)) continue
      found.add(next)
      follow(next)
    }
  }
  follow(fileName)
  return [...found]
}

/** One visit: milliseconds from the start of the navigation to what the page notes as `kbveFilled`. */
async function visit(page, url) {
  await page.goto(url)
  const handle = await page.waitForFunction(() => globalThis.kbveFilled, undefined, { timeout: 60_000 })
  const { filled } = await handle.jsonValue()
  // What the visit leaves to be done is no other visit's cost.
  await page.goto('about:blank')
  await new Promise((resolve) => setTimeout(resolve, 150))
  return filled
}

/** A row of two pages of this folder, `pages` without the ending. `?seed` makes each write first what it will read. */
export async function visitsRow(browser, { rounds, pages, ...about }) {
  // A returning visitor's browser has the files; so has the page of the peer.
  const { outdir, preloads } = await bundlePages(about.name, pages)
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
    return row({ ...costs, unit: 'ms', faster: false, ...about })
  } finally {
    await page.close()
    await server.close()
  }
}
