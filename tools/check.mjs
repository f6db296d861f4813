/** node tools/check.mjs: format, lint and types as errors. node tools/check.mjs format: writes the format instead. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { extname, join } from 'node:path'
import { build } from './build.mjs'
import { exec } from './exec.mjs'
import { ensureNodeModules } from './packages.mjs'
import { bin, project } from './paths.mjs'
import { main, Problem, say, seconds, sinceStart } from './say.mjs'
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

/** What a finding can depend on, apart from the file itself: every header, the configuration, the flags. */
function tidyContext(databases) {
  const hash = createHash('sha256')
  const inputs = [
    ...cxxFiles().filter((path) => extname(path) === '.hpp'),
    '.clang-tidy',
    'tests/core/.clang-tidy',
    ...databases,
  ]
  for (const path of inputs) hash.update(path).update(readFileSync(join(project, path)))
  return hash.digest('hex')
}

/** clang-tidy over one file, unless this very text passed before in this very context. */
async function tidyFile({ tools, command }, path, folder, extra, context) {
  const memory = join(project, 'build', 'tidy')
  const key = createHash('sha256')
    .update(context)
    .update(path)
    .update(readFileSync(join(project, path)))
    .digest('hex')
  const mark = join(memory, path.replaceAll('/', '_'))
  if (existsSync(mark) && readFileSync(mark, 'utf8') === key) return true
  const { code, output } = await tools.run(
    command,
    ['--quiet', '-p', folder, ...extra.map((flag) => `--extra-arg=${flag}`), path],
    { capture: true, check: false },
  )
  if (code !== 0) {
    say(output.replace(/^\d+ warnings? .*\n/gm, ''))
    return false
  }
  mkdirSync(memory, { recursive: true })
  writeFileSync(mark, key)
  return true
}

async function clangTidy() {
  const tidy = await clangTool('clangTidy')
  const native = await build('native-debug')
  const wasm = await build('wasm-debug')
  // What em++ adds to the compiler's flags, and compile_commands.json therefore does not have.
  const added = (await tidy.tools.run('em++', ['--cflags'], { capture: true })).output
    .trim()
    .split('\n')
    .at(-1)
  // Include folders only: what speaks to the compiler's back end says nothing to a linter.
  const wasmFlags = ['-Wno-unknown-warning-option']
  for (const flag of added.split(/\s+/)) {
    if (/^(--sysroot=|-iwithsysroot)/.test(flag)) wasmFlags.push(flag)
  }
  wasmFlags.push('--target=wasm32-unknown-emscripten')
  const context = tidyContext(
    ['build/native-debug', 'build/wasm-debug'].map((folder) => `${folder}/compile_commands.json`),
  )
  const sources = cxxFiles().filter(
    (path) => extname(path) === '.cpp' && !/^tests\/(fuzz|bench)\//.test(path),
  )
  const failed = []
  const worker = async () => {
    for (let path = sources.shift(); path; path = sources.shift()) {
      const forWasm = path.startsWith('wasm/')
      const clean = await tidyFile(tidy, path, forWasm ? wasm : native, forWasm ? wasmFlags : [], context)
      if (!clean) failed.push(path)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
  if (failed.length > 0) throw new Problem(`clang-tidy has something to say about ${failed.join(', ')}.`)
}

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
  'types of npm/': async () => {
    await build('wasm-release')
    await tsc('npm')
  },
  'types of tests/ and web/': async () => {
    await build('npm')
    await tsc('tests')
    await tsc('web')
  },
  'clang-tidy': clangTidy,
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
