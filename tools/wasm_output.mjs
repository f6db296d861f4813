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
  writeIfChanged(join(dist, 'locker.d.ts'), read('locker.d.ts'))
  writeIfChanged(join(project, 'npm', 'src', 'wasm', 'locker.d.ts'), read('locker.d.ts'))
}
