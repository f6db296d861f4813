/** Whole, well-sealed records in the wrong place, or missing: the set sum and the AAD notice. */
import { expect } from 'chai'
import { signed } from '../reference/header.ts'
import { withRoot } from '../reference/locker.ts'
import { sealRecord } from '../reference/record.ts'
import type { SealedRecord } from '../reference/shapes.ts'
import { disturbed, garbage, leaveInJournal, readDisk, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { deviceKeys, freshLocker, lockerOn, madeOnDisk } from './help.ts'

export function suite(t: SuiteContext): void {
  t.test('a record replaced by its older version: integrity records, the old value shown', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.patch({ username: 'first', last: 'kept' })
    await locker.flush()
    const old = await readDisk(where)
    locker.set('username', 'second')
    await locker.flush()
    locker.lock()
    const now = await readDisk(where)
    const records = now.records.map((r) =>
      r.id === 'profile/username' ? (old.records.find((o) => o.id === r.id) as SealedRecord) : r,
    )
    expect(records).to.not.deep.equal(now.records)
    await writeDisk(where, { ...now, records })
    const again = await lockerOn(t, where)
    expect(again.status.integrity).to.equal('records')
    expect(again.status.damaged).to.deep.equal([])
    expect(again.get('last')).to.equal('kept')
  })

  t.test('the root replaced by its older version: integrity records', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.set('username', 'first')
    await locker.flush()
    const old = await readDisk(where)
    locker.set('username', 'second')
    await locker.flush()
    locker.lock()
    await writeDisk(where, { ...(await readDisk(where)), root: old.root })
    const again = await lockerOn(t, where)
    expect(again.status.integrity).to.equal('records')
    expect(again.get('username')).to.equal('second')
  })

  t.test('an older header under a root that knows a newer one: integrity header', async () => {
    const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
    const newer = { ...made, header: await signed({ ...made.header, rev: 2 }, made.rootKey) }
    const disk = await withRoot(newer, made.disk.records, made.writer, 2)
    await writeDisk(where, disk, deviceKeys(made, device))
    expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
    await writeDisk(where, { ...disk, header: made.header }, deviceKeys(made, device))
    const locker = await lockerOn(t, where)
    expect(locker.status.integrity).to.equal('header')
    expect(locker.get('username')).to.equal('ann')
  })

  t.test('a record removed: integrity records', async () => {
    const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann', 'entry/a': 1 })
    const records = made.disk.records.filter((r) => r.id !== 'entry/a')
    await writeDisk(where, { ...made.disk, records }, deviceKeys(made, device))
    const locker = await lockerOn(t, where)
    expect(locker.status.integrity).to.equal('records')
    expect(locker.get('username')).to.equal('ann')
  })

  t.test('all records removed: integrity records', async () => {
    const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann', 'entry/a': 1 })
    await writeDisk(where, { ...made.disk, records: [] }, deviceKeys(made, device))
    expect((await lockerOn(t, where)).status.integrity).to.equal('records')
  })

  t.test('a well-sealed record added behind the locker’s back: integrity records', async () => {
    const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
    const version = { rev: 1, writer: made.writer }
    const records = [...made.disk.records, await sealRecord(made, 'entry/new', 'from before', version)]
    await writeDisk(where, { ...made.disk, records }, deviceKeys(made, device))
    expect((await lockerOn(t, where)).status.integrity).to.equal('records')
  })

  t.test('two records that changed places: both damaged, neither value shown', async () => {
    const { where, made, device } = await madeOnDisk(t, t.disk(), {
      'profile/username': 'ann',
      'profile/last': 'ohara',
      'entry/a': 1,
    })
    const other: Record<string, string> = {
      'profile/username': 'profile/last',
      'profile/last': 'profile/username',
    }
    const records = made.disk.records.map((r) => ({ ...r, id: other[r.id] ?? r.id }))
    await writeDisk(where, { ...made.disk, records }, deviceKeys(made, device))
    const locker = await lockerOn(t, where)
    expect([...locker.status.damaged].sort()).to.deep.equal(['profile/last', 'profile/username'])
    expect(locker.get('username')).to.equal('')
    expect(locker.entries.get('a')).to.equal(1)
  })

  t.test('a record and the root of another locker: damaged, and integrity records', async () => {
    const disk = t.disk()
    const one = await madeOnDisk(t, disk, { 'profile/username': 'one', 'profile/last': 'kept' })
    const two = await madeOnDisk(t, disk, { 'profile/username': 'two', 'profile/last': 'other' })
    const foreign = two.made.disk.records.find((r) => r.id === 'profile/username') as SealedRecord
    const records = one.made.disk.records.map((r) => (r.id === foreign.id ? foreign : r))
    await writeDisk(one.where, { ...one.made.disk, records }, deviceKeys(one.made, one.device))
    const locker = await lockerOn(t, one.where)
    expect(locker.status.damaged).to.deep.equal(['profile/username'])
    expect(locker.get('username')).to.equal('')
    expect(locker.get('last')).to.equal('kept')
    locker.lock()
    await writeDisk(
      one.where,
      { ...one.made.disk, root: two.made.disk.root },
      deviceKeys(one.made, one.device),
    )
    const again = await lockerOn(t, one.where)
    expect(again.status.integrity).to.equal('records')
    expect(again.get('username')).to.equal('one')
  })

  t.test('a journal entry that does not open is not applied, and harms nothing', async () => {
    const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
    const good = await sealRecord(made, 'profile/last', 'ohara', {
      rev: Date.now() * 1024,
      writer: made.writer,
    })
    const rev = Date.now() * 1024 + 1
    const bad = await sealRecord(made, 'profile/username', 'eve', { rev, writer: made.writer })
    const tampered = { ...bad, rev: bad.rev + 1 }
    await leaveInJournal(where, [{ records: [tampered] }, { records: [good] }])
    const locker = await lockerOn(t, where)
    expect(locker.get('username')).to.equal('ann')
    expect(locker.get('last')).to.equal('ohara')
    expect(locker.status.integrity).to.equal('ok')
  })

  t.test('a journal of garbage harms nothing', async () => {
    const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
    const record = made.disk.records[0]
    const entries = [
      ...garbage(),
      ...garbage().map((records) => ({ records })),
      ...garbage().map((item) => ({ records: [item] })),
      ...garbage().map((box) => ({ records: [{ ...record, box }] })),
    ]
    const storage = disturbed(where.storage, { orphans: entries })
    const locker = await lockerOn(t, { ...where, storage })
    expect(locker.get('username')).to.equal('ann')
    expect(locker.status.integrity).to.equal('ok')
    locker.set('last', 'ohara')
    await locker.flush()
    expect((await lockerOn(t, where)).get('last')).to.equal('ohara')
  })
}
