import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
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

/**
 * A module as a script, for who cannot serve a second file. Deflated before it is made text: then base64 costs next to
 * nothing once the script itself is compressed on its way, where base64 of the bare module costs a third more.
 */
function asScript(wasm) {
  const text = deflateRawSync(wasm, { level: 9 }).toString('base64')
  return `/** Base64 of the module, deflated (raw). */\nexport const deflated = '${text}'\n`
}

const scriptTypes = '/** Base64 of the module, deflated (raw). */\nexport declare const deflated: string\n'

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
    // It is handed the compiled module and fetches nothing; webpack would write the path of who builds into the page.
    define: { 'import.meta.url': '""' },
  })
  const dist = join(project, 'npm', 'dist', 'wasm')
  writeIfChanged(join(dist, 'locker.js'), glue.code)
  const source = join(project, 'npm', 'src', 'wasm')
  for (const name of ['locker', 'kdf', 'jose', 'auth']) {
    const wasm = read(`${name}.wasm`)
    writeIfChanged(join(dist, `${name}.wasm`), wasm)
    writeIfChanged(join(dist, `${name}_inline.js`), asScript(wasm))
    for (const folder of [dist, source]) writeIfChanged(join(folder, `${name}_inline.d.ts`), scriptTypes)
  }
  const types = await declarations(read('locker.d.ts').toString(), read('auth.wasm'))
  writeIfChanged(join(dist, 'locker.d.ts'), types)
  writeIfChanged(join(source, 'locker.d.ts'), types)
}
