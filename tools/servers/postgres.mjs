/** A PostgreSQL of one's own: data and socket in a temporary folder, on a free port of 127.0.0.1. */
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { exec, outputOf, which } from '../exec.mjs'
import { freePort, removeFolder, scratchFolder, startProcess } from './process.mjs'

const debian = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs, or undefined. */
export function postgresBin() {
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((one, other) => Number(other) - Number(one))
    const found = versions
      .map((version) => join(debian, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'initdb')))
    if (found) return found
  }
  return which('initdb')?.slice(0, -'/initdb'.length)
}

/** It refuses to run as root: then it runs as the user that its package has made, or nobody. */
function otherUser() {
  if (process.getuid() !== 0) return {}
  const id = (name, flag) => Number(outputOf('id', [flag, name]))
  const name = outputOf('id', ['-u', 'postgres']) ? 'postgres' : 'nobody'
  return { uid: id(name, '-u'), gid: id(name, '-g') }
}

/** Starts one and runs `sql` in it as its owner. Answers { url, stop() }; `url` is for the user `supabase_auth_admin`. */
export async function startPostgres(bin, sql) {
  const folder = scratchFolder('postgres')
  const user = otherUser()
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const port = String(await freePort())
  const base = { cwd: folder, ...user }
  try {
    const quiet = { ...base, quiet: true }
    await exec(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      quiet,
    )
    const psql = ['-h', folder, '-p', port, '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-q']
    const options = [
      '-h',
      '127.0.0.1',
      '-p',
      port,
      '-k',
      folder,
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
    ]
    const server = await startProcess('PostgreSQL', join(bin, 'postgres'), ['-D', data, ...options], {
      ...base,
      stopSignal: 'SIGINT',
      ready: async () =>
        outputOf(join(bin, 'psql'), [...psql, '-c', 'select 1'], { stdio: 'pipe' }) !== undefined,
    })
    const stop = async () => {
      await server.stop()
      removeFolder(folder)
    }
    try {
      await exec(join(bin, 'psql'), [...psql, '-c', sql], quiet)
    } catch (error) {
      await stop()
      throw error
    }
    return { url: `postgres://supabase_auth_admin:root@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    removeFolder(folder)
    throw error
  }
}
