/** Builds tests/bench/argon2_native.cpp, optimized, and keeps it running while a benchmark asks it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildNative } from '../../tools/build_cpp.mjs'
import { enter } from '../../tools/debian_root.mjs'
import { project } from '../../tools/paths.mjs'
import { toolchain } from '../../tools/toolchain.mjs'

/** @param {(child: import('node:child_process').ChildProcess) => Promise<T>} use @template T */
export async function nativeArgon2(use) {
  const executable = join(await buildNative('native-release'), 'tests', 'bench', 'kbve_bench_argon2')
  const { root } = await toolchain()
  const [command, args] = root ? ['bwrap', [...enter(root, {}, project), executable]] : [executable, []]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    return await use(child)
  } finally {
    child.stdin.end()
  }
}
