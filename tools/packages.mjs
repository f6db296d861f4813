import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from './exec.mjs'
import { withLock } from './lock.mjs'
import { project } from './paths.mjs'
import { Problem, step } from './say.mjs'

function read(file) {
  try {
    return JSON.parse(readFileSync(join(project, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Whether node_modules holds what package-lock.json names; npm notes what it installed in a lock file of its own. */
function installed() {
  const wanted = read('package-lock.json')
  const present = read('node_modules/.package-lock.json')
  if (!wanted)
    throw new Problem('package-lock.json cannot be read. Restore it with git checkout package-lock.json.')
  if (!present) return false
  return Object.entries(wanted)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, entry]) => {
      if (entry.link) return existsSync(join(project, path))
      return entry.optional || entry.peer || present[path]?.version === entry.version
    })
}

/** node_modules as the lock file says; nothing happens when it is so already. */
export async function ensureNodeModules() {
  if (installed()) return
  await withLock(join(project, 'build', 'npm.lock'), 'npm ci', async () => {
    if (installed()) return
    await step('npm ci', () =>
      exec('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project, quiet: true }),
    )
  })
}
