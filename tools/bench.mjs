/** node tools/bench.mjs node|browser|page|size|vectors|differential [--json FILE]…: builds what is measured, then measures it. */
import { join } from 'node:path'
import { chromium } from './browsers.mjs'
import { build } from './build.mjs'
import { exec } from './exec.mjs'
import { ensureNodeModules } from './packages.mjs'
import { project } from './paths.mjs'
import { main, Problem } from './say.mjs'

const kinds = {
  node: { file: 'tests/bench/node.mjs' },
  browser: {
    file: 'tests/bench/browser.mjs',
    environment: async () => ({ KBVE_CHROMIUM: await chromium() }),
  },
  page: {
    file: 'tests/bench/page.mjs',
    parts: ['web'],
    environment: async () => ({ KBVE_CHROMIUM: await chromium() }),
  },
  size: { file: 'tests/bench/size.mjs' },
  differential: { file: 'tests/differential/jose.mjs' },
  // It builds the tests of the core by itself.
  vectors: { file: 'tests/bench/vectors.mjs', parts: [] },
}

await main(async () => {
  const [name, ...args] = process.argv.slice(2)
  const kind = Object.hasOwn(kinds, name ?? '') ? kinds[name] : undefined
  if (!kind) throw new Problem(`Name one of ${Object.keys(kinds).join(', ')}.`)
  await ensureNodeModules()
  for (const part of kind.parts ?? ['npm']) await build(part)
  const env = { ...process.env, ...(await kind.environment?.()) }
  const { code } = await exec(process.execPath, [join(project, kind.file), ...args], {
    cwd: project,
    env,
    check: false,
  })
  process.exitCode = code
})
