/** The lockers of this page. They share nothing: different names, different databases, different keys. */
import { createLocker, type Locker } from '@kbve/locker'
import { lockerAtom, lockerStores } from '@kbve/locker/nanostores'
import { slotsStore } from './slots_store.ts'

export type Mode = 'device' | 'passphrase' | 'account'

export interface Draft {
  text: string
}

function demo(mode: Mode) {
  const name = `demo-${mode}`
  const locker: Locker = createLocker({
    name,
    unlock: mode === 'passphrase' ? 'ask' : mode,
    mirror: ['theme'],
  })
  return {
    mode,
    name,
    locker,
    stores: lockerStores(locker),
    slots: slotsStore(locker),
    $draft: lockerAtom<Draft>(locker, 'draft', { text: '' }),
  }
}

export type Demo = ReturnType<typeof demo>

const made = new Map<Mode, Demo>()

/** Made when first shown, so that the page with a passphrase does not also open the device's locker. */
export function demoOf(mode: Mode): Demo {
  let found = made.get(mode)
  if (!found) {
    found = demo(mode)
    made.set(mode, found)
  }
  return found
}
