import { Dexie } from 'dexie'
import { visit } from './unlock_pages.mjs'

const db = new Dexie('bench-dexie')
db.version(1).stores({ records: 'name' })
visit({
  write: (values) => db.records.bulkPut(Object.entries(values).map(([name, value]) => ({ name, value }))),
  read: async () => Object.fromEntries((await db.records.toArray()).map(({ name, value }) => [name, value])),
})
