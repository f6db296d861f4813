import type { Locker, SlotInfo } from '@kbve/locker'
import { atom, onMount } from 'nanostores'

/** The keyslots as a store; `undefined` until they are known. */
export function slotsStore(locker: Locker) {
  const $slots = atom<readonly SlotInfo[] | undefined>(undefined)

  async function refresh() {
    try {
      const found = await locker.slots.list()
      if (JSON.stringify(found) !== JSON.stringify($slots.get())) $slots.set(found)
    } catch {
      // Whoever opens the locker is told what is the matter.
    }
  }

  onMount($slots, () => {
    let { state } = locker.status
    const stops = [
      locker.on('status', (status) => {
        if (status.state !== state) void refresh()
        state = status.state
      }),
      locker.on('slots', () => void refresh()),
    ]
    void refresh()
    return () => {
      for (const stop of stops) stop()
    }
  })

  return { $slots, refresh }
}
