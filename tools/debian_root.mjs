import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { debianMirror, ensurePackages } from './apt.mjs'
import { exec } from './exec.mjs'
import { withLock } from './lock.mjs'
import { cache, project } from './paths.mjs'
import { packages, sources, suite } from './recipe.mjs'
import { Problem, step } from './say.mjs'

/** The list of source tarball addresses that the root's apt knew when it was made. */
export const sourceListName = 'kbve-sources.txt'

// Written out here so that a changed way of making the root changes its name too.
const hooks = [
  `chroot "$1" apt-get --print-uris source ${sources.map((s) => s.debian).join(' ')} > "$1/${sourceListName}"`,
  'rm -rf "$1/usr/share/doc" "$1/usr/share/man" "$1/usr/share/locale"',
]
const options = ['Acquire::Check-Valid-Until "false"', 'APT::Install-Recommends "false"']

const key = createHash('sha256')
  .update(JSON.stringify([suite, packages, sources.map((s) => s.debian), hooks, options]))
  .digest('hex')
  .slice(0, 12)

export const rootFolder = join(cache, `root-${key}`)

async function make() {
  const mirror = debianMirror()
  await ensurePackages({ mmdebstrap: 'mmdebstrap', bwrap: 'bubblewrap' }, 'making the toolchain')
  const temporary = `${rootFolder}.making`
  // What an interrupted run left; the lock says nobody is using it.
  rmSync(temporary, { recursive: true, force: true })
  await step(
    `make a Debian ${suite} root with Emscripten and clang in ${rootFolder} (once, about a minute and 1.4 GB)`,
    async () => {
      const { code, output } = await exec(
        'mmdebstrap',
        [
          '--quiet',
          '--variant=apt',
          `--include=${packages.join(',')}`,
          ...options.map((option) => `--aptopt=${option}`),
          ...hooks.map((hook) => `--customize-hook=${hook}`),
          suite,
          temporary,
          `deb ${mirror} ${suite} main`,
          `deb-src ${mirror} ${suite} main`,
        ],
        { capture: true, check: false },
      )
      if (code !== 0) {
        rmSync(temporary, { recursive: true, force: true })
        throw new Problem(
          `${output}\nThe Debian root could not be made (mmdebstrap, exit code ${code}; its words are above). Is the mirror of /etc/apt reachable, and are 2 GB free in ${cache}? KBVE_CACHE chooses another folder.`,
        )
      }
      renameSync(temporary, rootFolder)
    },
  )
}

/** The root's folder, made when it does not exist yet. */
export async function debianRoot() {
  if (!existsSync(rootFolder)) {
    mkdirSync(cache, { recursive: true })
    await withLock(`${rootFolder}.lock`, 'the toolchain', async () => {
      if (!existsSync(rootFolder)) await make()
    })
  }
  await ensurePackages({ bwrap: 'bubblewrap' }, 'entering the toolchain')
  return rootFolder
}

/** Arguments of bwrap that enter the root: it sees the checkout, the cache's sources and /tmp, and nothing else of the host. */
export function enter(root, environment, cwd) {
  const same = (folder) => ['--bind', folder, folder]
  const path = [
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/sbin',
    '/sbin',
    join(project, 'node_modules', '.bin'),
  ]
  const set = {
    PATH: path.join(':'),
    HOME: '/root',
    LANG: 'C.UTF-8',
    // Emscripten builds its system libraries on first use and keeps them here, inside the root.
    EM_CACHE: '/var/cache/emscripten',
    ...environment,
  }
  return [
    '--die-with-parent',
    ...['--bind', root, '/'],
    ...['--dev', '/dev'],
    ...['--proc', '/proc'],
    ...['--bind', '/tmp', '/tmp'],
    // The root once more under its own name, so that a path to its test vectors is the same inside and outside.
    ...same(root),
    ...same(join(cache, 'sources')),
    ...same(project),
    ...['--chdir', cwd],
    '--clearenv',
    ...Object.entries(set).flatMap(([name, value]) => ['--setenv', name, value]),
  ]
}
