/**
 * The two pages of the row `unlock-device`: each fills one store with what its database holds, as soon as it can,
 * and notes when that was. `seed` fills the database first; that is another visit.
 */
import { map } from 'nanostores'

export const RECORDS = 1_000

/** About 200 bytes, and no two alike. */
const sampleOf = (i) => ({
  title: `record ${i}`,
  text: `${'lorem ipsum dolor sit amet '.repeat(6)}${i}`,
  done: i % 3 === 0,
})
const nameOf = (i) => `record-${String(i).padStart(4, '0')}`

/** `read` gives all values by name, `write` stores them. */
export async function visit({ read, write }) {
  const $records = map({})
  const seeding = globalThis.location.search === '?seed'
  if (seeding)
    await write(Object.fromEntries(Array.from({ length: RECORDS }, (_, i) => [nameOf(i), sampleOf(i)])))
  $records.set(await read())
  const filled = performance.now()
  const count = Object.keys($records.value).length
  if (count !== RECORDS || $records.value[nameOf(7)]?.title !== 'record 7')
    throw new Error(`${count} records`)
  globalThis.kbveFilled = { filled }
}
