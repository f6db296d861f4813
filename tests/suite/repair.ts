/** Everything that can be done to a locker's disk behind its back is told apart, and `repair()` ends it. */
import type { Integrity } from '@kbve/locker'
import { expect } from 'chai'
import { withRoot } from '../reference/locker.ts'
import { sealRecord } from '../reference/record.ts'
import type { Disk, Header, SealedRecord, Slot } from '../reference/shapes.ts'
import { randomBytes, sameBytes } from '../reference/shapes.ts'
import { disturbed, flipped, leaveInJournal, readDisk, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import {
  code,
  deviceKeys,
  failure,
  freshLocker,
  lockerOn,
  madeOnDisk,
  openLocker,
  passphrase,
} from './help.ts'
import { asked, cost, created, headerOf, kinds, place } from './slot_help.ts'

interface Tampering {
  what: string
  /** `old`: the disk some changes ago. */
  with(now: Disk, old: Disk): Disk
  told: Integrity
  damaged?: string[]
  /** What is shown then, and after repair. */
  username?: string
  draft?: unknown
  /** Reading only, until repair. */
  readOnly?: boolean
}

const replaced = (disk: Disk, id: string, by: (record: SealedRecord) => SealedRecord | undefined): Disk => ({
  ...disk,
  records: disk.records.flatMap((record) => (record.id === id ? (by(record) ?? []) : record)),
})
const changedHeader = (disk: Disk, change: Partial<Header>): Disk => ({
  ...disk,
  header: { ...disk.header, ...change },
})
const damage = (record: SealedRecord) => ({ ...record, box: flipped(record.box, 99) })
const slotOf = (disk: Disk) => disk.header.slots[0] as Slot

const header = { told: 'header', readOnly: true } as const

const tamperings: Tampering[] = [
  {
    what: 'a record replaced by its older version',
    with: (now, old) =>
      replaced(now, 'profile/username', () => old.records.find((r) => r.id === 'profile/username')),
    told: 'records',
    username: 'old',
  },
  {
    what: 'a record removed',
    with: (now) => replaced(now, 'entry/draft', () => undefined),
    told: 'records',
    draft: undefined,
  },
  {
    what: 'every record removed',
    with: (now) => ({ ...now, records: [] }),
    told: 'records',
    username: '',
    draft: undefined,
  },
  {
    what: 'a record added: one that was there, under the root of before',
    with: (now, old) => ({ ...now, root: old.root }),
    told: 'records',
  },
  { what: 'a root that does not open', with: (now) => ({ ...now, root: damage(now.root) }), told: 'records' },
  {
    what: 'a record that does not open, in its place and of its version',
    with: (now) => replaced(now, 'entry/draft', damage),
    told: 'ok',
    damaged: ['entry/draft'],
    draft: undefined,
  },
  {
    what: 'a record that does not open, and another removed',
    with: (now) => replaced(replaced(now, 'entry/draft', damage), 'profile/username', () => undefined),
    told: 'records',
    damaged: ['entry/draft'],
    draft: undefined,
    username: '',
  },
  {
    what: 'a header whose mac was changed',
    with: (now) => changedHeader(now, { mac: flipped(now.header.mac, 7) }),
    ...header,
  },
  { what: 'a header with a lower rev', with: (now) => changedHeader(now, { rev: 0 }), ...header },
  {
    what: 'a header with the highest rev',
    with: (now) => changedHeader(now, { rev: 2 ** 53 - 1 }),
    ...header,
  },
  { what: 'a header with an epoch of the past', with: (now) => changedHeader(now, { epoch: 0 }), ...header },
  {
    what: 'a header with the last epoch',
    with: (now) => changedHeader(now, { epoch: 2 ** 32 - 1 }),
    ...header,
  },
  {
    what: 'a header with another name',
    with: (now) => changedHeader(now, { name: 'x', tenant: 'y' }),
    ...header,
  },
  {
    what: 'a header with somebody else’s slots before and behind',
    with: (now) => {
      const foreign = () => ({ ...slotOf(now), id: randomBytes(16), wrapped: randomBytes(48) })
      return changedHeader(now, { slots: [foreign(), ...now.header.slots, foreign()] })
    },
    ...header,
  },
  {
    what: 'a header with a slot twice',
    with: (now) => changedHeader(now, { slots: [slotOf(now), { ...slotOf(now), label: 'again' }] }),
    ...header,
  },
  { what: 'an older header, whole', with: (now, old) => ({ ...now, header: old.header }), ...header },
  {
    what: 'a changed header, a record that does not open, and no root',
    with: (now) => {
      const bad = replaced(changedHeader(now, { created: 1 }), 'entry/draft', damage)
      return { ...bad, root: damage(bad.root) }
    },
    ...header,
    damaged: ['entry/draft'],
    draft: undefined,
  },
  {
    what: 'an older copy of it all',
    with: (_, old) => old,
    told: 'rolled_back',
    username: 'old',
    draft: 'old draft',
  },
]

/** What lies there is whole: opened again, it says so, and what is written stays. */
async function expectWhole(t: SuiteContext, where: Where, profile: object): Promise<void> {
  const locker = await lockerOn(t, where)
  expect(locker.status).to.deep.include({ integrity: 'ok', damaged: [], readOnly: false })
  expect(locker.profile).to.include(profile)
  locker.set('theme', 'dark')
  locker.lock()
  await locker.flush()
  const again = await lockerOn(t, where)
  expect(again.status).to.deep.include({ integrity: 'ok', damaged: [], readOnly: false })
  expect(again.get('theme')).to.equal('dark')
}

export function suite(t: SuiteContext): void {
  t.describe('after', () => {
    for (const { what, with: tamper, told, damaged = [], readOnly = false, ...shown } of tamperings) {
      const { username, draft } = { username: 'new', draft: 'new draft', ...shown }
      t.test(`${what}: ${told}${damaged.length ? ', damaged' : ''}, then repaired`, async () => {
        const { where, locker: first } = await freshLocker(t, t.disk())
        first.patch({ username: 'old', last: 'kept' })
        first.entries.put('draft', 'old draft')
        await first.flush()
        const old = await readDisk(where)
        const added = await first.slots.add({ recovery: true })
        first.set('username', 'new')
        first.entries.put('draft', 'new draft')
        await first.slots.remove(added.id)
        first.lock()
        await first.flush()
        const now = await readDisk(where)
        await writeDisk(where, tamper(now, old))

        const locker = await lockerOn(t, where)
        expect(locker.status).to.deep.include({ integrity: told, damaged, readOnly })
        expect({ username: locker.get('username'), draft: locker.entries.get('draft') }).to.deep.equal({
          username,
          draft,
        })
        if (readOnly) expect(await code(() => locker.set('last', 'x'))).to.equal('read_only')

        expect(await locker.repair()).to.deep.equal({ removed: damaged })
        expect(locker.status).to.deep.include({ integrity: 'ok', damaged: [], readOnly: false })
        expect({ username: locker.get('username'), draft: locker.entries.get('draft') }).to.deep.equal({
          username,
          draft,
        })
        locker.set('last', 'goes on')
        await locker.flush()
        const after = await readDisk(where)
        expect(after.header).to.include({ name: where.name, tenant: where.tenant, epoch: 1 })
        // Of what came after a copy, the copy knows nothing.
        const last = told === 'rolled_back' ? old : now
        expect(after.header.rev)
          .to.be.greaterThan(last.header.rev)
          .and.lessThan(2 ** 40)
        expect(after.header.slots.map(({ id }) => id)).to.deep.equal(now.header.slots.map(({ id }) => id))
        await expectWhole(t, where, { username, last: 'goes on' })
      })
    }

    t.test('a well-sealed record added behind its back: records, then repaired', async () => {
      const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const added = await sealRecord(made, 'entry/new', 'from before', { rev: 1, writer: made.writer })
      await writeDisk(
        where,
        { ...made.disk, records: [...made.disk.records, added] },
        deviceKeys(made, device),
      )
      const locker = await lockerOn(t, where)
      expect(locker.status.integrity).to.equal('records')
      expect(await locker.repair()).to.deep.equal({ removed: [] })
      expect(locker.entries.get('new')).to.equal('from before')
      await expectWhole(t, where, { username: 'ann' })
    })

    t.test('integrity records stays through writing, locking and unlocking, until repair', async () => {
      const { where, locker: first } = await freshLocker(t, t.disk())
      first.patch({ username: 'ann', last: 'ohara' })
      first.lock()
      await first.flush()
      await writeDisk(
        where,
        replaced(await readDisk(where), 'profile/last', () => undefined),
      )
      for (let visit = 0; visit < 3; visit++) {
        const locker = await lockerOn(t, where)
        expect(locker.status.integrity, `visit ${visit}`).to.equal('records')
        locker.patch({ username: `visit ${visit}`, last: `visit ${visit}` })
        await locker.update('phone', () => `+4915112345${visit}`)
        locker.lock()
        await locker.flush()
      }
      const locker = await lockerOn(t, where)
      await locker.repair()
      await expectWhole(t, where, { username: 'visit 2', last: 'visit 2', phone: '+49151123452' })
    })
  })

  t.test(
    'a locker whose header is an old one gets nothing written, not even what a tab left behind',
    async () => {
      const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const newer = { ...made, header: { ...made.header, rev: 5 } }
      const disk = { ...(await withRoot(newer, made.disk.records, made.writer, 2)), header: made.header }
      await writeDisk(where, disk, deviceKeys(made, device))
      const version = { rev: Date.now() * 1024, writer: made.writer }
      await leaveInJournal(where, [{ records: [await sealRecord(made, 'profile/last', 'left', version)] }])
      const locker = await lockerOn(t, where)
      expect(locker.status).to.include({ integrity: 'header', readOnly: true })
      expect(await readDisk(where)).to.deep.equal(disk)
      expect(await locker.repair()).to.deep.equal({ removed: [] })
      expect(locker.get('last'), 'it waited for the repair').to.equal('left')
      expect((await headerOf(where)).rev).to.equal(6)
      await expectWhole(t, where, { username: 'ann', last: 'left' })
    },
  )

  t.test('of a header whose mac does not hold only the slot stays that opened it', async () => {
    const { where, locker: first } = await created(t)
    await first.slots.add({ recovery: true })
    const device = await first.slots.add({ device: true })
    first.lock()
    await first.flush()
    const now = await readDisk(where)
    await writeDisk(where, changedHeader(now, { mac: randomBytes(32) }))
    const locker = await asked(t, where)
    await locker.unlock({ passphrase }, { cost })
    expect(locker.status).to.include({ integrity: 'header', readOnly: true })
    expect(await kinds(locker)).to.have.length(3)
    await locker.repair()
    expect(await kinds(locker)).to.deep.equal(['passphrase'])
    const key = await withSession(where, (session) => session.key(`device/${device.id}`))
    expect(key, 'the key of the slot that went').to.equal(undefined)
    locker.lock()
    await locker.unlock({ passphrase }, { cost })
    expect(locker.status.integrity).to.equal('ok')
    expect(await kinds(locker)).to.deep.equal(['passphrase'])
    await locker.slots.add({ recovery: true })
  })

  t.test('an older header brings its slots back, and says which', async () => {
    const { where, locker: first } = await created(t)
    const { code: paper, id } = await first.slots.add({ recovery: true })
    const old = await headerOf(where)
    await first.slots.remove(id)
    first.lock()
    await first.flush()
    await writeDisk(where, { ...(await readDisk(where)), header: old })
    const locker = await asked(t, where)
    await locker.unlock({ recovery: paper })
    expect(locker.status.integrity).to.equal('header')
    await locker.repair()
    expect(await kinds(locker)).to.deep.equal(['passphrase', 'recovery'])
    await locker.slots.remove(id)
    expect(await kinds(locker)).to.deep.equal(['passphrase'])
  })

  t.test(
    'entries of a journal that do not open: damaged until repair, which removes them and no other',
    async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const version = (n: number) => ({ rev: Date.now() * 1024 + n, writer: made.writer })
      const good = await sealRecord(made, 'profile/last', 'ohara', version(0))
      const bad = damage(await sealRecord(made, 'entry/bad', 'x', version(1)))
      await leaveInJournal(where, [{ records: [good] }, { records: [bad] }])
      for (let visit = 0; visit < 2; visit++) {
        const locker = await lockerOn(t, where)
        expect(locker.status).to.deep.include({ integrity: 'ok', damaged: ['entry/bad'] })
        locker[Symbol.dispose]()
        await locker.flush()
      }
      const locker = await lockerOn(t, where)
      expect(await locker.repair()).to.deep.equal({ removed: ['entry/bad'] })
      expect(locker.status.damaged).to.deep.equal([])
      locker.lock()
      await locker.flush()
      await expectWhole(t, where, { username: 'ann', last: 'ohara' })
    },
  )

  t.test('of a whole locker takes nothing away', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.patch({ username: 'ann', theme: 'light' })
    locker.entries.put('a', { n: [1, 2] })
    const held = locker.entries.get('a')
    const changes: unknown[] = []
    locker.on('change', (change) => changes.push(change))
    expect(await locker.repair()).to.deep.equal({ removed: [] })
    expect(changes, 'nothing looks different').to.deep.equal([])
    expect(locker.entries.get('a')).to.equal(held)
    await expectWhole(t, where, { username: 'ann' })
  })

  t.test('while it is not open: locked', async () => {
    const { locker } = await freshLocker(t, t.disk())
    locker.lock()
    expect(await code(() => locker.repair())).to.equal('locked')
    const nothing = openLocker(t, place(t), { unlock: 'ask' })
    expect(await code(() => nothing.repair())).to.equal('locked')
  })

  t.test('a disk that fails meanwhile: told, nothing changed, and the next try succeeds', async () => {
    for (const spoil of ['header', 'record'] as const) {
      const { where, locker: first } = await freshLocker(t, t.disk())
      first.patch({ username: 'ann', last: 'ohara' })
      first.lock()
      await first.flush()
      const now = await readDisk(where)
      const bad =
        spoil === 'header'
          ? changedHeader(now, { created: 5 })
          : replaced(now, 'profile/last', () => undefined)
      await writeDisk(where, bad)
      let fails = true
      const full = new (await import('@kbve/locker')).LockerError('storage_full', 'There is no room.')
      const storage = disturbed(where.storage, {})
      const failing = {
        notes: storage.notes,
        async open(...args: Parameters<typeof storage.open>) {
          const session = await storage.open(...args)
          const transact: typeof session.transact = (ids, fn, how) =>
            session.transact(
              ids,
              (found) => {
                const changes = fn(found)
                // After all of it was decided, as a transaction aborts.
                if (fails && changes?.header) throw full
                return changes
              },
              how,
            )
          return { ...session, transact }
        },
      }
      const locker = await lockerOn(t, { ...where, storage: failing })
      const { integrity, readOnly } = locker.status
      expect(await failure(() => locker.repair())).to.equal(full)
      expect(locker.status, spoil).to.deep.include({ integrity, readOnly })
      expect(sameBytes((await headerOf(where)).mac, bad.header.mac)).to.equal(true)
      if (readOnly) expect(await code(() => locker.set('username', 'x'))).to.equal('read_only')
      fails = false
      await locker.repair()
      await expectWhole(t, where, { username: 'ann' })
    }
  })
}
