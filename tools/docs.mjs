/**
 * node tools/docs.mjs [npm|cpp]: the reference of the package (TypeDoc) and of the core's headers (Doxygen) in
 * build/docs_reference. A warning is a failure. Last line: "N passed, N failed".
 */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ensurePackages } from './apt.mjs'
import { build } from './build.mjs'
import { exec } from './exec.mjs'
import { withLock } from './lock.mjs'
import { ensureNodeModules } from './packages.mjs'
import { cache, project } from './paths.mjs'
import { main, Problem, say, step } from './say.mjs'

const recipe = join(project, 'tools', 'docs')
const out = join(project, 'build', 'docs_reference')

/** TypeDoc, installed in the cache: it needs an older TypeScript than the project has. */
async function ensureTypeDoc() {
  const names = ['package.json', 'package-lock.json']
  const hash = createHash('sha256')
  for (const name of names) hash.update(readFileSync(join(recipe, name)))
  const folder = join(cache, `typedoc-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  await withLock(`${folder}.lock`, 'TypeDoc', async () => {
    if (existsSync(folder)) return
    const making = `${folder}.making`
    rmSync(making, { recursive: true, force: true })
    mkdirSync(making)
    for (const name of names) cpSync(join(recipe, name), join(making, name))
    await step(`install TypeDoc in ${folder} (once)`, () =>
      exec('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
        cwd: making,
        quiet: true,
      }),
    )
    renameSync(making, folder)
  })
  return folder
}

/** The declarations that the package exports: what an application's own compiler reads. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(join(project, 'npm', 'package.json'), 'utf8'))
  const types = Object.values(exports).flatMap((entry) => entry.types ?? [])
  return types.map((path) => path.replace('./', 'npm/'))
}

async function npm() {
  await ensureNodeModules()
  await build('npm')
  const folder = await ensureTypeDoc()
  // Written here, so that an entry added to the package is in it.
  const config = join(project, 'build', 'docs_reference', 'tsconfig.json')
  mkdirSync(out, { recursive: true })
  const settings = JSON.parse(readFileSync(join(recipe, 'tsconfig.json'), 'utf8'))
  writeFileSync(
    config,
    JSON.stringify({ ...settings, files: entryPoints().map((path) => join(project, path)) }),
  )
  const args = entryPoints().flatMap((file) => ['--entryPoints', file])
  const options = ['--options', 'tools/docs/typedoc.json', '--tsconfig', config, '--out', join(out, 'npm')]
  await exec(
    process.execPath,
    [join(folder, 'node_modules', 'typedoc', 'bin', 'typedoc'), ...options, ...args],
    {
      cwd: project,
      quiet: true,
      label: 'TypeDoc',
    },
  )
}

async function cpp() {
  await ensurePackages({ doxygen: 'doxygen' }, 'the reference of the C++ core')
  const target = join(out, 'cpp')
  mkdirSync(target, { recursive: true })
  const settings = readFileSync(join(recipe, 'Doxyfile'), 'utf8')
  const file = join(target, 'Doxyfile')
  writeFileSync(
    file,
    `${settings}\nOUTPUT_DIRECTORY = "${target}"\nSTRIP_FROM_PATH = "${join(project, 'include')}"\n`,
  )
  const { code, output } = await exec('doxygen', [file], { cwd: project, capture: true, check: false })
  if (code !== 0) throw new Problem(`${output}\nDoxygen has something to say; see above.`)
  const pages = readdirSync(join(target, 'html')).filter((name) => name.endsWith('.html')).length
  if (pages < 50)
    throw new Problem(`Doxygen made ${pages} pages only: are the headers where it looks for them?`)
}

const parts = { npm, cpp }

await main(async () => {
  const asked = process.argv.slice(2)
  const unknown = asked.find((name) => !Object.hasOwn(parts, name))
  if (unknown)
    throw new Problem(`There is no part "${unknown}". The parts are ${Object.keys(parts).join(', ')}.`)
  let passed = 0
  let failed = 0
  for (const [name, make] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    try {
      await step(`the reference of ${name}`, make)
      passed++
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      failed++
      say(error.message)
    }
  }
  say(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
})
