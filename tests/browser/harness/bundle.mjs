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
    jsx: 'automatic',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return outfile
}

/** Of these a page has exactly one copy, which the package and the test share. */
const vendors = [
  'nanostores',
  'react',
  'react/jsx-runtime',
  'react-dom',
  'react-dom/client',
  'react-dom/server',
]

/** Where the test server has one of them. */
export function vendorPath(name) {
  return `/vendor/${name.replaceAll('/', '_')}.js`
}

/** Those names as what follows `from` or `import` in the package's files. */
export const vendorImport = new RegExp(`(from|import)\\s*(['"])(${vendors.join('|')})\\2`, 'g')

/** The package by its name, at the address where the test server has it. */
const packageByName = {
  name: 'package-by-name',
  setup(builder) {
    builder.onResolve({ filter: /^@kbve\/locker(\/|$)/ }, ({ path }) => {
      const entry = manifest.exports[path.replace('@kbve/locker', '.')]
      if (!entry) return { errors: [{ text: `${path} is not exported by the package` }] }
      return { path: entry.default.replace('./dist', '/pkg'), external: true }
    })
    builder.onResolve({ filter: /./ }, ({ path }) =>
      vendors.includes(path) ? { path: vendorPath(path), external: true } : undefined,
    )
  },
}

/** A module that passes on everything that the named package exports, CommonJS or not. */
const vendorEntries = {
  name: 'vendor-entries',
  setup(builder) {
    builder.onResolve({ filter: /^vendor:/ }, ({ path }) => ({ path, namespace: 'vendor' }))
    builder.onLoad({ filter: /./, namespace: 'vendor' }, async ({ path }) => {
      const name = path.slice('vendor:'.length)
      const exported = Object.keys(await import(name)).filter((key) => /^\w+$/.test(key) && key !== 'default')
      return { contents: `export { ${exported.join(', ')} } from '${name}'`, resolveDir: `${root}npm` }
    })
  },
}

/** Bundles pages for a browser, and beside them what they share with the package. */
export async function bundleForBrowser(entries) {
  const common = {
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    logLevel: 'warning',
    // React says what is wrong only where it is being developed with.
    define: { 'process.env.NODE_ENV': '"development"' },
  }
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
    entryPoints: vendors.map((name) => ({ in: `vendor:${name}`, out: name.replaceAll('/', '_') })),
    outdir: `${outdir}/vendor`,
    splitting: true,
    plugins: [vendorEntries],
  })
  return outdir
}
