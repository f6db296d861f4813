/**
 * The packed package, and folders of people who install it. What such a folder needs beside the package lies installed
 * in the cache, named after its lock file; the folder itself is new for every run and goes with it.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../../../tools/exec.mjs'
import { withLock } from '../../../tools/lock.mjs'
import { cache, project } from '../../../tools/paths.mjs'
import { step } from '../../../tools/say.mjs'
import { removeFolder, scratchFolder } from '../../../tools/servers/process.mjs'
import { givenScript } from './given.mjs'

export const consumers = join(project, 'tests', 'package', 'consumers')
const manifests = ['package.json', 'package-lock.json']
const npm = ['install', '--no-audit', '--no-fund', '--loglevel=error']

const left = new Set()
process.once('exit', () => {
  for (const folder of left) removeFolder(folder)
})

let packing

/** npm/ as `npm publish` would send it: { file, entries: paths in it, size, unpacked }. Packed once per run. */
export function packed() {
  packing ??= pack()
  return packing
}

async function pack() {
  const folder = scratchFolder('packed')
  left.add(folder)
  // It was built before these tests, and what the build says would stand in front of the report.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, '--loglevel=error']
  const { output } = await exec('npm', args, { cwd: join(project, 'npm'), capture: true })
  // npm 11 answers a list, later ones an object by name.
  const [report] = Object.values(JSON.parse(output.slice(output.search(/[[{]/))))
  const { filename, files, size, unpackedSize } = report
  return {
    file: join(folder, filename),
    entries: files.map(({ path }) => path),
    size,
    unpacked: unpackedSize,
  }
}

/** node_modules of a recipe without the package itself, installed when they are not there yet. */
async function dependencies(name) {
  const hash = createHash('sha256')
  for (const file of manifests) hash.update(readFileSync(join(consumers, name, file)))
  const key = hash.update(process.platform).update(process.arch).digest('hex').slice(0, 12)
  const folder = join(cache, `package-${name}-${key}`)
  mkdirSync(cache, { recursive: true })
  await withLock(`${folder}.lock`, `what ${name} needs`, async () => {
    if (existsSync(folder)) return
    const making = `${folder}.making`
    removeFolder(making)
    mkdirSync(making)
    for (const file of manifests) cpSync(join(consumers, name, file), join(making, file))
    // Not npm ci: the lock file names no other system's optional packages, and npm ci would want them all there.
    await step(`install what ${name} needs in ${folder} (once)`, () =>
      exec('npm', npm, { cwd: making, quiet: true }),
    )
    renameSync(making, folder)
  })
  return join(folder, 'node_modules')
}

/** Links instead of copies where the file system has them: a tree of 300 MB is there in a second. */
async function copyTree(from, to) {
  const { code } = await exec('cp', ['-al', from, to], { capture: true, check: false }).catch(() => ({
    code: 1,
  }))
  if (code === 0) return
  removeFolder(to)
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

/** A folder with the recipe's files, its dependencies, and the packed package. Answers { folder, remove() }. */
export async function consumer(name) {
  const modules = await dependencies(name)
  const { file } = await packed()
  const folder = scratchFolder(`package-${name}`)
  const remove = () => removeFolder(folder)
  left.add(folder)
  for (const entry of readdirSync(join(consumers, name))) {
    if (entry !== 'package-lock.json')
      cpSync(join(consumers, name, entry), join(folder, entry), { recursive: true })
  }
  await copyTree(modules, join(folder, 'node_modules'))
  await exec('npm', [...npm, '--offline', '--no-package-lock', '--no-save', file], {
    cwd: folder,
    quiet: true,
  })
  return { folder, remove, bin: (command) => join(folder, 'node_modules', '.bin', command) }
}

/** The jobs that all consumers share, and what the run made up, into a folder. */
export function placeShared(to, given) {
  cpSync(join(project, 'tests', 'package', 'shared'), to, { recursive: true })
  writeFileSync(join(to, 'given.js'), givenScript(given))
}

/** The page of all consumers, with its one script: a module, or as all scripts once were; `head`: more for its head. */
export function placePage(folder, script, { module = true, head = '' } = {}) {
  const html = readFileSync(join(project, 'tests', 'package', 'shared', 'page.html'), 'utf8')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'index.html'),
    html
      .replace('</head>', `${head}</head>`)
      .replace('type="module" src="SCRIPT"', `${module ? 'type="module" ' : ''}src="${script}"`),
  )
}

/** The .wasm files to where a bundler that leaves addresses as they are makes the page look for them: dist/wasm. */
export function copyModules(folder) {
  const from = join(folder, 'node_modules', '@kbve', 'locker', 'dist', 'wasm')
  const to = join(folder, 'dist', 'wasm')
  mkdirSync(to)
  for (const name of readdirSync(from)) if (name.endsWith('.wasm')) cpSync(join(from, name), join(to, name))
}
