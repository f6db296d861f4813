/** Keyslots under two tabs, on a damaged disk, in a browser that lacks something, and with a cheap passphrase. */
import type { LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import { defaultCost } from '../reference/keys.ts'
import { makeLocker, readLocker } from '../reference/locker.ts'
import { flipped, readDisk, type Where, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, openLocker, passphrase, until } from './help.ts'
import { asked, cost, created, headerOf, kinds, place } from './slot_help.ts'

function withoutKeys(inner: LockerStorage, failing: () => never): LockerStorage {
  return {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      const transact: typeof session.transact = (ids, fn, rest) =>
        session.transact(
          ids,
          (found) => {
            const changes = fn(found)
            const stored = [...(changes?.keys ?? [])].some(([, key]) => key !== null)
            return stored ? failing() : changes
          },
          rest,
        )
      return new Proxy(session, {
        get: (target, name) => {
          if (name === 'transact') return transact
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

export function suite(t: SuiteContext): void {
  t.describe('two tabs', () => {
    t.test('one adds, the other goes on with it: epochs, roots and its own changes', async () => {
      const { where, locker } = await created(t)
      const other = await asked(t, where)
      await other.unlock({ passphrase }, { cost })
      const first = await locker.slots.add({ recovery: true })
      const second = await other.slots.add({ recovery: true })
      expect(await kinds(locker)).to.deep.equal(['passphrase', 'recovery', 'recovery'])
      const third = await locker.slots.add({ recovery: true })
      await other.slots.remove((await other.slots.change(third.id, { recovery: true })).id)
      await other.slots.remove(first.id)
      locker.set('theme', 'dark')
      await locker.flush()
      const disk = await readDisk(where)
      const read = await readLocker(disk, { recovery: second.code })
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.root.header_rev).to.equal(disk.header.rev)
    })

    t.test(
      'the other hears of it, so that an older header in its place is known for what it is',
      async () => {
        const { where, locker } = await created(t)
        const other = await asked(t, where)
        await other.unlock({ passphrase }, { cost })
        const { header: old } = await readDisk(where)
        await locker.slots.add({ recovery: true })
        await new Promise((resolve) => setTimeout(resolve, 300))
        await writeDisk(where, { ...(await readDisk(where)), header: old })
        expect(await code(() => other.slots.add({ recovery: true }))).to.equal('tampered')
      },
    )

    t.test('both change at once: no change is lost', async () => {
      const { where, locker } = await created(t)
      const other = await asked(t, where)
      await other.unlock({ passphrase }, { cost })
      const [added, removed] = [
        await locker.slots.add({ device: true }),
        await locker.slots.add({ device: true }),
      ]
      await Promise.all([
        locker.slots.add({ recovery: true }),
        other.slots.add({ passphrase: 'other' }, { cost }),
        other.slots.remove(removed.id),
        locker.slots.change(added.id, { recovery: true }),
      ])
      expect((await kinds(other)).sort()).to.deep.equal(['passphrase', 'passphrase', 'recovery', 'recovery'])
      expect(await readLocker(await readDisk(where), 'other')).to.include({ macHolds: true, rootHolds: true })
    })

    t.test('a tab that unlocks while slots change ends open, with what is there', async () => {
      const { where, locker } = await created(t)
      const other = await asked(t, where)
      const opening = other.unlock({ passphrase }, { cost })
      for (let i = 0; i < 5; i++) await locker.slots.add({ recovery: true })
      await opening
      expect(other.status).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(await kinds(other)).to.have.length(6)
    })
  })

  t.describe('when something is wrong', () => {
    t.test('a header that was changed: read_only, and nothing is written', async () => {
      const { where, locker } = await created(t)
      locker[Symbol.dispose]()
      const disk = await readDisk(where)
      const header = { ...disk.header, mac: flipped(disk.header.mac, 3) }
      await writeDisk(where, { ...disk, header })
      const again = await asked(t, where)
      await again.unlock({ passphrase })
      expect(again.status).to.include({ state: 'unlocked', integrity: 'header', readOnly: true })
      const [slot] = await again.slots.list()
      expect(await code(() => again.slots.add({ recovery: true }))).to.equal('read_only')
      expect(await code(() => again.slots.remove(slot?.id ?? ''))).to.equal('read_only')
      // Nor does the upgrade of a cheap passphrase write there.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await headerOf(where)).to.deep.equal(header)
    })

    t.test('an older header put in place of the present one is not built upon', async () => {
      const { where, locker } = await created(t)
      const old = await readDisk(where)
      await locker.slots.add({ recovery: true })
      const disk = await readDisk(where)
      await writeDisk(where, { ...disk, header: old.header })
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('tampered')
      expect((await headerOf(where)).rev).to.equal(old.header.rev)
      await writeDisk(where, disk)
      await locker.slots.add({ recovery: true })
      expect(await kinds(locker)).to.have.length(3)
    })

    t.test('a locker that was destroyed or replaced elsewhere', async () => {
      const { where, locker } = await created(t)
      const gone = await readDisk(where)
      const made = await makeLocker({ ...where, passphrase, values: {} })
      await writeDisk(where, made.disk)
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('conflict')
      await writeDisk(where, gone)
      await locker.destroy()
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('locked')
    })

    t.test('a browser that cannot keep a CryptoKey: unsupported, and the other slots go on', async () => {
      const failures = [
        new DOMException('no keys here', 'DataCloneError'),
        new Error('as a storage tells it', { cause: new DOMException('no keys here', 'DataCloneError') }),
      ]
      for (const cause of failures) {
        const where = place(t)
        const storage = withoutKeys(where.storage, () => {
          throw cause
        })
        const device = openLocker(t, { ...where, storage }, { unlock: 'device' })
        const status = await device.ready
        expect(status.state).to.equal('failed')
        expect(status.error).to.include({ code: 'unsupported' })
        expect(status.error?.message).to.match(/passphrase/)
        await device.create({ passphrase }, { cost })
        expect(await code(() => device.slots.add({ device: true }))).to.equal('unsupported')
        await device.slots.add({ recovery: true })
        expect(await kinds(device)).to.deep.equal(['passphrase', 'recovery'])
        device.set('theme', 'dark')
        await device.flush()
        expect(await readLocker(await readDisk(where), passphrase)).to.include({
          macHolds: true,
          rootHolds: true,
        })
      }
    })

    t.test('locked in the middle: nothing is written', async () => {
      const { where, locker } = await created(t)
      const before = await headerOf(where)
      const adding = code(() => locker.slots.add({ passphrase: 'x' }, { cost }))
      locker.lock()
      expect(await adding).to.equal('locked')
      expect(await headerOf(where)).to.deep.equal(before)
    })
  })

  t.describe('a passphrase that costs less than is usual', () => {
    const kdfOf = async (where: Where) => (await headerOf(where)).slots[0]?.kdf
    const usual = { alg: 'argon2id13', ...defaultCost, lanes: 1 }

    async function cheap() {
      const where = place(t)
      const made = await makeLocker({ ...where, passphrase, values: { 'profile/username': 'ann' } })
      await writeDisk(where, made.disk)
      return { where, made }
    }

    t.test('is wrapped anew behind an unlocking that succeeded', async () => {
      const { where, made } = await cheap()
      const locker = await asked(t, where)
      expect(await code(() => locker.unlock({ passphrase: 'wrong' }))).to.equal('wrong_secret')
      await locker.unlock({ passphrase })
      await until('it is wrapped anew', async () => (await headerOf(where)).rev > made.header.rev)
      expect(await kdfOf(where)).to.include(usual)
      const slots = (await headerOf(where)).slots
      expect(slots).to.have.length(1)
      expect(slots[0]).to.include({ label: made.header.slots[0]?.label })
      const read = await readLocker(await readDisk(where), passphrase)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.opened.rootKey).to.deep.equal(made.rootKey)
      const again = await asked(t, where)
      await again.unlock({ passphrase })
      expect(again.get('username')).to.equal('ann')
      expect((await headerOf(where)).rev).to.equal(made.header.rev + 1)
    })

    t.test('stays where the application says so, and is never made cheaper', async () => {
      const { where, made } = await cheap()
      const locker = await asked(t, where)
      await locker.unlock({ passphrase }, { cost })
      locker.lock()
      await locker.unlock({ passphrase }, { cost: { memoryKib: cost.memoryKib, passes: 3 } })
      await until('it has three passes', async () => (await headerOf(where)).rev > made.header.rev)
      expect(await kdfOf(where)).to.include({ memory_kib: cost.memoryKib, passes: 3 })
      locker.lock()
      await locker.unlock({ passphrase }, { cost })
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect((await headerOf(where)).rev).to.equal(made.header.rev + 1)
    })

    t.test('stays in the session in which the application chose it', async () => {
      const { where, locker } = await created(t)
      const before = await headerOf(where)
      locker.lock()
      await locker.unlock({ passphrase })
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await headerOf(where)).to.deep.equal(before)
    })
  })
}
