/** Two lockers on one page never mix: neither values, nor keys, nor what they tell. */
import { lockerStores } from '@kbve/locker/nanostores'
import { expect } from 'chai'
import { readDisk, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn, openLocker, passphrase, settled } from './help.ts'

export function suite(t: SuiteContext): void {
  t.test('by name, and by tenant', async () => {
    const disk = t.disk()
    const storage = disk.storage()
    const name = t.name()
    const places = [
      { storage, tenant: 'a', name },
      { storage, tenant: 'b', name },
      { storage, tenant: 'a', name: `${name}/journal/0` },
      { storage, tenant: `a/${name}`, name: 'journal' },
    ]
    const lockers = []
    for (const where of places) lockers.push(await lockerOn(t, where))
    for (const [i, locker] of lockers.entries()) locker.set('username', `number ${i}`)
    for (const locker of lockers) locker.entries.put('shared', locker.get('username'))
    for (const locker of lockers) await locker.flush()
    for (const [i, where] of places.entries()) {
      const again = await lockerOn(t, where)
      expect(again.get('username')).to.equal(`number ${i}`)
      expect(again.entries.get('shared')).to.equal(`number ${i}`)
      expect(again.status.integrity).to.equal('ok')
    }
  })

  t.test('a change in one reaches only its own stores and subscribers', async () => {
    const disk = t.disk()
    const one = (await freshLocker(t, disk)).locker
    const two = (await freshLocker(t, disk)).locker
    const seen: string[] = []
    const { $theme: $one } = lockerStores(one)
    const { $theme: $two } = lockerStores(two)
    t.after($one.listen((theme) => void seen.push(`one ${theme}`)))
    t.after($two.listen((theme) => void seen.push(`two ${theme}`)))
    t.after(two.subscribe(() => void seen.push('two was told')))
    one.set('theme', 'dark')
    await one.flush()
    expect(seen).to.deep.equal(['one dark'])
    expect(two.get('theme')).to.equal('auto')
  })

  t.test('locking or destroying one leaves the other open and whole', async () => {
    const disk = t.disk()
    const one = await freshLocker(t, disk)
    const two = await freshLocker(t, disk)
    two.locker.set('username', 'stays')
    one.locker.lock()
    expect(two.locker.status.state).to.equal('unlocked')
    await one.locker.destroy()
    expect(two.locker.get('username')).to.equal('stays')
    await two.locker.flush()
    expect((await lockerOn(t, two.where)).get('username')).to.equal('stays')
  })

  t.test('the header of one locker under the name of another stays shut or read-only', async () => {
    const disk = t.disk()
    const one = { storage: disk.storage(), tenant: 'test', name: t.name() }
    const first = openLocker(t, one, { unlock: 'ask' })
    await first.ready
    await first.create({ passphrase })
    first.set('username', 'ann')
    await first.flush()
    const two = { storage: disk.storage(), tenant: 'test', name: t.name() }
    await writeDisk(two, await readDisk(one))
    const second = openLocker(t, two, { unlock: 'ask' })
    await settled(second)
    await second.unlock({ passphrase }).catch(() => {})
    expect(second.status.state === 'unlocked' && second.status.integrity === 'ok').to.equal(false)
  })
}
