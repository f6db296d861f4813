import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildWasm } from './build_cpp.mjs'
import { exec } from './exec.mjs'
import { withLock } from './lock.mjs'
import { ensureNodeModules } from './packages.mjs'
import { bin, project } from './paths.mjs'
import { step } from './say.mjs'

/** A hash over names and contents of everything under the given files and folders. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const absolute = join(project, path)
    if (!existsSync(absolute)) return
    const entries = readdirSync(absolute, { withFileTypes: true, recursive: false })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue
      const inner = `${path}/${entry.name}`
      if (entry.isDirectory()) visit(inner)
      else
        hash
          .update(`${inner}\0`)
          .update(readFileSync(join(project, inner)))
          .update('\0')
    }
  }
  for (const path of paths) visit(path)
  hash.update(readFileSync(join(project, 'package-lock.json')))
  return hash.digest('hex')
}

/** Does the work unless its inputs are those of last time and its output is still there. */
async function unlessSame(name, inputs, output, text, work) {
  const stamp = join(project, 'build', `${name}.stamp`)
  await withLock(join(project, 'build', `${name}.lock`), text, async () => {
    const now = fingerprint(inputs)
    if (existsSync(join(project, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
    await step(text, work)
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, now)
  })
}

/** npm/dist: the package as it is published. */
export async function buildNpm() {
  await buildWasm('wasm-release')
  await unlessSame('npm', ['npm'], 'npm/dist/index.js', 'compile npm/src', () =>
    exec(bin('tsc'), ['-p', 'npm'], { cwd: project, quiet: true }),
  )
}

/** web/dist: the page. */
export async function buildWeb() {
  await ensureNodeModules()
  await buildNpm()
  await unlessSame('web', ['web', 'npm', 'npm/dist'], 'web/dist/index.html', 'build the page', () =>
    exec(bin('vite'), ['build', 'web', '--logLevel', 'warn'], { cwd: project, quiet: true }),
  )
}
