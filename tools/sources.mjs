import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { exec, which } from './exec.mjs'
import { withLock } from './lock.mjs'
import { cache } from './paths.mjs'
import { sources } from './recipe.mjs'
import { Problem, step } from './say.mjs'

export const sourcesFolder = join(cache, 'sources')

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** The tarball out of a folder somebody names in KBVE_SOURCES_DIR: recognized by its hash, not by its name. */
function fromFolder(source, folder) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    if (!statSync(file).isFile()) continue
    const bytes = readFileSync(file)
    if (source.archives.includes(sha256(bytes))) return bytes
  }
  return undefined
}

async function download(url) {
  // apt's own downloader goes through whatever proxy apt is set up with.
  const helper = '/usr/lib/apt/apt-helper'
  if (existsSync(helper)) {
    const file = join(sourcesFolder, `.download-${process.pid}`)
    try {
      const { code } = await exec(helper, ['download-file', url, file], { capture: true, check: false })
      if (code === 0) return readFileSync(file)
    } finally {
      rmSync(file, { force: true })
    }
  }
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) })
    return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined
  } catch {
    return undefined
  }
}

async function archiveOf(source, debianList) {
  if (process.env.KBVE_SOURCES_DIR) {
    const bytes = fromFolder(source, process.env.KBVE_SOURCES_DIR)
    if (bytes) return bytes
  }
  const line = debianList.split('\n').find((l) => l.includes(`/${source.debian}_`) && l.includes('.orig.tar'))
  const debian = line ? [line.split("'")[1]] : []
  for (const url of [...debian, source.upstream]) {
    const bytes = await download(url)
    if (bytes && source.archives.includes(sha256(bytes))) return bytes
  }
  throw new Problem(
    `${source.debian} ${source.version} could not be had with the hash pinned for it, neither from the Debian mirror nor from ${source.upstream}. ` +
      `Put that tarball into a folder and name the folder in KBVE_SOURCES_DIR, or name an unpacked one in FETCHCONTENT_SOURCE_DIR_${source.name}; then run this again.`,
  )
}

async function unpack(bytes, target, unpackWith) {
  const temporary = `${target}.making`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const archive = join(temporary, 'archive')
  writeFileSync(archive, bytes)
  await unpackWith('tar', ['-xf', archive, '-C', temporary, '--strip-components=1', '--no-same-owner'])
  rmSync(archive)
  renameSync(temporary, target)
}

/**
 * CMake arguments that point each dependency at a verified local folder. `debianList` is what
 * `apt-get --print-uris source` said ('' without a Debian root); `unpackWith(command, args)` runs tar.
 */
export async function sourceArguments(debianList, unpackWith) {
  const found = []
  for (const source of sources) {
    const variable = `FETCHCONTENT_SOURCE_DIR_${source.name}`
    let folder = process.env[variable]
    if (!folder) {
      folder = join(sourcesFolder, `${source.debian}-${source.version}-${source.archives[0].slice(0, 8)}`)
      if (!existsSync(folder)) {
        await withLock(`${folder}.lock`, `the source of ${source.debian}`, async () => {
          if (existsSync(folder)) return
          await step(`fetch ${source.debian} ${source.version} and check its hash`, async () =>
            unpack(await archiveOf(source, debianList), folder, unpackWith),
          )
        })
      }
    }
    found.push(`-D${variable}=${folder}`)
  }
  return found
}

/** Only what the environment names: a toolchain from PATH lets CMake download the rest by itself. */
export async function givenSourceArguments() {
  if (process.env.KBVE_SOURCES_DIR) {
    const tar = which('tar')
    if (!tar)
      throw new Problem('KBVE_SOURCES_DIR is set, but there is no tar on PATH to unpack its tarballs.')
    mkdirSync(sourcesFolder, { recursive: true })
    return sourceArguments('', (command, args) => exec(command, args, { quiet: true }))
  }
  return sources
    .map((source) => `FETCHCONTENT_SOURCE_DIR_${source.name}`)
    .filter((variable) => process.env[variable])
    .map((variable) => `-D${variable}=${process.env[variable]}`)
}
