import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exec, which } from './exec.mjs'
import { Problem, step } from './say.mjs'

/** The entries `{ uris, suites, components }` of one deb822 file. */
export function parseDeb822(text) {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => {
      const fields = new Map()
      let last
      for (const line of stanza.split('\n')) {
        if (line.startsWith('#') || line.trim() === '') continue
        if (/^\s/.test(line) && last) fields.set(last, `${fields.get(last)} ${line.trim()}`)
        else {
          const colon = line.indexOf(':')
          last = line.slice(0, colon).trim().toLowerCase()
          fields.set(last, line.slice(colon + 1).trim())
        }
      }
      return fields
    })
    .filter((f) => f.get('types')?.split(/\s+/).includes('deb') && f.get('enabled')?.toLowerCase() !== 'no')
    .map((f) => {
      const words = (key) => (f.get(key) ?? '').split(/\s+/).filter(Boolean)
      return { uris: words('uris'), suites: words('suites'), components: words('components') }
    })
}

/** The same for the one-line form: `deb [options] uri suite component…`. */
export function parseOneLine(text) {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => /^deb\s/.test(line))
    .map((line) => {
      const [uri, suite, ...components] = line.replace(/^deb\s+(\[[^\]]*\]\s*)?/, '').split(/\s+/)
      return { uris: [uri], suites: [suite], components }
    })
}

/** The Debian archive this machine installs from, out of its own apt sources. */
export function debianMirror(folder = '/etc/apt') {
  const entries = []
  const read = (file) => {
    const text = readFileSync(file, 'utf8')
    entries.push(...(file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text)))
  }
  if (existsSync(join(folder, 'sources.list'))) read(join(folder, 'sources.list'))
  const parts = join(folder, 'sources.list.d')
  if (existsSync(parts)) {
    for (const name of readdirSync(parts).sort()) if (/\.(sources|list)$/.test(name)) read(join(parts, name))
  }
  const found = entries
    .filter(
      (entry) =>
        entry.components.includes('main') &&
        entry.suites.some((suite) => !/security|updates|backports/.test(suite)),
    )
    .flatMap((entry) => entry.uris)
    .find((uri) => /^https?:\/\/.*\/debian\/?$/.test(uri))
  if (!found) {
    throw new Problem(
      'No Debian mirror is named in /etc/apt. Put Emscripten 4.0 or later, a C++23 compiler, CMake 3.25 and Ninja on PATH instead, and run this again.',
    )
  }
  return found
}

let listsAreFresh = false

/** Installs the packages whose command is missing; `wanted` is { command: package }. */
export async function ensurePackages(wanted, why) {
  const packages = Object.entries(wanted)
    .filter(([command]) => !which(command))
    .map(([, name]) => name)
  if (packages.length === 0) return
  if (!which('apt-get') || process.getuid?.() !== 0) {
    throw new Problem(
      `${why} needs ${packages.join(' and ')}. Install it, or run this as root on Debian, where it is installed for you.`,
    )
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (!listsAreFresh) {
    await step('apt-get update', () => exec('apt-get', ['update', '-qq'], { quiet: true, env: environment }))
    listsAreFresh = true
  }
  await step(`apt-get install ${packages.join(' ')} (${why})`, () =>
    exec('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      quiet: true,
      env: environment,
    }),
  )
}
