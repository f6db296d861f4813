/** The witness: an old copy of the whole database is told from the present one, and lost data from none. */
import type { LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import type { Disk } from '../reference/shapes.ts'
import { toBase64url } from '../reference/shapes.ts'
import { leaveInJournal, readDisk, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, freshLocker, lockerOn, openLocker, settled, until } from './help.ts'
import { created } from './slot_help.ts'

export interface Said {
  locker_id: string
  root_rev: number
  rolled_back?: boolean
}

const keyOf = ({ tenant, name }: Where) => `kbve-locker/${tenant}/${name}/witness`

export function said(where: Where): Said | undefined {
  const text = where.storage.notes.get(keyOf(where))
  return text === null ? undefined : JSON.parse(text)
}

export function say(where: Where, text: string): void {
  where.storage.notes.set(keyOf(where), text)
}

/** Deletes the databases and leaves the witness, as browsers and people do. */
export async function evict(where: Where): Promise<void> {
  const text = where.storage.notes.get(keyOf(where)) ?? ''
  expect(text).to.not.equal('')
  await withSession(where, (session) => session.destroy())
  say(where, text)
}

interface Watched {
  storage: LockerStorage
  /** The durability of each transaction that wrote something. */
  written: string[]
  /** The disk as it was when the last strict transaction was complete: what a power cut leaves at worst. */
  safe(): Disk
}

/** The same storage, which remembers what surely was on the disk. */
function watched(where: Where): Watched {
  const { storage: inner } = where
  const written: string[] = []
  let safe: Disk | undefined
  const storage: LockerStorage = {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      const transact: typeof session.transact = async (ids, fn, how) => {
        let wrote = false
        const found = await session.transact(
          ids,
          (snapshot) => {
            const changes = fn(snapshot)
            wrote = changes !== undefined
            return changes
          },
          how,
        )
        if (wrote) written.push(how?.durability ?? 'relaxed')
        if (wrote && how?.durability === 'strict') safe = await readDisk(where)
        return found
      }
      return new Proxy(session, {
        get: (target, name) => {
          if (name === 'transact') return transact
          const member = Reflect.get(target, name) as unknown
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
    },
  }
  return { storage, written, safe: () => safe as Disk }
}

const minute = 61_000

export function suite(t: SuiteContext): void {
  t.describe('what it says', () => {
    t.test('after unlock and after lock it knows the root that lies there, and no values', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      await until('it has been written', () => said(where))
      const first = said(where)
      const disk = await readDisk(where)
      expect(first).to.deep.equal({ locker_id: toBase64url(disk.header.locker_id), root_rev: disk.root.rev })
      locker.set('username', 'ann')
      await locker.flush()
      expect(said(where), 'an ordinary change leaves it alone').to.deep.equal(first)
      locker.lock()
      await locker.flush()
      expect(said(where)?.root_rev).to.equal((await readDisk(where)).root.rev)
      expect(said(where)?.root_rev).to.be.greaterThan(first?.root_rev ?? 0)
    })

    t.test(
      'it is written after strict transactions alone, once a minute at most; others stay relaxed',
      async () => {
        const { where, locker: first } = await freshLocker(t, t.disk())
        first.lock()
        await first.flush()
        let now = Date.now()
        const watch = watched(where)
        const locker = await lockerOn(t, { ...where, storage: watch.storage }, { clock: () => now })
        const start = said(where)?.root_rev ?? 0
        const change = async (value: string) => {
          locker.set('username', value)
          await locker.flush()
        }
        for (let i = 0; i < 5; i++) await change(`in the first minute ${i}`)
        expect(watch.written).to.deep.equal(Array(5).fill('relaxed'))
        expect(said(where)?.root_rev).to.equal(start)
        now += minute
        await change('later')
        await until('it is raised', () => (said(where)?.root_rev ?? 0) > start)
        expect(watch.written.slice(5)).to.deep.equal(['relaxed', 'strict'])
        expect(said(where)?.root_rev).to.equal(watch.safe().root.rev)
        await change('and again')
        await locker.update('last', () => 'updated')
        const strict = () => watch.written.filter((how) => how === 'strict').length
        expect(strict()).to.equal(1)
        now += minute
        await locker.update('last', () => 'updated again')
        await until('an update counts too', () => strict() === 2)
      },
    )

    t.test('a visit that changes nothing writes nothing', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      locker.lock()
      await locker.flush()
      const watch = watched(where)
      const again = await lockerOn(t, { ...where, storage: watch.storage })
      expect(again.get('username')).to.equal('ann')
      again.lock()
      await again.flush()
      expect(watch.written).to.deep.equal([])
    })

    t.test('of two tabs neither lowers it', async () => {
      const disk = t.disk()
      let now = Date.now()
      const { where, locker } = await freshLocker(t, disk, { clock: () => now })
      const other = await lockerOn(t, { ...where, storage: disk.storage() }, { clock: () => now })
      let highest = 0
      for (let round = 0; round < 6; round++) {
        const writer = round % 2 ? locker : other
        now += minute
        writer.set('username', `round ${round}`)
        await writer.flush()
        if (round === 4) locker.lock()
        await locker.flush()
        if (round === 4) await locker.unlock({ device: true })
        await until('it is raised', () => (said(where)?.root_rev ?? 0) > highest)
        const rev = said(where)?.root_rev ?? 0
        expect(rev).to.be.greaterThan(highest)
        expect(rev).to.be.at.most((await readDisk(where)).root.rev)
        highest = rev
      }
    })

    t.test('it goes with the locker', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      await until('it has been written', () => said(where))
      await locker.destroy()
      expect(said(where)).to.equal(undefined)
      expect(locker.status).to.include({ state: 'absent', reason: 'destroyed' })
      const asked = openLocker(t, where, { unlock: 'ask' })
      const status = await settled(asked)
      expect(status.state).to.equal('absent')
      expect(status).to.not.have.property('reason')
      expect(await code(() => asked.unlock({ device: true }))).to.equal('absent')
    })
  })

  t.describe('an old copy', () => {
    /** A locker that was copied, went on, and was put back; and what it was then. */
    async function putBack() {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.patch({ username: 'old', last: 'kept' })
      await locker.flush()
      const copy = await readDisk(where)
      locker.set('username', 'new')
      locker.lock()
      await locker.flush()
      await writeDisk(where, copy)
      return { where }
    }

    t.test('is rolled_back, readable and writable, until repair', async () => {
      const { where } = await putBack()
      let locker = await lockerOn(t, where)
      for (let visit = 0; visit < 3; visit++) {
        expect(locker.status, `visit ${visit}`).to.deep.include({
          integrity: 'rolled_back',
          readOnly: false,
          damaged: [],
        })
        expect(locker.get('username')).to.equal(visit === 0 ? 'old' : `visit ${visit - 1}`)
        locker.set('username', `visit ${visit}`)
        locker.lock()
        await locker.flush()
        locker = await lockerOn(t, where)
      }
      expect(await locker.repair()).to.deep.equal({ removed: [] })
      expect(locker.status).to.deep.include({ integrity: 'ok', readOnly: false, damaged: [] })
      expect(said(where)).to.deep.equal({
        locker_id: said(where)?.locker_id,
        root_rev: (await readDisk(where)).root.rev,
      })
      const again = await lockerOn(t, where)
      expect(again.status.integrity).to.equal('ok')
      expect(again.profile).to.include({ username: 'visit 2', last: 'kept' })
    })

    t.test('with a journal that changes it: told, applied, and told again', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'old')
      await locker.flush()
      const copy = await readDisk(where)
      locker.set('username', 'new')
      locker.lock()
      await locker.flush()
      const newer = (await readDisk(where)).records
      await writeDisk(where, copy)
      await leaveInJournal(where, [{ records: newer }])
      for (let visit = 0; visit < 2; visit++) {
        const again = await lockerOn(t, where)
        expect(again.status.integrity, `visit ${visit}`).to.equal('rolled_back')
        expect(again.get('username')).to.equal('new')
      }
    })

    t.test('every tab that opens it is told, and repair in one is for all', async () => {
      const { where } = await putBack()
      const one = await lockerOn(t, where)
      const two = await lockerOn(t, where)
      one.set('last', 'goes on')
      await one.flush()
      const three = await lockerOn(t, where)
      for (const tab of [one, two, three]) expect(tab.status.integrity).to.equal('rolled_back')
      await two.repair()
      await until('all know', () => [one, two, three].every((tab) => tab.status.integrity === 'ok'))
      for (const tab of [one, two, three]) expect(tab.get('last')).to.equal('goes on')
    })
  })

  t.describe('no false alarm', () => {
    t.test('from a power cut that takes every relaxed transaction', async () => {
      const { where, locker: first } = await freshLocker(t, t.disk())
      first.lock()
      await first.flush()
      let now = Date.now()
      const watch = watched(where)
      const locker = await lockerOn(t, { ...where, storage: watch.storage }, { clock: () => now })
      for (let round = 0; round < 8; round++) {
        for (let i = 0; i < 3; i++) locker.set('username', `round ${round} ${i}`)
        await locker.flush()
        if (round % 3 === 0) now += minute
        if (round === 5) {
          locker.lock()
          await locker.flush()
          await locker.unlock({ device: true })
        }
        await locker.flush()
      }
      const strict = watch.written.filter((how) => how === 'strict').length
      expect(strict).to.be.within(2, 6)
      const note = where.storage.notes.get(keyOf(where)) ?? ''
      const { header, root, records } = watch.safe()
      locker[Symbol.dispose]()
      await locker.flush()
      await writeDisk(where, { header, root, records })
      say(where, note)
      const after = await lockerOn(t, where)
      expect(after.status.integrity).to.equal('ok')
    })

    t.test('where nothing can be kept beside the databases', async () => {
      const { where } = await freshLocker(t, t.disk())
      const notes = {
        get: () => null,
        set: () => {
          throw new Error('no room')
        },
        remove: () => {},
      }
      const storage = { notes, open: where.storage.open.bind(where.storage) }
      const locker = await lockerOn(t, { ...where, storage })
      expect(locker.status.integrity).to.equal('ok')
      locker.set('username', 'ann')
      locker.lock()
      await locker.flush()
      expect((await lockerOn(t, { ...where, storage })).get('username')).to.equal('ann')
    })

    t.test('from a witness that is none, or another locker’s', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.lock()
      await locker.flush()
      const real = said(where) as Said
      const texts = [
        '',
        'x',
        'null',
        '[]',
        '7',
        '{}',
        JSON.stringify({ ...real, root_rev: `${real.root_rev}9` }),
        JSON.stringify({ ...real, root_rev: 1e300 }),
        JSON.stringify({ ...real, locker_id: 7 }),
        JSON.stringify({ ...real, locker_id: `A${real.locker_id.slice(1)}x`, root_rev: 2 ** 52 }),
      ]
      for (const text of texts) {
        say(where, text)
        const again = await lockerOn(t, where)
        expect(again.status.integrity, text).to.equal('ok')
        await until('it is set right', () => {
          try {
            return said(where)?.locker_id === real.locker_id && Number.isSafeInteger(said(where)?.root_rev)
          } catch {
            return false
          }
        })
        again[Symbol.dispose]()
      }
    })

    t.test('a witness forged to any number is overruled by repair, for good', async () => {
      for (const root_rev of [2 ** 52 - 1, 2 ** 52, 2 ** 53 - 1]) {
        const { where, locker } = await freshLocker(t, t.disk())
        locker.set('username', 'ann')
        locker.lock()
        await locker.flush()
        say(where, JSON.stringify({ ...said(where), root_rev }))
        const tab = await lockerOn(t, where)
        expect(tab.status.integrity, String(root_rev)).to.equal('rolled_back')
        await tab.repair()
        tab.set('username', `after ${root_rev}`)
        tab.lock()
        await tab.flush()
        const again = await lockerOn(t, where)
        expect(again.status.integrity, String(root_rev)).to.equal('ok')
        expect(again.get('username')).to.equal(`after ${root_rev}`)
      }
    })
  })

  t.describe('data that is gone', () => {
    t.test("'ask': absent because evicted; unlock says so, and create makes a new one", async () => {
      const { where, locker } = await created(t)
      locker[Symbol.dispose]()
      await until('its lock is done', () => said(where))
      await evict(where)
      const after = openLocker(t, where, { unlock: 'ask' })
      expect(await settled(after)).to.include({ state: 'absent', reason: 'evicted' })
      expect(await code(() => after.unlock({ passphrase: 'whichever' }))).to.equal('evicted')
      expect(after.status).to.include({ state: 'absent', reason: 'evicted' })
      await after.create({ device: true })
      expect(after.status).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(after.status).to.not.have.property('reason')
      await until('the new one has its witness', async () => {
        return said(where)?.locker_id === toBase64url((await readDisk(where)).header.locker_id)
      })
      const next = openLocker(t, where, { unlock: 'ask' })
      expect(await settled(next)).to.deep.include({ state: 'locked' })
      expect(next.status).to.not.have.property('reason')
    })

    t.test("'device': the application goes on with an empty locker, and is told once", async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      locker.lock()
      await locker.flush()
      locker[Symbol.dispose]()
      await evict(where)
      const after = openLocker(t, where, { unlock: 'device' })
      const told: string[] = []
      after.on('error', (error) => told.push(error.code))
      expect(await settled(after)).to.include({ state: 'unlocked', reason: 'evicted', integrity: 'ok' })
      expect(told).to.deep.equal(['evicted'])
      expect(after.get('username')).to.equal('')
      after.set('username', 'anew')
      after.lock()
      await after.flush()
      const next = openLocker(t, where, { unlock: 'device' })
      next.on('error', (error) => told.push(error.code))
      expect(await settled(next)).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(next.status).to.not.have.property('reason')
      expect(next.get('username')).to.equal('anew')
      expect(told).to.deep.equal(['evicted'])
    })
  })
}
