import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where what is expensive to make is kept, outside the checkout. */
export const cache = resolve(
  process.env.KBVE_CACHE ||
    (process.env.XDG_CACHE_HOME
      ? join(process.env.XDG_CACHE_HOME, 'kbve-locker')
      : join(homedir(), '.cache', 'kbve-locker')),
)

export const bin = (name) => join(project, 'node_modules', '.bin', name)
