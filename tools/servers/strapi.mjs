/** A real Strapi 5 on this machine: installed once in the cache, started in the mode that is asked for. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../exec.mjs'
import { withLock } from '../lock.mjs'
import { cache, project } from '../paths.mjs'
import { step } from '../say.mjs'
import { answers, freePort, removeFolder, scratchFolder, startProcess } from './process.mjs'

const recipe = join(project, 'tests', 'servers', 'strapi')
const manifests = ['package.json', 'package-lock.json']

/** Where Strapi lies, installed when it is not there yet. Named after what it is installed from. */
export async function ensureStrapi() {
  const hash = createHash('sha256')
  for (const name of manifests) hash.update(readFileSync(join(recipe, name)))
  // A native module is part of it, which fits one version of Node.
  const key = hash.update(process.version).update(process.arch).digest('hex').slice(0, 12)
  const folder = join(cache, `strapi-${key}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  await withLock(`${folder}.lock`, 'Strapi', async () => {
    if (existsSync(folder)) return
    const making = `${folder}.making`
    removeFolder(making)
    mkdirSync(making)
    for (const name of manifests) cpSync(join(recipe, name), join(making, name))
    // Not npm ci: the lock file names no other system's optional packages, and npm ci would want them all there.
    await step(`install Strapi in ${folder} (once, some minutes and 700 MB)`, () =>
      exec('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'], {
        cwd: making,
        quiet: true,
      }),
    )
    renameSync(making, folder)
  })
  return folder
}

/**
 * Starts one, on a free port and with a database of its own. `mode`: legacy, body or cookie; `rate`: how many
 * requests a minute it takes of one kind; `confirm`: new accounts open a mail first; `update`: people may change
 * their own account. Answers { url (with /api), mails(), stop() }.
 */
export async function startStrapi({ mode, rate = 10_000, confirm = false, update = false, access = 600 }) {
  const installed = await ensureStrapi()
  const folder = scratchFolder('strapi')
  for (const name of ['package.json', 'start.js', 'config', 'src']) {
    cpSync(join(recipe, name), join(folder, name), { recursive: true })
  }
  for (const name of ['public/uploads', 'database/migrations', 'src/api', 'src/extensions']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  symlinkSync(join(installed, 'node_modules'), join(folder, 'node_modules'))
  const port = await freePort()
  const mails = join(folder, 'mails')
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    PORT: String(port),
    STRAPI_TELEMETRY_DISABLED: 'true',
    STRAPI_DISABLE_LICENSE_PING: 'true',
    STRAPI_DISABLE_EE: 'true',
    STRAPI_DISABLE_UPDATE_NOTIFICATION: 'true',
    KBVE_SECRET: 'a secret of a server that lives for one test',
    KBVE_DATABASE: join(folder, 'data.db'),
    KBVE_MAILS: mails,
    KBVE_MODE: mode,
    KBVE_RATE: String(rate),
    KBVE_CONFIRM: String(confirm),
    KBVE_UPDATE: String(update),
    KBVE_ACCESS_SECONDS: String(access),
  }
  const origin = `http://127.0.0.1:${port}`
  try {
    const server = await startProcess(`Strapi (${mode})`, process.execPath, [join(folder, 'start.js')], {
      cwd: folder,
      env,
      ready: () => answers(`${origin}/_health`),
    })
    return {
      url: `${origin}/api`,
      log: server.log,
      /** What was sent by mail, oldest first. */
      mails: () =>
        readdirSync(folder).includes('mails')
          ? readFileSync(mails, 'utf8')
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
          : [],
      async stop() {
        await server.stop()
        removeFolder(folder)
      },
    }
  } catch (error) {
    removeFolder(folder)
    throw error
  }
}
