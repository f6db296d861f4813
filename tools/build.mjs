/** node tools/build.mjs [native-debug|native-release|fuzz|wasm-debug|wasm-release|npm|web|all]… */
import { pathToFileURL } from 'node:url'
import { buildNative, buildWasm } from './build_cpp.mjs'
import { buildNpm, buildWeb } from './build_js.mjs'
import { main, Problem, say, sinceStart } from './say.mjs'

const parts = {
  'native-debug': () => buildNative('native-debug'),
  'native-release': () => buildNative('native-release'),
  fuzz: () => buildNative('fuzz'),
  'wasm-debug': () => buildWasm('wasm-debug'),
  'wasm-release': () => buildWasm('wasm-release'),
  npm: buildNpm,
  web: buildWeb,
}

const done = new Map()

/** Builds a part and what it needs; a part asked for twice in one process is built once. */
export function build(part) {
  if (!Object.hasOwn(parts, part)) {
    throw new Problem(`There is no part "${part}". The parts are ${Object.keys(parts).join(', ')} and all.`)
  }
  if (!done.has(part)) done.set(part, parts[part]())
  return done.get(part)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const asked = process.argv.slice(2)
    const wanted = asked.length === 0 || asked.includes('all') ? ['native-debug', 'wasm-debug', 'web'] : asked
    for (const part of wanted) await build(part)
    say(`built ${wanted.join(', ')} in ${sinceStart()}`)
  })
}
