import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { ensureNodeModules } from './packages.mjs'
import { project } from './paths.mjs'
import { Problem, step } from './say.mjs'
import { toolchain } from './toolchain.mjs'
import { placeWasm } from './wasm_output.mjs'

/** Configures build/<preset> when it has not been, or was for another toolchain; then lets Ninja build it. */
async function cmake(preset, launcher) {
  const tools = await toolchain()
  const folder = join(project, 'build', preset)
  const stamp = join(folder, 'kbve-configured')
  const sources = await tools.sourceArguments()
  const wanted = createHash('sha256')
    .update(
      JSON.stringify([tools.id, project, sources, readFileSync(join(project, 'CMakePresets.json'), 'utf8')]),
    )
    .digest('hex')
  await withLock(`${folder}.lock`, `build/${preset}`, async () => {
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
      await step(`configure build/${preset}`, () =>
        tools.run(launcher[0], [...launcher.slice(1), '--fresh', '--preset', preset, ...sources], {
          quiet: true,
        }),
      )
      mkdirSync(folder, { recursive: true })
      writeFileSync(stamp, wanted)
    }
    await step(`build ${preset}`, () => tools.run('cmake', ['--build', folder], { quiet: true }))
  })
  return folder
}

/** The folder of a native build. */
export async function buildNative(preset) {
  if (preset === 'fuzz' && !(await toolchain()).isClang) {
    throw new Problem(
      'Fuzzing needs clang: put clang++ with libFuzzer on PATH, or set KBVE_TOOLCHAIN=debian.',
    )
  }
  return cmake(preset, ['cmake'])
}

/** The folder of a WASM build; wasm-release also goes to where the npm package expects it. */
export async function buildWasm(preset) {
  // Emscripten makes the TypeScript declarations with the project's tsc.
  await ensureNodeModules()
  const folder = await cmake(preset, ['emcmake', 'cmake'])
  if (preset === 'wasm-release') await placeWasm(join(folder, 'wasm'))
  return folder
}
