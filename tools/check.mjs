/**
 * node tools/check.mjs: format, lint and types as errors, clang-tidy of what has changed. node tools/check.mjs all: of
 * everything. node tools/check.mjs format: writes the format instead.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { build } from './build.mjs'
import { errorsPage, page } from './errors_page.mjs'
import { exec } from './exec.mjs'
import { ensureNodeModules } from './packages.mjs'
import { bin, project } from './paths.mjs'
import { main, Problem, say, seconds, sinceStart } from './say.mjs'
import { clangTidy } from './tidy.mjs'
import { toolchain } from './toolchain.mjs'

function* filesUnder(folder) {
  if (!existsSync(join(project, folder))) return
  for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(path)
    else yield path
  }
}

const cxxFolders = ['include', 'src', 'wasm', 'tests/core', 'tests/fuzz', 'tests/bench', 'examples']
const cxxFiles = () =>
  cxxFolders.flatMap((folder) => [...filesUnder(folder)]).filter((path) => /\.(hpp|cpp)$/.test(path))

async function clangTool(name) {
  const tools = await toolchain()
  if (tools[name]) return { tools, command: tools[name] }
  const program = name === 'clangFormat' ? 'clang-format' : 'clang-tidy'
  throw new Problem(
    `There is no ${program} on PATH. Install the one of clang 21, or set KBVE_TOOLCHAIN=debian.`,
  )
}

async function clangFormat(args) {
  const { tools, command } = await clangTool('clangFormat')
  await tools.run(command, [...args, ...cxxFiles()], { quiet: true })
}

const tidySources = () =>
  cxxFiles().filter((path) => extname(path) === '.cpp' && !/^tests\/(fuzz|bench)\//.test(path))

const tsc = (folder) =>
  exec(bin('tsc'), ['--noEmit', '-p', folder], { cwd: project, quiet: true, label: `tsc -p ${folder}` })

const checks = {
  'format and lint of TypeScript (npm run format mends the format)': () =>
    exec(bin('biome'), ['check', '--error-on-warnings', '.'], {
      cwd: project,
      quiet: true,
      label: 'biome check',
    }),
  'arrows between the rooms': () =>
    exec(process.execPath, [join(project, 'tests/arrows.mjs')], { quiet: true, label: 'tests/arrows.mjs' }),
  'format of C++ (npm run format mends it)': () => clangFormat(['--dry-run', '-Werror']),
  'docs/errors.md is what the code says': async () => {
    if (readFileSync(page, 'utf8') !== errorsPage()) throw new Problem('Run npm run docs:errors.')
  },
  'types of npm/': async () => {
    await build('wasm-release')
    await tsc('npm')
  },
  'types of tests/ and web/': async () => {
    await build('npm')
    await tsc('tests')
    await tsc('web')
  },
  'clang-tidy': async () => clangTidy(await clangTool('clangTidy'), tidySources(), process.argv[2] === 'all'),
}

async function format() {
  await exec(bin('biome'), ['check', '--write', '.'], { cwd: project, label: 'biome check --write' })
  await clangFormat(['-i'])
}

await main(async () => {
  await ensureNodeModules()
  if (process.argv[2] === 'format') {
    await format()
    return
  }
  let failed = 0
  for (const [name, check] of Object.entries(checks)) {
    const from = performance.now()
    try {
      await check()
      say(`ok      ${name} (${seconds(performance.now() - from)})`)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      failed += 1
      say(`FAILED  ${name}\n        ${error.message}`)
    }
  }
  say(`checked in ${sinceStart()}`)
  say(`${Object.keys(checks).length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
})
