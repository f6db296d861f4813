/**
 * node tests/native/run.mjs: installs the core to a folder, and builds the program of docs/cpp.md against it, from
 * outside, with the very blocks of that page. Last line: "N passed, N failed".
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { buildNative } from '../../tools/build_cpp.mjs'
import { project } from '../../tools/paths.mjs'
import { toolchain } from '../../tools/toolchain.mjs'
import { blocksOf } from '../docs/blocks.mjs'
import { folderWithFiles, makeFiles, passphrase } from '../docs/files.mjs'

// Under the project's folder, because that is what a toolchain in a root of its own sees.
const scratch = join(project, 'build', 'installed')
const prefix = join(scratch, 'prefix')
const outside = join(scratch, 'outside')
const { run, sourceArguments } = await toolchain()

const blocks = blocksOf('docs/cpp.md')
const named = (name) => blocks.find((block) => block.name === name).code
const commands = blocks
  .filter(({ lang }) => lang === 'sh')
  .flatMap(({ code }) => code.split('\n'))
  .map((line) => line.replace(/\s+# .*$/, '').trim())

/** A command of the page, which must stand there, with the folders of this test in it. */
const told = (line, changes = {}) => {
  expect(commands, 'commands of docs/cpp.md').to.include(line)
  return Object.entries(changes)
    .reduce((text, [from, to]) => text.replace(from, to), line)
    .split(' ')
}
const command = ([program, ...args], cwd) => run(program, args, { cwd, quiet: true })

const tests = {
  async 'the core is installed: libraries, headers and what find_package reads, nothing of others’ headers'() {
    rmSync(scratch, { recursive: true, force: true })
    mkdirSync(outside, { recursive: true })
    told('cmake --preset native-release')
    told('cmake --build build/native-release --target kbve_locker')
    await buildNative('native-release', 'kbve_locker')
    const install = 'cmake --install build/native-release --prefix prefix'
    await command(told(install, { '--prefix prefix': `--prefix ${prefix}` }), project)
    expect(existsSync(join(prefix, 'include', 'kbve', 'vault', 'backup.hpp'))).to.equal(true)
    expect(readdirSync(join(prefix, 'include'))).to.deep.equal(['kbve'])
    const config = readdirSync(prefix, { recursive: true }).filter((file) => file.endsWith('.cmake'))
    expect(config.some((file) => file.endsWith('kbve_lockerConfig.cmake'))).to.equal(true)
    for (const file of config)
      expect(readFileSync(join(prefix, file), 'utf8'), `${file} names the checkout`).to.not.include(
        join(project, 'src'),
      )
  },

  async 'a project outside finds it, builds, and opens a backup'() {
    for (const name of ['CMakeLists.txt', 'main.cpp']) writeFileSync(join(outside, name), named(name))
    const configure = 'cmake -S . -B build -DCMAKE_PREFIX_PATH=/where/it/is/prefix'
    await command([...told(configure, { '/where/it/is/prefix': prefix }), '-G', 'Ninja'], outside)
    await command(told('cmake --build build'), outside)
    told('./build/reader profile.kbve < passphrase')
    await makeFiles()
    const folder = folderWithFiles()
    try {
      const open = async (secret) => {
        writeFileSync(join(folder, 'passphrase'), `${secret}\n`)
        const stdin = openSync(join(folder, 'passphrase'), 'r')
        const options = { stdio: [stdin, 'pipe', 'pipe'], capture: true, check: false, cwd: folder }
        try {
          return await run(join(outside, 'build', 'reader'), ['profile.kbve'], options)
        } finally {
          closeSync(stdin)
        }
      }
      const { code, output } = await open(passphrase)
      expect(code, output).to.equal(0)
      expect(output).to.include('profile/username "ann"\n').and.to.include('entry/draft {"text":"Dear …"}\n')
      expect(await open('another')).to.deep.equal({ code: 1, output: 'wrong_secret\n' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },

  async 'a program may link the whole libsodium beside it: this part of it has names of its own'() {
    const archive = readdirSync(prefix, { recursive: true }).find((file) => file.endsWith('libkbve_sodium.a'))
    const nm = ['nm', ['-g', '--defined-only', join(prefix, archive)]]
    const { output } = await run(...nm, { cwd: project, capture: true })
    const names = [...output.matchAll(/^[0-9a-f]+ [A-Z] (\w+)$/gm)].map(([, name]) => name)
    expect(names).to.include('kbve_sodium_sodium_init')
    expect(names.filter((name) => !name.startsWith('kbve_'))).to.deep.equal([])
  },

  async 'tests, benchmarks and another folder for headers go together'() {
    const other = join(scratch, 'other')
    const options = ['-DKBVE_TESTS=ON', '-DKBVE_BENCH=ON', '-DCMAKE_INSTALL_INCLUDEDIR=headers/here']
    const args = ['-S', project, '-B', other, '-G', 'Ninja', ...options, ...(await sourceArguments())]
    await command(['cmake', ...args], project)
    const file = readdirSync(other, { recursive: true }).find((name) =>
      name.endsWith('kbve_lockerTargets.cmake'),
    )
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CMake's own variable
    expect(readFileSync(join(other, file), 'utf8')).to.include('"${_IMPORT_PREFIX}/headers/here"')
  },

  async 'another minor version is not taken'() {
    const other = join(scratch, 'later')
    mkdirSync(other, { recursive: true })
    const text = named('CMakeLists.txt').replace('kbve_locker 0.1', 'kbve_locker 0.2')
    expect(text).to.include('0.2')
    for (const [name, content] of [
      ['CMakeLists.txt', text],
      ['main.cpp', ''],
    ])
      writeFileSync(join(other, name), content)
    const args = ['-S', '.', '-B', 'build', `-DCMAKE_PREFIX_PATH=${prefix}`, '-G', 'Ninja']
    const { code, output } = await run('cmake', args, { cwd: other, capture: true, check: false })
    expect(code).to.not.equal(0)
    expect(output).to.include('0.1.0')
  },
}

let passed = 0
let failed = 0
for (const [name, test] of Object.entries(tests)) {
  try {
    await test()
    passed++
    console.log(`✓ ${name}`)
  } catch (error) {
    failed++
    console.log(`✗ ${name}\n${String(error?.stack ?? error).replaceAll(/^/gm, '    ')}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
