import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { project } from './paths.mjs'
import { Problem } from './say.mjs'

/** Writes only what differs, so that nothing downstream is rebuilt for nothing. */
export function writeIfChanged(file, content) {
  const bytes = Buffer.from(content)
  if (existsSync(file) && readFileSync(file).equals(bytes)) return false
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  return true
}

/** The names of all error codes, as auth.wasm has them: locker.wasm is without those of accounts. */
async function errorCodes(wasm) {
  const { instance } = await WebAssembly.instantiate(wasm, {
    env: { emscripten_notify_memory_growth() {} },
    wasi_snapshot_preview1: { random_get: () => 0 },
  })
  const { memory, _initialize, errorCodes: write, output } = instance.exports
  _initialize()
  const size = write()
  const [at] = new Uint32Array(memory.buffer, output(), 1)
  return new TextDecoder()
    .decode(new Uint8Array(memory.buffer, at, size))
    .trim()
    .split('\n')
}

/** The declarations with the union of all codes instead of those locker.wasm names. */
async function declarations(text, wasm) {
  const codes = await errorCodes(wasm)
  const union = codes.map((code) => `'${code}'`).join('|')
  const line = /^export type ErrorCode = .*$/m
  const own = line.exec(text)?.[0].match(/'\w+'/g) ?? []
  if (own.length === 0 || own.some((code) => !codes.includes(code.slice(1, -1))))
    throw new Problem('auth.wasm and locker.wasm do not agree on the error codes. Build both again.')
  return text.replace(line, `export type ErrorCode = ${union};`)
}

/** locker.js (minified), its declarations and the modules, to the places where the npm package has them. */
export async function placeWasm(from) {
  const read = (name) => {
    const file = join(from, name)
    if (!existsSync(file))
      throw new Problem(`The WASM build made no ${file}. Delete ${dirname(from)} and build again.`)
    return readFileSync(file)
  }
  const { transform } = await import('esbuild')
  const glue = await transform(read('locker.js').toString(), {
    minify: true,
    format: 'esm',
    target: 'es2022',
  })
  const dist = join(project, 'npm', 'dist', 'wasm')
  writeIfChanged(join(dist, 'locker.js'), glue.code)
  for (const module of ['locker.wasm', 'kdf.wasm', 'jose.wasm', 'auth.wasm'])
    writeIfChanged(join(dist, module), read(module))
  const types = await declarations(read('locker.d.ts').toString(), read('auth.wasm'))
  writeIfChanged(join(dist, 'locker.d.ts'), types)
  writeIfChanged(join(project, 'npm', 'src', 'wasm', 'locker.d.ts'), types)
}
