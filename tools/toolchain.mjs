/**
 * The compilers: those on PATH when they will do, else a Debian root made once in the cache.
 * KBVE_TOOLCHAIN=path or KBVE_TOOLCHAIN=debian decides by hand.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianRoot, enter, sourceListName } from './debian_root.mjs'
import { exec, outputOf, which } from './exec.mjs'
import { project } from './paths.mjs'
import { llvm } from './recipe.mjs'
import { Problem, say } from './say.mjs'
import { givenSourceArguments, sourceArguments, sourcesFolder } from './sources.mjs'

const probe = '#include <expected>\nint main() { return std::expected<int, int>(0).value_or(1); }\n'

function atLeast(text, ...wanted) {
  const found = /(\d+)\.(\d+)/
    .exec(text ?? '')
    ?.slice(1)
    .map(Number)
  if (!found) return false
  return found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= (wanted[1] ?? 0))
}

function compilesCxx23(compiler) {
  const args = ['-std=c++23', '-fsyntax-only', '-x', 'c++', '-']
  return spawnSync(compiler, args, { input: probe, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0
}

function cxxOnPath() {
  const versions = ['', '-23', '-22', '-21', '-20', '-19', '-18', '-17']
  const candidates = [
    process.env.CXX,
    ...versions.map((v) => `clang++${v}`),
    ...['', '-16', '-15', '-14', '-13'].map((v) => `g++${v}`),
  ]
  return candidates.filter((name) => name && which(name)).find(compilesCxx23)
}

const firstOf = (...names) => names.find((name) => which(name))

/** What is missing on PATH, as words; empty when PATH will do. */
function missingOnPath(cxx) {
  const missing = []
  if (!atLeast(outputOf('emcc', ['--version']), 4)) missing.push('emcc 4.0 or later')
  if (!cxx) missing.push('a C++23 compiler with <expected>')
  if (!atLeast(outputOf('cmake', ['--version']), 3, 25)) missing.push('CMake 3.25 or later')
  if (!which('ninja')) missing.push('Ninja')
  return missing
}

function fromPath(cxx) {
  const suffix = /-\d+$/.exec(cxx)?.[0] ?? ''
  const environment = {
    ...process.env,
    CXX: cxx,
    CC: cxx.replace('clang++', 'clang').replace('g++', 'gcc'),
    PATH: `${process.env.PATH}:${join(project, 'node_modules', '.bin')}`,
  }
  return {
    kind: 'path',
    id: `path ${cxx} ${outputOf(cxx, ['--version'])?.split('\n')[0]} ${outputOf('emcc', ['--version'])?.split('\n')[0]}`,
    isClang: /clang/.test(outputOf(cxx, ['--version']) ?? ''),
    clangFormat: firstOf(`clang-format${suffix}`, 'clang-format'),
    clangTidy: firstOf(`clang-tidy${suffix}`, 'clang-tidy'),
    runClangTidy: firstOf(`run-clang-tidy${suffix}`, 'run-clang-tidy'),
    root: undefined,
    run: (command, args, options = {}) =>
      exec(command, args, { cwd: project, ...options, env: { ...environment, ...options.env } }),
    sourceArguments: givenSourceArguments,
  }
}

async function fromDebian() {
  const root = await debianRoot()
  mkdirSync(sourcesFolder, { recursive: true })
  const run = (command, args, { env = {}, cwd = project, ...options } = {}) => {
    const environment = { CC: `clang-${llvm}`, CXX: `clang++-${llvm}`, ...env }
    return exec('bwrap', [...enter(root, environment, cwd), command, ...args], { label: command, ...options })
  }
  return {
    kind: 'debian',
    id: `debian ${root}`,
    isClang: true,
    clangFormat: `clang-format-${llvm}`,
    clangTidy: `clang-tidy-${llvm}`,
    runClangTidy: `run-clang-tidy-${llvm}`,
    root,
    run,
    sourceArguments: () =>
      sourceArguments(readFileSync(join(root, sourceListName), 'utf8'), (command, args) =>
        run(command, args, { quiet: true }),
      ),
  }
}

async function find() {
  const wish = process.env.KBVE_TOOLCHAIN
  if (wish && wish !== 'path' && wish !== 'debian') {
    throw new Problem(
      `KBVE_TOOLCHAIN is "${wish}"; it can be "path" (what is on PATH) or "debian" (a root made in the cache).`,
    )
  }
  if (wish !== 'debian') {
    const cxx = cxxOnPath()
    const missing = missingOnPath(cxx)
    if (missing.length === 0) {
      say(`toolchain: emcc and ${cxx} from PATH`)
      return fromPath(cxx)
    }
    if (wish === 'path') throw new Problem(`KBVE_TOOLCHAIN=path, but PATH has no ${missing.join(', no ')}.`)
  }
  const toolchain = await fromDebian()
  say(`toolchain: ${toolchain.root}`)
  return toolchain
}

let found

/** The toolchain, looked for once per process. */
export function toolchain() {
  found ??= find()
  return found
}

/** Runs a command in the toolchain; see exec() for the options. */
export async function run(command, args, options) {
  return (await toolchain()).run(command, args, options)
}
