/** The parts of large values in IndexedDB. */
import { compact } from './compact.ts'
import type { MainDatabase } from './main_database.ts'
import type { PartStore } from './storage.ts'

export function partStore(main: Pick<MainDatabase, 'parts'>): PartStore {
  return {
    put: async (part) => void (await main.parts('readwrite', (parts) => parts.put(compact(part)))),
    get: (id) => main.parts('readonly', (parts) => parts.get(id)),
    ids: async () => (await main.parts('readonly', (parts) => parts.getAllKeys())) as string[],
    async remove(ids) {
      if (ids.length === 0) return
      await main.parts('readwrite', (parts) => {
        for (const id of ids) parts.delete(id)
        return undefined
      })
    },
  }
}
