/**
 * clang-tidy over the core. What a file can be told depends on its text, on the headers of ours that it includes, on the
 * configuration and on its flags: where all of that passed before, in whichever checkout, it is not looked at again.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, extname, join, normalize } from 'node:path'
import { configureOnly } from './build_cpp.mjs'
import { cache, project } from './paths.mjs'
import { Problem, say } from './say.mjs'

/** How many of the files that include a changed header are looked at, when not all are. */
const readersOfAHeader = 4

const read = (path) => readFileSync(join(project, path), 'utf8')

/** The headers of ours that a file includes, and what those include. */
function includesOf(path, found = new Set()) {
  for (const [, target] of read(path).matchAll(/^#include "([^"]+)"/gm)) {
    const places = [dirname(path), 'include', 'src', 'tests/core', 'wasm'].map((place) =>
      normalize(`${place}/${target}`),
    )
    const file = places.find((place) => existsSync(join(project, place)))
    if (file === undefined || found.has(file)) continue
    found.add(file)
    includesOf(file, found)
  }
  return found
}

/** Files that differ from where this branch left main, or on main from the commit before; nothing where git cannot say. */
function changedFiles() {
  const git = (...args) => spawnSync('git', args, { cwd: project, encoding: 'utf8' })
  const commit = (...args) => {
    const { status, stdout } = git(...args)
    return status === 0 ? stdout.trim() : undefined
  }
  const head = commit('rev-parse', 'HEAD')
  const bases = ['origin/HEAD', 'origin/main', 'main'].map((name) => commit('merge-base', 'HEAD', name))
  const base = bases.find((each) => each && each !== head) ?? commit('rev-parse', 'HEAD~1')
  if (!base) return undefined
  const names = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')]
  return names.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean))
}

/** The sources that a change may have given something to say. */
function concerned(sources, changed) {
  const own = sources.filter((path) => changed.includes(path))
  const headers = changed.filter((path) => extname(path) === '.hpp' && existsSync(join(project, path)))
  const readers = headers.flatMap((header) =>
    sources.filter((path) => includesOf(path).has(header)).slice(0, readersOfAHeader),
  )
  return [...new Set([...own, ...readers])]
}

/** The flags of each source, without the folder of this checkout. */
function flagsIn(folder) {
  const database = JSON.parse(readFileSync(join(folder, 'compile_commands.json'), 'utf8'))
  return new Map(database.map(({ file, command }) => [file, command.replaceAll(project, '')]))
}

/** What em++ adds to the compiler's flags, and compile_commands.json therefore does not have: include folders. */
async function flagsOfEmscripten(tools) {
  const { output } = await tools.run('em++', ['--cflags'], { capture: true })
  const added = output.trim().split('\n').at(-1).split(/\s+/)
  // What speaks to the compiler's back end says nothing to a linter.
  const folders = added.filter((flag) => /^(--sysroot=|-iwithsysroot)/.test(flag))
  return ['-Wno-unknown-warning-option', ...folders, '--target=wasm32-unknown-emscripten']
}

/** `sources`: all there are. `everything`: not only what has changed. */
export async function clangTidy({ tools, command }, sources, everything) {
  const changed = everything ? undefined : changedFiles()
  const waiting = changed ? concerned(sources, changed) : [...sources]
  if (changed)
    say(
      `  ${waiting.length} of ${sources.length} sources, by what has changed; npm run check:all looks at all`,
    )
  const forWasm = (path) => path.startsWith('wasm/')
  const folders = {}
  if (waiting.some((path) => !forWasm(path))) folders.native = await configureOnly('native-debug')
  if (waiting.some(forWasm)) folders.wasm = await configureOnly('wasm-debug')
  const flags = new Map(Object.values(folders).flatMap((folder) => [...flagsIn(folder)]))
  const extra = folders.wasm ? await flagsOfEmscripten(tools) : []
  const memory = join(cache, 'tidy')
  mkdirSync(memory, { recursive: true })

  const keyOf = (path) => {
    const hash = createHash('sha256')
      .update(tools.id)
      .update(command)
      .update(flags.get(join(project, path)) ?? '')
    const inputs = ['.clang-tidy', 'tests/core/.clang-tidy', path, ...[...includesOf(path)].sort()]
    for (const input of inputs) hash.update(`${input}\0`).update(read(input))
    return hash.digest('hex')
  }
  const isClean = async (path) => {
    const mark = join(memory, keyOf(path))
    if (existsSync(mark)) return true
    const folder = forWasm(path) ? folders.wasm : folders.native
    const args = [
      '--quiet',
      '-p',
      folder,
      ...(forWasm(path) ? extra.map((flag) => `--extra-arg=${flag}`) : []),
      path,
    ]
    const { code, output } = await tools.run(command, args, { capture: true, check: false })
    if (code === 0) writeFileSync(mark, path)
    else say(output.replace(/^\d+ warnings? .*\n/gm, ''))
    return code === 0
  }
  const failed = []
  const worker = async () => {
    for (let path = waiting.shift(); path; path = waiting.shift())
      if (!(await isClean(path))) failed.push(path)
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
  if (failed.length > 0) throw new Problem(`clang-tidy has something to say about ${failed.join(', ')}.`)
}
