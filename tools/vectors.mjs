import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePackages } from './apt.mjs'
import { exec, which } from './exec.mjs'
import { withLock } from './lock.mjs'
import { cache } from './paths.mjs'
import { vectorFolders, vectorPackages } from './recipe.mjs'
import { Problem, step } from './say.mjs'

const inside = (folder) =>
  Object.fromEntries(Object.entries(vectorFolders).map(([variable, path]) => [variable, join(folder, path)]))

/** The two Debian packages of vectors, unpacked into the cache without installing them. */
async function extracted() {
  const folder = join(cache, 'vectors')
  if (existsSync(folder)) return folder
  if (!which('apt-get')) {
    throw new Problem(
      'The tests need the vectors of Wycheproof and of NIST CAVP. Set KBVE_WYCHEPROOF_DIR to the testvectors_v1 folder of C2SP/wycheproof and ' +
        'KBVE_CAVP_GCM_DIR to a folder with the gcmEncryptExtIV256.rsp and gcmDecrypt256.rsp of NIST CAVP; then run this again.',
    )
  }
  await ensurePackages({ 'dpkg-deb': 'dpkg' }, 'unpacking the test vectors')
  await withLock(`${folder}.lock`, 'the test vectors', async () => {
    if (existsSync(folder)) return
    await step('fetch the vectors of Wycheproof and NIST CAVP from Debian packages (once)', async () => {
      mkdirSync(cache, { recursive: true })
      const temporary = mkdtempSync(join(cache, 'vectors.making-'))
      try {
        await exec('apt-get', ['download', '-qq', ...vectorPackages], { quiet: true, cwd: temporary })
        const target = join(temporary, 'root')
        for (const name of readdirSync(temporary).filter((n) => n.endsWith('.deb'))) {
          await exec('dpkg-deb', ['-x', join(temporary, name), target], { quiet: true })
        }
        renameSync(target, folder)
      } finally {
        rmSync(temporary, { recursive: true, force: true })
      }
    })
  })
  return folder
}

/** { KBVE_WYCHEPROOF_DIR, KBVE_CAVP_GCM_DIR } for the tests: from the environment, the Debian root, or two Debian packages. */
export async function vectorEnvironment(root) {
  const given = Object.fromEntries(
    Object.keys(vectorFolders)
      .filter((variable) => process.env[variable])
      .map((variable) => [variable, process.env[variable]]),
  )
  if (Object.keys(given).length === Object.keys(vectorFolders).length) return given
  return { ...inside(root ?? (await extracted())), ...given }
}
