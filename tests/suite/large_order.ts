/** Large values among small ones, in several tabs: who wins, and what becomes of the parts of who does not. */
import { expect } from 'chai'
import type { SealedRecord } from '../reference/shapes.ts'
import { flipped, partsOf, readDisk, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, freshLocker, lockerOn, until } from './help.ts'
import { partsOn, patterned, same } from './large_help.ts'

const MiB = 1 << 20

export function suite(t: SuiteContext): void {
  async function two(): Promise<{ where: Where; a: AnyLocker; b: AnyLocker }> {
    const { where, locker } = await freshLocker(t, t.disk())
    return { where, a: locker, b: await lockerOn(t, where) }
  }

  t.test(
    'a small value over a large one and the reverse, in two tabs: the later one wins wholly',
    async () => {
      const { where, a, b } = await two()
      await a.entries.store('x', patterned(2 * MiB))
      await until('the other tab knows', async () => (await b.entries.info('x'))?.large)
      b.entries.put('x', 'small')
      await b.flush()
      await until('the other tab shows it', () => a.entries.get('x') === 'small')
      await until('the parts are gone', async () => (await partsOn(where)).length === 0)
      await b.entries.store('x', patterned(MiB))
      await until('the other tab knows', async () => (await a.entries.info('x'))?.large)
      await same(await a.entries.load('x'), patterned(MiB))
      expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
    },
  )

  t.test('both at the same time: every tab has the same, whole', async () => {
    for (let round = 0; round < 5; round++) {
      const { where, a, b } = await two()
      a.entries.put('x', 'first')
      const storing = a.entries.store('x', patterned(2 * MiB + round))
      for (let n = 0; n < 10; n++) {
        b.entries.put('x', `small ${n}`)
        await new Promise((resolve) => setTimeout(resolve, round * 2))
      }
      await Promise.all([storing, b.flush(), a.flush()])
      const kind = async (locker: AnyLocker) => (await locker.entries.info('x'))?.kind
      await until('both tabs agree', async () => (await kind(a)) === (await kind(b)))
      const fresh = await lockerOn(t, where)
      const shown = await fresh.entries.load('x')
      expect(await kind(a)).to.equal(await kind(fresh))
      if (shown instanceof Uint8Array) await same(shown, patterned(2 * MiB + round))
      else {
        expect(shown).to.match(/^small \d$/)
        await until('its parts are gone', async () => (await partsOn(where)).length === 0)
      }
      expect(fresh.status).to.include({ integrity: 'ok' })
    }
  })

  t.test('deleted or replaced by another large one: the old parts go, the new ones stay', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    await locker.entries.store('x', patterned(2 * MiB))
    const old = await partsOn(where)
    await locker.entries.store('x', patterned(3 * MiB))
    await until('the old parts are gone', async () => {
      const ids = await partsOn(where)
      return ids.length === 3 && !ids.some((id) => old.includes(id))
    })
    locker.entries.delete('x')
    expect(locker.entries.list()).to.deep.equal([])
    expect(await locker.entries.load('x')).to.equal(undefined)
    await until('all parts are gone', async () => (await partsOn(where)).length === 0)
  })

  t.test('parts that nothing names go at an unlocking once they are old; others never', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    await locker.entries.store('kept', patterned(2 * MiB))
    const kept = await partsOn(where)
    const hour = 3_600_000
    // Left by tabs that were killed: the same records under another name, as old as they say they are.
    await withSession(where, async (session) => {
      const parts = await partsOf(session)
      const part = (await parts.get(kept[0] as string)) as SealedRecord
      await parts.put({ ...part, id: 'part/old/0', rev: (Date.now() - 2 * hour) * 1024 })
      await parts.put({ ...part, id: 'part/old/1', rev: (Date.now() - 2 * hour) * 1024 })
      await parts.put({ ...part, id: 'part/young/0', rev: (Date.now() - hour / 2) * 1024 })
    })
    const later = await lockerOn(t, where)
    await until('the old ones are gone', async () => !(await partsOn(where)).includes('part/old/1'))
    expect(await partsOn(where)).to.have.members([...kept, 'part/young/0'])
    const muchLater = await lockerOn(t, where, { clock: () => Date.now() + 2 * hour })
    await until('the young one is gone', async () => (await partsOn(where)).length === kept.length)
    await same(await muchLater.entries.load('kept'), patterned(2 * MiB))
    expect(later.status.integrity).to.equal('ok')
  })

  t.test('nothing is swept while a record does not open, which may name them', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    await locker.entries.store('x', patterned(MiB + 1))
    locker.lock()
    const disk = await readDisk(where)
    const [record] = disk.records as [SealedRecord]
    await writeDisk(where, { ...disk, records: [{ ...record, box: flipped(record.box, 7) }] })
    const clock = () => Date.now() + 7_200_000
    const again = await lockerOn(t, where, { clock })
    expect(again.status.damaged).to.deep.equal(['entry/x'])
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await partsOn(where)).to.have.length(2)
    await writeDisk(where, disk)
    await same(await (await lockerOn(t, where, { clock })).entries.load('x'), patterned(MiB + 1))
  })
}
