import { LockerError } from '@kbve/locker'
import type { Demo } from '../lockers.ts'

/** An IPv4 address, or an IPv6 one in its brackets. */
const isAddress = /^(\d+(\.\d+){3}|\[.*\])$/

/** Lets the visitor make a passkey for this page's domain. Rejects with a sentence for whoever reads it here. */
export async function addPasskey({ locker, name }: Demo, signal: AbortSignal): Promise<void> {
  const { hostname, protocol, port, pathname } = location
  if (isAddress.test(hostname)) {
    const named = `${protocol}//localhost${port && `:${port}`}${pathname}`
    throw new LockerError(
      'unsupported',
      `A passkey belongs to a name, and ${hostname} is none. Open this page by its name (${named} on this machine), where it has lockers of its own.`,
    )
  }
  const username = String(locker.get('username')) || name
  await locker.slots.add(
    { passkey: { rpId: hostname, user: { name: username, displayName: username } } },
    { signal },
  )
}
