/** The separate implementation in tests/reference writes, the locker opens; and the reverse. */
import { expect } from 'chai'
import { macHolds } from '../reference/header.ts'
import { defaultCost } from '../reference/keys.ts'
import { applied, makeLocker, readLocker } from '../reference/locker.ts'
import { openRecord, sealRecord } from '../reference/record.ts'
import { randomBytes, type SealedRecord } from '../reference/shapes.ts'
import { deviceKeyName } from './device_key.ts'
import { leaveInJournal, readDisk, spied, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn, madeOnDisk, openLocker, passphrase } from './help.ts'

const profile = {
  'profile/username': 'Ann Ö. 👩‍🚀',
  'profile/last': '',
  'profile/email': 'ann@example.com',
  'profile/theme': 'dark',
  'profile/avatar': `data:image/png;base64,${'A'.repeat(64_000)}`,
}
const values = {
  ...profile,
  'entry/draft': { text: 'x'.repeat(63), list: [1, null, 'ü'] },
  'entry/exactly 64 bytes': 'y'.repeat(62),
  'entry/photo': Uint8Array.of(0, 1, 2, 128, 255),
  'entry/empty': new Uint8Array(),
  'entry/deleted': undefined,
}

function place(t: SuiteContext): Where {
  return { storage: t.disk().storage(), tenant: 'test', name: t.name() }
}

function expectValues(locker: ReturnType<typeof openLocker>): void {
  expect(locker.status).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [], readOnly: false })
  for (const [id, value] of Object.entries(profile)) {
    expect(locker.get(id.slice('profile/'.length) as 'username')).to.equal(value)
  }
  expect(locker.entries.get('draft')).to.deep.equal(values['entry/draft'])
  expect(locker.entries.get('exactly 64 bytes')).to.equal(values['entry/exactly 64 bytes'])
  expect(locker.entries.get('photo')).to.deep.equal(values['entry/photo'])
  expect(locker.entries.get('empty')).to.deep.equal(values['entry/empty'])
  expect(locker.entries.get('deleted')).to.equal(undefined)
  expect([...locker.entries.list()].sort()).to.deep.equal(['draft', 'empty', 'exactly 64 bytes', 'photo'])
}

