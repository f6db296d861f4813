/** Two lockers on the same disk, as two tabs have them (in one process here; tests/browser has real tabs). */
import { createLocker, LockerError } from '@kbve/locker'
import { expect } from 'chai'
import { readLocker } from '../reference/locker.ts'
import { sealRecord } from '../reference/record.ts'
import { randomBytes, type SealedRecord, toBase64url } from '../reference/shapes.ts'
import { deviceKeyName } from './device_key.ts'
import { leaveInJournal, readDisk, spied, withSession } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, freshLocker, lockerOn, madeOnDisk, openLocker, passphrase, settled, until } from './help.ts'

export function suite(t: SuiteContext): void {
  t.describe('creating at once', () => {
    t.test('device lockers: one is made, both have it', async () => {
      const disk = t.disk()
      const name = t.name()
      const at = () => ({ storage: disk.storage(), tenant: 'test', name })
      const lockers = [1, 2, 3].map(() => openLocker(t, at(), { unlock: 'device' }))
      for (const locker of lockers) {
        const status = await settled(locker)
        expect(status, String(status.error)).to.include({ state: 'unlocked', integrity: 'ok' })
      }
      lockers[0]?.set('username', 'ann')
      lockers[1]?.set('last', 'ohara')
      for (const locker of lockers) await locker.flush()
      const whole = await readDisk(at())
      expect(whole.header.slots).to.have.length(1)
      const slot = whole.header.slots[0]
      const key = await withSession(at(), (session) => session.key(slot ? deviceKeyName(slot) : ''))
      const read = await readLocker(whole, key as CryptoKey)
      expect(Object.fromEntries(read.values)).to.deep.equal({
        'profile/username': 'ann',
        'profile/last': 'ohara',
      })
      expect(read.rootHolds).to.equal(true)
    })

    t.test('with passphrases: one succeeds, the other is told exists, and can unlock', async () => {
      const disk = t.disk()
      const name = t.name()
      const at = () => ({ storage: disk.storage(), tenant: 'test', name })
      const lockers = [openLocker(t, at(), { unlock: 'ask' }), openLocker(t, at(), { unlock: 'ask' })]
      for (const locker of lockers) {
        await locker.ready
        expect(locker.status.state).to.equal('absent')
      }
      const outcomes = await Promise.allSettled(
        lockers.map((locker, i) => locker.create({ passphrase: `${passphrase} ${i}` })),
      )
      expect(outcomes.map((o) => o.status).sort()).to.deep.equal(['fulfilled', 'rejected'])
      const loser = outcomes.findIndex((o) => o.status === 'rejected')
      expect((outcomes[loser] as PromiseRejectedResult).reason).to.have.property('code', 'exists')
      expect(lockers[loser]?.status.state).to.equal('locked')
      await lockers[loser]?.unlock({ passphrase: `${passphrase} ${1 - loser}` })
      expect(lockers[loser]?.status.state).to.equal('unlocked')
    })
  })

  t.test(
    'what a tab applied before it died, and told nobody, is shown by whoever takes its journal',
    async () => {
      const disk = t.disk()
      const where = { storage: disk.storage(), tenant: 'test', name: t.name() }
      const lives = await lockerOn(t, where)
      const { storage, appended } = spied(where.storage)
      const dies = await lockerOn(t, { ...where, storage }, { channel: null })
      dies.patch({ last: 'of a tab that died', username: 'ann' })
      dies.entries.put('draft', 1)
      dies.entries.delete('draft')
      await dies.flush()
      expect(lives.get('last')).to.equal('')
      await leaveInJournal(where, [{ records: appended }])
      const { header } = await readDisk(where)
      const channel = new BroadcastChannel(`kbve-locker/test/${where.name}`)
      channel.postMessage({ type: 'left', locker: toBase64url(header.locker_id), changes: [] })
      await until('the value of the tab that died is shown', () => lives.get('last') === 'of a tab that died')
      channel.close()
      expect(lives.get('username')).to.equal('ann')
      expect(lives.entries.list()).to.deep.equal([])
      expect(lives.status).to.deep.include({ integrity: 'ok', damaged: [] })
    },
  )

  t.test('a change reaches the other tab, with its value', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    const other = await lockerOn(t, { ...where, storage: disk.storage() })
    locker.patch({ username: 'ann', theme: 'dark' })
    locker.entries.put('draft', { n: 1 })
    await until('the other tab has it', () => other.get('theme') === 'dark' && other.entries.get('draft'))
    expect(other.get('username')).to.equal('ann')
    expect(other.entries.get('draft')).to.deep.equal({ n: 1 })
    locker.entries.delete('draft')
    await until('the deletion too', () => other.entries.get('draft') === undefined)
  })

  t.test('both set the same field, again and again: both end with the larger version', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    const other = await lockerOn(t, { ...where, storage: disk.storage() })
    for (let round = 0; round < 20; round++) {
      locker.set('username', `one ${round}`)
      other.set('username', `two ${round}`)
      if (round % 3 === 0) await Promise.all([locker.flush(), other.flush()])
    }
    await Promise.all([locker.flush(), other.flush()])
    await until('both agree', () => locker.get('username') === other.get('username'))
    const third = await lockerOn(t, { ...where, storage: disk.storage() })
    expect(third.get('username')).to.equal(locker.get('username'))
    expect(third.status.integrity).to.equal('ok')
  })

  t.test('different fields set at once lose neither', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    const other = await lockerOn(t, { ...where, storage: disk.storage() })
    for (let round = 0; round < 20; round++) {
      locker.set('username', `one ${round}`)
      other.set('last', `two ${round}`)
      await Promise.all([locker.flush(), other.flush()])
    }
    const third = await lockerOn(t, { ...where, storage: disk.storage() })
    expect(third.get('username')).to.equal('one 19')
    expect(third.get('last')).to.equal('two 19')
    expect(third.status.integrity).to.equal('ok')
  })

  t.test('the same versions in any order of arrival end with the same winner', async () => {
    const low = new Uint8Array(8)
    const high = new Uint8Array(8).fill(255)
    const rev = Date.now() * 1024
    const versions = [
      { rev: rev + 5, writer: low },
      { rev: rev + 5, writer: high },
      { rev: rev + 4, writer: randomBytes(8) },
      { rev: 1, writer: high },
    ]
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
      [1, 3, 0, 2],
      [2, 1, 0, 3],
      [1, 2, 3, 0],
    ]
    for (const order of orders) {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'entry/a': 1 })
      const records: SealedRecord[] = []
      for (const i of order) {
        const version = versions[i]
        if (version) records.push(await sealRecord(made, 'profile/username', `version ${i}`, version))
      }
      for (const record of records) await leaveInJournal(where, [{ records: [record] }])
      const locker = await lockerOn(t, where)
      expect(locker.get('username'), String(order)).to.equal('version 1')
      expect(locker.status.integrity, String(order)).to.equal('ok')
      const stored = (await readDisk(where)).records.find((r) => r.id === 'profile/username')
      expect(stored?.writer).to.deep.equal(high)
    }
  })

  t.test('a clock that goes backwards never lets an older set win', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    locker.set('username', 'now')
    await locker.flush()
    const before = Date.now
    t.after(() => {
      Date.now = before
    })
    Date.now = () => before() - 3_600_000
    const late = await lockerOn(t, { ...where, storage: disk.storage() })
    late.set('username', 'an hour behind')
    await late.flush()
    await until('the other tab has it', () => locker.get('username') === 'an hour behind')
    locker.set('username', 'and on')
    await locker.flush()
    expect((await lockerOn(t, where)).get('username')).to.equal('and on')
  })

  t.test('update is atomic: 3 tabs append 10 letters each, none is lost', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    const lockers = [locker, await lockerOn(t, { ...where, storage: disk.storage() })]
    lockers.push(await lockerOn(t, { ...where, storage: disk.storage() }))
    const work: Promise<unknown>[] = []
    for (let round = 0; round < 10; round++) {
      for (const [i, one] of lockers.entries()) work.push(one.update('username', (name) => name + 'abc'[i]))
    }
    await Promise.all(work)
    const name = (await lockerOn(t, where)).get('username')
    expect([...name].sort().join('')).to.equal('a'.repeat(10) + 'b'.repeat(10) + 'c'.repeat(10))
  })

  t.test('an update sees what set handed over just before it', async () => {
    const { locker } = await freshLocker(t, t.disk())
    locker.set('username', 'ann')
    await locker.update('username', (name) => `${name}!`)
    expect(locker.get('username')).to.equal('ann!')
  })

  t.test('exclusive lets one in at a time', async () => {
    const disk = t.disk()
    const { where, locker } = await freshLocker(t, disk)
    const other = await lockerOn(t, { ...where, storage: disk.storage() })
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside--
    }
    await Promise.all([locker, other, locker, other].map((one) => one.exclusive(work)))
    expect(most).to.equal(1)
  })

  t.test('what is handed over and not applied is pending; flush waits for it', async () => {
    let go = () => {}
    let hold = false
    const gate = () => (hold ? new Promise<void>((resolve) => (go = resolve)) : Promise.resolve())
    const spy = spied(t.disk().storage(), gate)
    const { where, locker } = await freshLocker(t, { storage: () => spy.storage })
    hold = true
    locker.set('username', 'ann')
    expect(locker.status.pending).to.equal(1)
    let flushed = false
    const flush = locker.flush().then(() => {
      flushed = true
    })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(flushed).to.equal(false)
    expect(locker.status.pending).to.equal(1)
    hold = false
    go()
    await flush
    expect(locker.status.pending).to.equal(0)
    expect((await readDisk(where)).records).to.have.length(1)
  })

  t.test('a tab that closes with something it could not apply leaves it to the next', async () => {
    const inner = t.disk().storage()
    let refusing = false
    const spy = spied(inner, async () => {
      if (refusing) throw new LockerError('storage_closed', 'The database is closed in this test.')
    })
    const where = { storage: spy.storage, tenant: 'test', name: t.name() }
    const locker = createLocker({ ...where, unlock: 'device' })
    await settled(locker)
    refusing = true
    locker.set('username', 'left behind')
    expect(await code(() => locker.flush())).to.equal('storage_closed')
    expect(locker.status.pending).to.equal(1)
    locker[Symbol.dispose]()
    const next = await lockerOn(t, { ...where, storage: inner })
    await until('it is found', () => next.get('username') === 'left behind')
    expect(next.status.integrity).to.equal('ok')
  })
}
