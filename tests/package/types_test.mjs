/** The types as people compile against them, and what the two linters of packages say. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { consumer, packed } from './harness/consumer.mjs'

let made
const prepared = () => {
  made ??= consumer('types')
  return made
}

const options = {
  strict: true,
  noEmit: true,
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
  jsx: 'react-jsx',
  types: [],
  // The declarations of the package are checked as well, not only what uses them.
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
}
const resolutions = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
}

export const tests = {}
for (const [compiler, version] of [
  ['typescript5', '5.9'],
  ['typescript7', '7'],
]) {
  for (const [name, more] of Object.entries(resolutions)) {
    tests[`types: TypeScript ${version}, ${name}, strict, all libraries checked`] = async () => {
      const { folder } = await prepared()
      const config = join(folder, `tsconfig-${compiler}-${name}.json`)
      writeFileSync(config, JSON.stringify({ compilerOptions: { ...options, ...more }, files: ['use.tsx'] }))
      const tsc = join(folder, 'node_modules', compiler, 'bin', 'tsc')
      const seen = await exec(process.execPath, [tsc, '--version'], { capture: true })
      expect(seen.output).to.include(`Version ${version}`)
      const { code, output } = await exec(process.execPath, [tsc, '-p', config], {
        cwd: folder,
        capture: true,
        check: false,
      })
      expect(output.trim()).to.equal('')
      expect(code).to.equal(0)
    }
  }
}

tests['types: publint --strict finds nothing'] = async () => {
  const { folder, bin } = await prepared()
  const { file } = await packed()
  const { code, output } = await exec(bin('publint'), [file, '--strict'], {
    cwd: folder,
    capture: true,
    check: false,
  })
  expect(output).to.match(/All good!/)
  expect(code).to.equal(0)
}

tests['types: attw finds nothing'] = async () => {
  const { folder, bin } = await prepared()
  const { file } = await packed()
  // There is one form of the package, ES modules: what `require` of TypeScript before 5.8 and the resolution of
  // node 10 make of it is not asked. The .wasm files have no types, nor do they need any.
  const args = [
    file,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
    '--format',
    'ascii',
    '--exclude-entrypoints',
    './wasm/*.wasm',
    './package.json',
  ]
  const { code, output } = await exec(bin('attw'), args, { cwd: folder, capture: true, check: false })
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/@kbve/locker/package.json'), 'utf8'))
  const typed = Object.keys(exports).filter((entry) => exports[entry].types)
  const whole = output.match(/^"@kbve\/locker.*"\n\nnode16 \(from ESM\): OK \(ESM\)\nbundler: OK/gm)
  expect(whole, output).to.have.length(typed.length)
  expect(code).to.equal(0)
}