export function suite(t: SuiteContext): void {
  t.describe('the reference writes, the locker opens', () => {
    t.test('a whole locker with a passphrase slot at the lowest cost', async () => {
      const where = place(t)
      const made = await makeLocker({ ...where, passphrase, values })
      await writeDisk(where, made.disk)
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      expect(locker.status.state).to.equal('locked')
      await locker.unlock({ passphrase })
      expectValues(locker)
    })

    t.test('a whole locker with a passphrase slot at the cost new lockers get', async () => {
      const where = place(t)
      const made = await makeLocker({ ...where, passphrase, values, cost: defaultCost })
      await writeDisk(where, made.disk)
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      await locker.unlock({ passphrase })
      expectValues(locker)
    })

    t.test('a whole locker with a device slot', async () => {
      const { where } = await madeOnDisk(t, t.disk(), values)
      expectValues(await lockerOn(t, where))
    })

    t.test('names and labels beyond ASCII', async () => {
      const where = { storage: t.disk().storage(), tenant: 'Müller/Söhne', name: `${t.name()} 100% 🗝` }
      const made = await makeLocker({ ...where, passphrase, values })
      await writeDisk(where, made.disk)
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      await locker.unlock({ passphrase })
      expectValues(locker)
    })

    t.test('a journal whose tab is gone: newer values are taken, older ones are not', async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'old', 'entry/n': 1 })
      const at = (id: string) => made.disk.records.find((r) => r.id === id) as SealedRecord
      const writer = randomBytes(8)
      const later = { rev: at('profile/username').rev + 100, writer }
      const earlier = { rev: at('entry/n').rev - 1, writer }
      await leaveInJournal(where, [
        { records: [await sealRecord(made, 'profile/username', 'new', later)] },
        { records: [await sealRecord(made, 'entry/n', 0, earlier)] },
        {
          records: [
            await sealRecord(made, 'profile/theme', 'light', later),
            await sealRecord(made, 'entry/m', 'both of one entry', later),
          ],
        },
      ])
      const locker = await lockerOn(t, where)
      expect(locker.status.integrity).to.equal('ok')
      expect(locker.get('username')).to.equal('new')
      expect(locker.entries.get('n')).to.equal(1)
      expect(locker.get('theme')).to.equal('light')
      expect(locker.entries.get('m')).to.equal('both of one entry')
    })

    t.test('and goes on with it: what the locker then writes, the reference reads', async () => {
      const { where, made, device } = await madeOnDisk(t, t.disk(), values)
      const locker = await lockerOn(t, where)
      locker.patch({ username: 'changed', theme: 'light' })
      locker.entries.delete('photo')
      await locker.update('last', (last) => `${last}!`)
      await locker.flush()
      const read = await readLocker(await readDisk(where), device)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.opened.rootKey).to.deep.equal(made.rootKey)
      expect(read.values.get('profile/username')).to.equal('changed')
      expect(read.values.get('profile/theme')).to.equal('light')
      expect(read.values.get('profile/last')).to.equal('!')
      expect(read.values.get('entry/photo')).to.equal(undefined)
      expect(read.values.get('entry/draft')).to.deep.equal(values['entry/draft'])
      expect(read.root.rev).to.be.greaterThan(1)
      expect(read.root.sealed).to.be.greaterThan(made.disk.records.length + 1)
    })
  })

  t.describe('the locker writes, the reference opens', () => {
    t.test('header, records and root of a passphrase locker', async () => {
      const where = place(t)
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      await locker.create({ passphrase })
      locker.patch({ username: 'Ann Ö. 👩‍🚀', theme: 'dark' })
      locker.entries.put('photo', Uint8Array.of(1, 2, 3))
      locker.entries.put('deleted', 1)
      locker.entries.delete('deleted')
      await locker.flush()
      const disk = await readDisk(where)
      expect(disk.header.slots.map((s) => s.kdf)).to.containSubset([
        { alg: 'argon2id13', ...defaultCost, lanes: 1 },
      ])
      const read = await readLocker(disk, passphrase)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('Ann Ö. 👩‍🚀')
      expect(read.values.get('profile/theme')).to.equal('dark')
      expect(read.values.get('entry/photo')).to.deep.equal(Uint8Array.of(1, 2, 3))
      expect(read.values.has('entry/deleted')).to.equal(true)
      expect(read.values.get('entry/deleted')).to.equal(undefined)
      expect(disk.header).to.include({ format: 1, tenant: where.tenant, name: where.name })
      expect(disk.root).to.include({ id: 'root', kind: 'json', expires: 0 })
    })

    t.test('a device locker, opened with the key it left in the store', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      await locker.flush()
      const disk = await readDisk(where)
      const slot = disk.header.slots[0]
      if (!slot) throw new Error('no slot')
      const key = await withSession(where, (session) => session.key(deviceKeyName(slot)))
      if (!key) throw new Error('no key in the store')
      expect(key.extractable, 'the key cannot be exported').to.equal(false)
      const read = await readLocker(disk, key)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('ann')
    })

    t.test('a journal entry, before it is applied', async () => {
      const disk = t.disk()
      const { where, made } = await madeOnDisk(t, disk, { 'profile/username': 'old' })
      const spy = spied(where.storage)
      const locker = await lockerOn(t, { ...where, storage: spy.storage })
      locker.patch({ username: 'new', theme: 'dark' })
      const taken = spy.appended.slice()
      expect(taken.map((r) => r.id).sort()).to.deep.equal(['profile/theme', 'profile/username'])
      for (const record of taken) {
        expect(record.rev).to.be.greaterThan(made.disk.records[0]?.rev ?? 0)
        expect(record.writer).to.have.length(8)
        expect(record.nonce).to.have.length(12)
        expect((record.box.length - 16) % 64, 'padded to 64').to.equal(0)
        const value = await openRecord(made, record)
        expect(value).to.equal(record.id === 'profile/theme' ? 'dark' : 'new')
      }
      const after = await applied(made, made.disk, { records: taken }, made.writer)
      await locker.flush()
      const ours = await readDisk(where)
      const versions = (records: SealedRecord[]) => records.map((r) => [r.id, r.rev]).sort()
      expect(versions(ours.records)).to.deep.equal(versions(after.records))
      expect(await macHolds(ours.header, made.rootKey)).to.equal(true)
    })

    t.test('a theme "dark" and one "light" lie there in the same length', async () => {
      const spy = spied(t.disk().storage())
      const { locker } = await freshLocker(t, { storage: () => spy.storage })
      locker.set('theme', 'dark')
      locker.set('theme', 'light')
      expect(spy.appended.map((r) => r.box.length)).to.deep.equal([80, 80])
      expect(spy.appended[0]?.nonce).to.not.deep.equal(spy.appended[1]?.nonce)
    })
  })
}
