/** Runs the command line of the package, and the native programs of examples/. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildNative } from '../../tools/build_cpp.mjs'
import { project } from '../../tools/paths.mjs'
import { toolchain } from '../../tools/toolchain.mjs'

export const cliFile = join(project, 'npm', 'dist', 'cli.js')
/** For what programs read and write; the native ones see the project's folder. */
export const scratch = join(project, 'build', 'tests', 'cli')
mkdirSync(scratch, { recursive: true })

let files = 0
const built = {}

/** A new file with this content. */
export function file(content, name = 'file') {
  const path = join(scratch, `${process.pid}-${files++}-${name}`)
  writeFileSync(path, content)
  return path
}

/** `kbve-locker` with these arguments. */
export function cli(args, input = '') {
  const child = spawnSync(process.execPath, [cliFile, ...args], { input, encoding: 'utf8', timeout: 60_000 })
  return { code: child.status, out: child.stdout, err: child.stderr }
}

/** A program of examples/, built first where it is not. What it says on both ways out comes as one text. */
export async function native(name, args, input) {
  built[name] ??= buildNative('native-debug', name)
  const folder = await built[name]
  const stdin = openSync(file(input, 'input'), 'r')
  try {
    const { run } = await toolchain()
    const options = { stdio: [stdin, 'pipe', 'pipe'], capture: true, check: false }
    const { code, output } = await run(join(folder, 'examples', name), args, options)
    return { code, out: output }
  } finally {
    closeSync(stdin)
  }
}
