import { createLocker } from '@kbve/locker'
import { visit } from './unlock_pages.mjs'

const locker = createLocker({ name: 'bench-unlock' })
visit({
  async write(values) {
    await locker.ready
    for (const [name, value] of Object.entries(values)) locker.entries.put(name, value)
    await locker.flush()
  },
  async read() {
    const { state, error } = await locker.ready
    if (state !== 'unlocked') throw error ?? new Error(`The locker is ${state}.`)
    return Object.fromEntries(locker.entries.list().map((name) => [name, locker.entries.get(name)]))
  },
})
