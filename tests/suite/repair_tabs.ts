/** A repair in one tab, and what the others make of it. */
import { expect } from 'chai'
import { flipped, readDisk, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn, until } from './help.ts'

export function suite(t: SuiteContext): void {
  async function twoOn(spoil: 'header' | 'value') {
    const { where, locker: first } = await freshLocker(t, t.disk())
    first.patch({ username: 'old', last: 'kept' })
    await first.flush()
    const old = await readDisk(where)
    first.set('username', 'new')
    first.lock()
    await first.flush()
    const now = await readDisk(where)
    const { header } = now
    const bad =
      spoil === 'header'
        ? { ...now, header: { ...header, rev: 2 ** 53 - 1, mac: flipped(header.mac, 5) } }
        : { ...now, records: old.records }
    return { where, now, spoil: () => writeDisk(where, bad) }
  }

  t.test('two that only read go on writing when one is repaired', async () => {
    const { where, spoil } = await twoOn('header')
    await spoil()
    const one = await lockerOn(t, where)
    const two = await lockerOn(t, where)
    const statuses: string[] = []
    two.on('status', ({ integrity, readOnly }) => statuses.push(`${integrity} ${readOnly}`))
    expect(two.status).to.include({ integrity: 'header', readOnly: true })
    await one.repair()
    await until('the other may write', () => !two.status.readOnly)
    expect(two.status).to.deep.include({ integrity: 'ok', damaged: [] })
    expect(statuses).to.deep.equal(['ok false'])
    two.set('username', 'from two')
    one.set('last', 'from one')
    await Promise.all([one.flush(), two.flush()])
    const third = await lockerOn(t, where)
    expect(third.status.integrity).to.equal('ok')
    expect(third.profile).to.include({ username: 'from two', last: 'from one' })
    await two.slots.add({ recovery: true })
    await one.slots.add({ recovery: true })
    expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
  })

  t.test('one that was open before sees what was accepted, and keeps what it writes itself', async () => {
    const { where, spoil } = await twoOn('value')
    const before = await lockerOn(t, where)
    expect(before.get('username')).to.equal('new')
    const kept = before.profile.last
    await spoil()
    const one = await lockerOn(t, where)
    expect(one.status.integrity).to.equal('records')
    expect(one.get('username')).to.equal('old')
    before.entries.put('mine', 1)
    const changes: string[] = []
    before.on('change', ({ fields, from }) => changes.push(`${[...fields]} ${from}`))
    await one.repair()
    await until('it sees the value that was accepted', () => before.get('username') === 'old')
    expect(changes).to.include('username elsewhere')
    expect(before.get('last')).to.equal(kept)
    expect(before.entries.get('mine')).to.equal(1)
    before.set('username', 'anew')
    await before.flush()
    await until('the other has it', () => one.get('username') === 'anew' && one.entries.get('mine') === 1)
    const third = await lockerOn(t, where)
    expect(third.status).to.deep.include({ integrity: 'ok', damaged: [] })
    expect(third.get('username')).to.equal('anew')
  })

  t.test('in one that was open before: it takes what lies there', async () => {
    const { where, spoil } = await twoOn('value')
    const open = await lockerOn(t, where)
    await spoil()
    expect(open.get('username')).to.equal('new')
    await open.repair()
    expect(open.get('username')).to.equal('old')
    expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
  })

  t.test('an older header under an open locker: repair in it keeps the newer one', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const { id } = await locker.slots.add({ recovery: true })
    const older = await readDisk(where)
    await locker.slots.remove(id)
    await locker.flush()
    await writeDisk(where, { ...(await readDisk(where)), header: older.header })
    await locker.repair()
    expect((await readDisk(where)).header.slots, 'the removed slot stays removed').to.have.length(1)
    expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
  })

  t.test('two at once: both succeed', async () => {
    const { where, spoil } = await twoOn('header')
    await spoil()
    const one = await lockerOn(t, where)
    const two = await lockerOn(t, where)
    await Promise.all([one.repair(), two.repair()])
    await until('both may write', () => !one.status.readOnly && !two.status.readOnly)
    one.set('username', 'one')
    two.set('last', 'two')
    await Promise.all([one.flush(), two.flush()])
    const third = await lockerOn(t, where)
    expect(third.status).to.deep.include({ integrity: 'ok', damaged: [], readOnly: false })
    expect(third.profile).to.include({ username: 'one', last: 'two' })
  })

  t.test('locked while it runs: the disk is repaired or as it was', async () => {
    for (const turns of [0, 1, 2, 5, 20]) {
      const { where, spoil } = await twoOn('value')
      await spoil()
      const locker = await lockerOn(t, where)
      const repairing = locker.repair().then(
        () => 'ok',
        (error: { code: string }) => error.code,
      )
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      locker.lock()
      const outcome = await repairing
      expect(outcome, `after ${turns} turns`).to.be.oneOf(['ok', 'locked'])
      await locker.flush()
      const again = await lockerOn(t, where)
      const { integrity } = again.status
      expect(integrity, `after ${turns} turns`).to.be.oneOf(outcome === 'ok' ? ['ok'] : ['ok', 'records'])
    }
  })
}
