import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { ensureNodeModules } from './packages.mjs'
import { project } from './paths.mjs'
import { Problem, step } from './say.mjs'
import { toolchain } from './toolchain.mjs'
import { placeWasm } from './wasm_output.mjs'

const emcmake = ['emcmake', 'cmake']

async function configure(tools, [command, ...args]) {
  try {
    await tools.run(command, args, { quiet: true })
  } catch (error) {
    if (!(error instanceof Problem) || tools.kind !== 'path') throw error
    throw new Problem(
      `${error.message} If a source could not be downloaded, put its tarball into a folder and name the folder in KBVE_SOURCES_DIR, or name an unpacked one in FETCHCONTENT_SOURCE_DIR_LIBSODIUM, …_BEARSSL, …_NLOHMANN_JSON or …_GOOGLETEST.`,
    )
  }
}

/** Configures build/<preset> when it has not been, or was for another toolchain; the lock is the caller's. */
async function configured(preset, launcher) {
  const tools = await toolchain()
  const folder = join(project, 'build', preset)
  const stamp = join(folder, 'kbve-configured')
  const sources = await tools.sourceArguments()
  const wanted = createHash('sha256')
    .update(
      JSON.stringify([tools.id, project, sources, readFileSync(join(project, 'CMakePresets.json'), 'utf8')]),
    )
    .digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    await step(`configure build/${preset}`, () =>
      configure(tools, [...launcher, '--fresh', '--preset', preset, ...sources]),
    )
    mkdirSync(folder, { recursive: true })
    writeFileSync(stamp, wanted)
  }
  return { tools, folder }
}

const locked = (preset, work) => withLock(`${join(project, 'build', preset)}.lock`, `build/${preset}`, work)

/** Lets Ninja build a target of build/<preset>. */
async function cmake(preset, launcher, target) {
  return locked(preset, async () => {
    const { tools, folder } = await configured(preset, launcher)
    const first = preset.startsWith('wasm') && !existsSync(join(folder, '.ninja_log'))
    await step(
      `build ${preset}: ${target}${first ? " (the first time also Emscripten's own libraries)" : ''}`,
      () => tools.run('cmake', ['--build', folder, '--target', target], { quiet: true }),
    )
    return folder
  })
}

/** The folder of a build with its compile_commands.json, for whoever only reads the sources. */
export async function configureOnly(preset) {
  if (preset.startsWith('wasm')) await ensureNodeModules()
  return locked(preset, async () => {
    const { tools, folder } = await configured(preset, preset.startsWith('wasm') ? emcmake : ['cmake'])
    // Lists of files may have changed since it was configured.
    await tools.run('cmake', ['--build', folder, '--target', 'build.ninja'], { quiet: true })
    return folder
  })
}

/** The folder of a native build. */
export async function buildNative(preset, target = 'all') {
  if (preset === 'fuzz' && !(await toolchain()).isClang) {
    throw new Problem(
      'Fuzzing needs clang: put clang++ with libFuzzer on PATH, or set KBVE_TOOLCHAIN=debian.',
    )
  }
  return cmake(preset, ['cmake'], target)
}

/** The folder of a WASM build with the modules in it; that of wasm-release also goes to where the npm package expects it. */
export async function buildWasm(preset) {
  // Emscripten makes the TypeScript declarations with the project's tsc.
  await ensureNodeModules()
  const folder = await cmake(preset, emcmake, 'wasm')
  if (preset === 'wasm-release') await placeWasm(join(folder, 'wasm'))
  return folder
}

/** The folder of a WASM build with the tests of the core in it. */
export async function buildWasmTests(preset) {
  return cmake(preset, emcmake, 'kbve_tests')
}
