/**
 * Makes the test bundles. The package itself is never bundled: tests import it by its name, and get
 * the files of npm/dist as they are, because that is what people install.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const out = `${root}build/tests/`
const manifest = JSON.parse(readFileSync(`${root}npm/package.json`, 'utf8'))

/** Bundles for node; everything from node_modules, the package too, stays outside. */
export async function bundleForNode(entry, name) {
  const outfile = `${out}${name}.mjs`
  await build({
    entryPoints: [`${root}${entry}`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return outfile
}

/** The package by its name, at the address where the test server has it. */
const packageByName = {
  name: 'package-by-name',
  setup(builder) {
    builder.onResolve({ filter: /^@kbve\/locker(\/|$)/ }, ({ path }) => {
      const entry = manifest.exports[path.replace('@kbve/locker', '.')]
      if (!entry) return { errors: [{ text: `${path} is not exported by the package` }] }
      return { path: entry.default.replace('./dist', '/pkg'), external: true }
    })
    builder.onResolve({ filter: /^nanostores$/ }, () => ({ path: '/vendor/nanostores.js', external: true }))
  },
}

/** Bundles pages for a browser, and nanostores, of which a page has exactly one. */
export async function bundleForBrowser(entries) {
  const common = { bundle: true, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'warning' }
  const outdir = `${out}web`
  const entryPoints = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, `${root}${file}`]),
  )
  await build({
    ...common,
    entryPoints,
    outdir: `${outdir}/app`,
    sourcemap: 'linked',
    plugins: [packageByName],
  })
  await build({
    ...common,
    stdin: { contents: `export * from 'nanostores'`, resolveDir: `${root}npm` },
    outfile: `${outdir}/vendor/nanostores.js`,
  })
  return outdir
}
