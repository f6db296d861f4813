/** Restoring where the witness remembers more than lies on the disk. */
import { expect } from 'chai'
import { filled, secret, values } from './backup_help.ts'
import { readDisk, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { openLocker } from './help.ts'
import { evict, said } from './witness.ts'

export function suite(t: SuiteContext): void {
  t.test('what the browser has evicted comes back, and raises no alarm', async () => {
    const { where, locker } = await filled(t)
    const backup = await locker.backup()
    const before = values(locker)
    locker.set('username', 'later')
    await locker.flush()
    locker.lock()
    await locker.flush()
    locker[Symbol.dispose]()
    const old = said(where)
    await evict(where)
    const again = openLocker(t, where, { unlock: 'ask' })
    expect(await again.ready).to.include({ state: 'absent', reason: 'evicted' })
    await again.restore(backup, secret)
    expect(again.status).to.include({ state: 'unlocked', integrity: 'ok' })
    expect(values(again)).to.deep.equal(before)
    expect(said(where)?.root_rev).to.be.greaterThan(old?.root_rev ?? 0)
    again[Symbol.dispose]()
    const third = openLocker(t, where, { unlock: 'ask' })
    await third.ready
    await third.unlock(secret)
    expect(third.status).to.include({ state: 'unlocked', integrity: 'ok' })
  })

  t.test('an old copy is settled by replacing it', async () => {
    const { where, locker } = await filled(t)
    const backup = await locker.backup()
    const copy = await readDisk(where)
    locker.set('username', 'later')
    await locker.flush()
    locker.lock()
    await locker.flush()
    await writeDisk(where, copy)
    await locker.unlock(secret)
    expect(locker.status.integrity).to.equal('rolled_back')
    await locker.restore(backup, secret, { mode: 'replace' })
    expect(locker.status.integrity).to.equal('ok')
    locker.lock()
    await locker.flush()
    await locker.unlock(secret)
    expect(locker.status).to.include({ state: 'unlocked', integrity: 'ok' })
    expect(said(where)).to.not.have.property('rolled_back')
  })
}
