/** Values that expire: out of what is read, out of what stores show, off the disk, with and without a key. */
import { lockerAtom } from '@kbve/locker/nanostores'
import { expect } from 'chai'
import type { SealedRecord } from '../reference/shapes.ts'
import { leaveInJournal, readDisk, spied, type Where, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn, madeOnDisk, openLocker, passphrase, until } from './help.ts'
import { partsOn, patterned } from './large_help.ts'

async function recordOf(where: Where, id: string): Promise<SealedRecord | undefined> {
  return (await readDisk(where)).records.find((record) => record.id === id)
}

/** Whether the record is there, and its value is not. */
async function isSwept(where: Where, id: string): Promise<boolean> {
  return (await recordOf(where, id))?.box.length === 0
}

export function suite(t: SuiteContext): void {
  t.describe('while open', () => {
    t.test('stores and listeners see it go, and its ciphertext leaves the disk', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const $code = lockerAtom(locker, 'code', 'none')
      const seen: string[] = []
      t.after($code.listen((value) => void seen.push(value)))
      const told: string[] = []
      t.after(locker.on('change', ({ entries, from }) => void told.push(`${from} ${[...entries]}`)))
      locker.entries.put('code', '1234', { expiresIn: 0.3 })
      locker.entries.put('stays', 1, { expiresIn: 3_600 })
      await until('its time has come', () => seen.includes('none'))
      expect(seen).to.deep.equal(['1234', 'none'])
      expect(told).to.deep.equal(['here code', 'here stays', 'expiry code'])
      await until('it is off the disk', () => isSwept(where, 'entry/code'))
      expect(await isSwept(where, 'entry/stays')).to.equal(false)
      const again = await lockerOn(t, where)
      expect(again.status).to.deep.include({ integrity: 'ok', damaged: [] })
      expect(again.entries.list()).to.deep.equal(['stays'])
    })

    t.test('put again in time, it stays until the new time', async () => {
      const { locker } = await freshLocker(t, t.disk())
      locker.entries.put('x', 'old', { expiresIn: 0.2 })
      locker.entries.put('x', 'new')
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(locker.entries.get('x')).to.equal('new')
    })

    t.test('after it has expired it can be put again, and is kept', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.entries.put('x', 'old', { expiresIn: 0.1 })
      await until('it is swept', () => isSwept(where, 'entry/x'))
      locker.entries.put('x', 'new')
      await locker.flush()
      const again = await lockerOn(t, where)
      expect(again.entries.get('x')).to.equal('new')
      expect(again.status.integrity).to.equal('ok')
    })

    t.test('a large one goes with its parts', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      await locker.entries.store('x', patterned(1_500_000), { expiresIn: 0.3 })
      await locker.entries.store('stays', patterned(70_000), { expiresIn: 3_600 })
      await until('its parts are gone', async () => (await partsOn(where)).length === 1)
      expect(await locker.entries.load('x')).to.equal(undefined)
      expect(locker.entries.list()).to.deep.equal(['stays'])
    })
  })

  t.test('unlocking takes away what has expired meanwhile, and tells nobody of it', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.entries.put('x', 'secret', { expiresIn: 60 })
    await locker.flush()
    locker.lock()
    const told: string[] = []
    const clock = () => Date.now() + 61_000
    const again = openLocker(t, where, { unlock: 'device', clock })
    t.after(again.on('change', ({ entries }) => void told.push(...entries)))
    await again.ready
    await until('it is off the disk', () => isSwept(where, 'entry/x'))
    expect(told).to.deep.equal([])
    expect(again.entries.list()).to.deep.equal([])
    expect((await lockerOn(t, where, { clock })).status).to.deep.include({ integrity: 'ok', damaged: [] })
  })

  t.describe('while locked', () => {
    t.test('it is swept without a key, and integrity holds when the locker is unlocked', async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      await locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
      locker.entries.put('x', 'secret', { expiresIn: 1 })
      locker.entries.put('stays', 'kept')
      await locker.entries.store('large', patterned(70_000), { expiresIn: 1 })
      await locker.flush()
      locker[Symbol.dispose]()
      const before = await recordOf(where, 'entry/x')
      expect(before?.box.length).to.be.greaterThan(0)
      const other = openLocker(t, where, { unlock: 'ask' })
      await other.ready
      expect(other.status.state).to.equal('locked')
      await until('it is off the disk', () => isSwept(where, 'entry/x'))
      await until('its parts, too', async () => (await partsOn(where)).length === 0)
      expect(other.status.state).to.equal('locked')
      const { box: _, ...rest } = (await recordOf(where, 'entry/x')) as SealedRecord
      const { box: __, ...was } = before as SealedRecord
      expect(rest).to.deep.equal(was)
      await other.unlock({ passphrase })
      expect(other.status).to.deep.include({ integrity: 'ok', damaged: [] })
      expect(other.entries.list()).to.deep.equal(['stays'])
      other.entries.put('x', 'again')
      await other.flush()
      expect((await readDisk(where)).records.length).to.equal(3)
    })

    t.test('a locker of a format from the future is left alone', async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), {})
      const record = { id: 'entry/x', rev: 1, writer: new Uint8Array(8), epoch: 1, kind: 'json', expires: 5 }
      const whole = { ...record, nonce: new Uint8Array(12), box: new Uint8Array(80) }
      await writeDisk(where, {
        header: { ...made.header, format: 2 },
        root: made.disk.root,
        records: [whole],
      })
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      expect(locker.status).to.include({ state: 'failed' })
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect((await recordOf(where, 'entry/x'))?.box.length).to.equal(80)
    })
  })

  t.describe('what a hostile disk can make of it', () => {
    async function withRecord(change: (record: SealedRecord) => SealedRecord) {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.entries.put('dated', 1, { expiresIn: 3_600 })
      locker.entries.put('plain', 2)
      await locker.flush()
      locker.lock()
      await locker.flush()
      const disk = await readDisk(where)
      await writeDisk(where, { ...disk, records: disk.records.map(change) })
      return { where, again: await lockerOn(t, where) }
    }

    t.test('the box of a value that has not expired is missing: damaged', async () => {
      const { again } = await withRecord((r) =>
        r.id === 'entry/dated' ? { ...r, box: new Uint8Array() } : r,
      )
      expect(again.status).to.deep.include({ damaged: ['entry/dated'], integrity: 'ok' })
      expect(again.entries.get('plain')).to.equal(2)
    })

    t.test('a value made to look expired: integrity records', async () => {
      for (const id of ['entry/dated', 'entry/plain']) {
        const expires = Date.now() + 20
        const { again } = await withRecord((r) =>
          r.id === id ? { ...r, expires, box: new Uint8Array() } : r,
        )
        expect(again.status.integrity, id).to.equal('records')
      }
    })

    t.test(
      'one that says it was sealed after it expired is no record, and stands in nobody’s way',
      async () => {
        const { where, again } = await withRecord((r) =>
          r.id === 'entry/plain' ? { ...r, rev: 2 ** 53 - 5, expires: 1_000, box: new Uint8Array() } : r,
        )
        expect(again.status).to.deep.include({ damaged: ['entry/plain'], integrity: 'records' })
        again.entries.put('plain', 'new')
        await again.flush()
        expect((await lockerOn(t, where)).entries.get('plain')).to.equal('new')
      },
    )

    t.test('an older version left in a journal does not come back after it', async () => {
      const disk = t.disk()
      const spy = spied(disk.storage())
      const { where, locker } = await freshLocker(t, { storage: () => spy.storage })
      locker.entries.put('x', 'old')
      locker.entries.put('x', 'new', { expiresIn: 0.1 })
      await until('it is swept', () => isSwept(where, 'entry/x'))
      locker.lock()
      await leaveInJournal(where, [{ records: spy.appended.slice(0, 1) }])
      const again = await lockerOn(t, where)
      expect(again.entries.list()).to.deep.equal([])
      expect(again.status).to.deep.include({ integrity: 'ok', damaged: [] })
    })
  })
}
