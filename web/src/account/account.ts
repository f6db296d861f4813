/** The session of the account view: with the Strapi behind this page, sealed in a locker that the account opens. */
import { createAuth, strapi } from '@kbve/locker/auth'
import { createUptime } from '@kbve/locker/uptime'
import type { Demo } from '../lockers.ts'

/** On this page's own origin, so that neither CORS nor the content security policy has to be opened. */
const server = new URL('strapi/', document.baseURI)
const backend = strapi({ url: new URL('api', server).href })

function account({ locker }: Demo) {
  return {
    auth: createAuth({ locker, backend }),
    uptime: createUptime({ services: [{ name: 'Strapi', backend }] }),
  }
}

export type Account = ReturnType<typeof account>

let made: Account | undefined

/** One for the whole page. */
export function accountOf(demo: Demo): Account {
  made ??= account(demo)
  return made
}

/** Whether a Strapi answers behind this page. */
export async function isServed(signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(new URL('_health', server), { signal })).status === 204
  } catch {
    return false
  }
}
