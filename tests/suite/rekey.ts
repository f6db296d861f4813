/** Other keys for a whole locker: what opens it afterwards, what other tabs learn, and what is left when it fails. */
import type { LockerStorage } from '@kbve/locker'
import { lockerCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { makeLocker, readLocker } from '../reference/locker.ts'
import { openRoot, sealRoot } from '../reference/record.ts'
import { toBase64url } from '../reference/shapes.ts'
import { jarFor } from './cookies_help.ts'
import { deviceKeyName } from './device_key.ts'
import { flipped, readDisk, shown, spied, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import {
  type AnyLocker,
  code,
  freshLocker,
  lockerOn,
  madeOnDisk,
  openLocker,
  passphrase,
  until,
} from './help.ts'
import { asked, cost, created, headerOf, kinds } from './slot_help.ts'

const fresh = 'another passphrase'
type Session = Awaited<ReturnType<LockerStorage['open']>>

/** The same storage, whose `upgrade` is this one. */
function upgrading(inner: LockerStorage, upgrade: (session: Session) => Session['upgrade']): LockerStorage {
  return {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      return new Proxy(session, {
        get: (target, key) => {
          if (key === 'upgrade') return upgrade(session)
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

async function reopened(t: SuiteContext, where: Where, secret: { passphrase: string }): Promise<AnyLocker> {
  const locker = await asked(t, where)
  await locker.unlock(secret, { cost })
  expect(locker.status).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [] })
  return locker
}

export function suite(t: SuiteContext): void {
  t.test('everything opens with the new secret, and nothing with the old one', async () => {
    const { where, locker } = await created(t)
    locker.entries.put('bytes', new Uint8Array([1, 2, 3]))
    locker.entries.put('gone', 1)
    locker.entries.delete('gone')
    locker.entries.put('expiring', { a: [1] }, { expiresIn: 3600 })
    await locker.slots.add({ recovery: true })
    await locker.flush()
    const before = await readDisk(where)
    const heard: unknown[] = []
    locker.on('change', (event) => void heard.push(event))
    const added = await locker.rekey({ passphrase: fresh }, { cost, label: 'Mine' })
    expect(added).to.include({ kind: 'passphrase', label: 'Mine' })
    expect(heard).to.deep.equal([])
    expect(locker.status).to.include({ state: 'unlocked', integrity: 'ok' })
    expect(await kinds(locker)).to.deep.equal(['passphrase'])

    const after = await readDisk(where)
    expect(after.header.locker_id).to.deep.equal(before.header.locker_id)
    expect(after.header.key_id).not.to.deep.equal(before.header.key_id)
    expect(after.header.rev).to.be.greaterThan(before.header.rev)
    expect(after.header.epoch).to.be.greaterThan(before.header.epoch)
    expect(after.root.rev).to.be.greaterThan(before.root.rev)
    const versions = (disk: typeof after) => disk.records.map(({ id, rev, writer }) => [id, rev, [...writer]])
    expect(versions(after)).to.deep.equal(versions(before))
    const read = await readLocker(after, fresh)
    expect(read).to.include({ macHolds: true, rootHolds: true })
    expect(read.root.header_rev).to.equal(after.header.rev)
    expect(await readLocker(after, passphrase).catch(() => 'closed')).to.equal('closed')

    locker.set('last', 'written after')
    await locker.flush()
    const again = await asked(t, where)
    expect(await code(() => again.unlock({ passphrase }))).to.equal('wrong_secret')
    await again.unlock({ passphrase: fresh }, { cost })
    expect(again.status).to.deep.include({ integrity: 'ok', damaged: [] })
    expect(again.profile).to.include({ username: 'ann', last: 'written after' })
    expect(again.entries.list()).to.deep.equal(['bytes', 'expiring'])
    expect(again.entries.get('bytes')).to.deep.equal(new Uint8Array([1, 2, 3]))
    expect(again.entries.get('expiring')).to.deep.equal({ a: [1] })
  })

  t.test('several secrets: each opens it, and the code is told once', async () => {
    const { where, locker } = await created(t)
    const added = await locker.rekey([{ passphrase: fresh }, { recovery: true }, { device: true }], { cost })
    expect(added.map(({ kind }) => kind)).to.deep.equal(['passphrase', 'recovery', 'device'])
    const recovery = added[1]?.code ?? ''
    expect(await kinds(locker)).to.deep.equal(['passphrase', 'recovery', 'device'])
    for (const secret of [{ passphrase: fresh }, { recovery }, { device: true as const }]) {
      const again = await asked(t, where)
      await again.unlock(secret, { cost })
      expect(again.get('username')).to.equal('ann')
    }
    // Once more, from there.
    await locker.rekey({ recovery: true })
    const again = await asked(t, where)
    expect(await code(() => again.unlock({ recovery }))).to.equal('wrong_secret')
  })

  t.test("an old device slot's key is deleted with it", async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.set('theme', 'dark')
    const [old] = (await headerOf(where)).slots
    await locker.rekey({ device: true })
    const [now] = (await headerOf(where)).slots
    const keys = await withSession(where, async (session) => [
      old && (await session.key(deviceKeyName(old))),
      now && (await session.key(deviceKeyName(now))),
    ])
    expect(keys[0]).to.equal(undefined)
    expect(keys[1]?.extractable).to.equal(false)
    expect((await lockerOn(t, where)).get('theme')).to.equal('dark')
  })

  t.test('tries that were counted are forgotten', async () => {
    const { where, locker } = await created(t)
    await code(() => locker.unlock({ passphrase: 'wrong' }))
    await locker.rekey({ passphrase: fresh }, { cost })
    const { attempts } = await withSession(where, (session) => session.load([]))
    expect(attempts).to.deep.equal({ failed: 0, last: 0, until: 0 })
  })

  t.test('a field that the schema of today does not have is kept as it is', async () => {
    const { where } = await madeOnDisk(t, t.disk(), {
      'profile/nickname': { odd: [1, null] },
      'profile/theme': 'pink',
    })
    const locker = await lockerOn(t, where)
    await locker.rekey({ passphrase: fresh }, { cost })
    const read = await readLocker(await readDisk(where), fresh)
    expect(read.values.get('profile/nickname')).to.deep.equal({ odd: [1, null] })
    expect(read.values.get('profile/theme')).to.equal('pink')
  })

  t.test('what is set while it is under way is neither lost nor damaged', async () => {
    const { where, locker } = await created(t)
    let over = false
    const work = locker.rekey([{ passphrase: fresh }, { recovery: true }], { cost }).finally(() => {
      over = true
    })
    let n = 0
    for (; !over; n++) {
      locker.entries.put(`n ${n}`, n)
      if (n % 7 === 0) locker.update('last', () => `round ${n}`).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, n % 3))
    }
    await work
    await locker.flush()
    expect(n).to.be.greaterThan(10)
    const again = await reopened(t, where, { passphrase: fresh })
    expect(again.entries.list()).to.have.length(n)
    for (let i = 0; i < n; i++) expect(again.entries.get(`n ${i}`)).to.equal(i)
  })

  t.test('what is set in the midst of it is applied after it, without anybody asking', async () => {
    let midst = () => {}
    const storage = upgrading(t.disk().storage(), (session) => {
      const { upgrade } = session
      return (change) => {
        midst()
        return upgrade.call(session, change)
      }
    })
    const { locker } = await freshLocker(t, { storage: () => storage })
    midst = () => locker.set('last', 'x')
    await locker.rekey({ passphrase: fresh }, { cost })
    await until('nothing is pending', () => locker.status.pending === 0, 2_000)
    expect(locker.get('last')).to.equal('x')
  })

  t.describe('other tabs', () => {
    t.test('apply what they have, lock, and open with the new secret', async () => {
      const { where, locker } = await created(t)
      const other = await reopened(t, where, { passphrase })
      const errors: string[] = []
      other.on('error', (error) => void errors.push(error.code))
      other.set('last', 'from the other tab')
      const work = locker.rekey({ passphrase: fresh }, { cost })
      other.entries.put('too', 1)
      await work
      await until('the other is locked', () => other.status.state === 'locked')
      expect(other.status.reason).to.equal('conflict')
      expect(errors).to.deep.equal(['conflict'])
      expect(await code(() => other.unlock({ passphrase }))).to.equal('wrong_secret')
      await other.unlock({ passphrase: fresh }, { cost })
      expect(other.get('last')).to.equal('from the other tab')
      expect(other.entries.get('too')).to.equal(1)
      other.set('last', 'again')
      await until('both are in one locker', () => locker.get('last') === 'again')
    })

    t.test(
      'are told as conflict what they could not apply, and nothing of it lies about',
      async () => {
        const { where, locker } = await created(t)
        let hold = false
        let go = () => {}
        const gate = () => (hold ? new Promise<void>((resolve) => (go = resolve)) : Promise.resolve())
        const other = openLocker(
          t,
          { ...where, storage: spied(where.storage, gate).storage },
          { unlock: 'ask' },
        )
        await other.ready
        await other.unlock({ passphrase }, { cost })
        const errors: string[] = []
        other.on('error', (error) => void errors.push(error.code))
        hold = true
        other.set('last', 'never applied')
        await locker.rekey({ passphrase: fresh }, { cost })
        await until('the other is told', () => errors.includes('conflict'))
        hold = false
        go()
        expect(other.status).to.include({ state: 'locked', reason: 'conflict' })
        other[Symbol.dispose]()
        await new Promise((resolve) => setTimeout(resolve, 100))
        const again = await reopened(t, where, { passphrase: fresh })
        expect(again.get('last')).to.equal('')
      },
      { timeout: 30_000 },
    )

    t.test('two at once: one succeeds, the other is told', async () => {
      const { where, locker } = await created(t)
      const other = await reopened(t, where, { passphrase })
      const outcomes = await Promise.allSettled([
        locker.rekey({ passphrase: 'one' }, { cost }),
        other.rekey({ passphrase: 'two' }, { cost }),
      ])
      const won = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i] : []))
      expect(won, shown(outcomes.map(String))).to.have.length(1)
      await reopened(t, where, { passphrase: won[0] === 0 ? 'one' : 'two' })
    })

    t.test('that change a slot meanwhile are overtaken', async () => {
      const { where, locker } = await created(t)
      const other = await reopened(t, where, { passphrase })
      const work = locker.rekey({ passphrase: fresh }, { cost })
      for (let i = 0; i < 3; i++) await other.slots.add({ recovery: true }).catch(() => {})
      await work
      expect((await headerOf(where)).slots).to.have.length(1)
      expect(await readLocker(await readDisk(where), fresh)).to.include({ macHolds: true, rootHolds: true })
    })
  })

  t.describe('when something is wrong', () => {
    t.test(
      'whatever the storage does: wholly old, the locker goes on, and the next try succeeds',
      async () => {
        const faults: ((session: Session) => Session['upgrade'])[] = [
          () => () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
          () => async () => {
            throw new Error('before it began')
          },
          (session) => (fn) =>
            session.upgrade((found) => {
              fn(found)
              throw new Error('after everything was sealed')
            }),
          (session) => async (fn) => {
            fn(await session.load('all'))
            throw new Error('the transaction was aborted')
          },
        ]
        for (const fault of faults) {
          let faulty = true
          const { where } = await created(t)
          const storage = upgrading(where.storage, (session) =>
            faulty ? fault(session) : (fn) => session.upgrade(fn),
          )
          const locker = openLocker(t, { ...where, storage }, { unlock: 'ask' })
          await locker.ready
          await locker.unlock({ passphrase }, { cost })
          const before = await readDisk(where)
          await locker.rekey({ passphrase: fresh }, { cost }).then(
            () => expect.fail('it succeeded'),
            () => {},
          )
          expect(shown(await readDisk(where))).to.equal(shown(before))
          locker.set('last', 'goes on')
          await locker.flush()
          expect((await reopened(t, where, { passphrase })).get('last')).to.equal('goes on')
          faulty = false
          await locker.rekey({ passphrase: fresh }, { cost })
          expect((await reopened(t, where, { passphrase: fresh })).get('last')).to.equal('goes on')
        }
      },
    )

    t.test('nothing is vouched for anew that was changed behind its back', async () => {
      const spoil: ((disk: Awaited<ReturnType<typeof readDisk>>) => typeof disk)[] = [
        (disk) => ({ ...disk, records: disk.records.map((r) => ({ ...r, box: flipped(r.box, 9) })) }),
        (disk) => ({ ...disk, records: [] }),
        (disk) => ({ ...disk, root: { ...disk.root, box: flipped(disk.root.box, 9) } }),
        (disk) => ({ ...disk, header: { ...disk.header, mac: flipped(disk.header.mac, 9) } }),
        (disk) => ({ ...disk, header: { ...disk.header, rev: 2 ** 50 } }),
      ]
      for (const change of spoil) {
        const { where, locker } = await created(t)
        const whole = await readDisk(where)
        await writeDisk(where, change(whole))
        const before = shown(await readDisk(where))
        expect(await code(() => locker.rekey({ passphrase: fresh }, { cost }))).to.equal('tampered')
        expect(shown(await readDisk(where))).to.equal(before)
        await writeDisk(where, whole)
      }
    })

    t.test('locked in the middle: nothing is written', async () => {
      const { where, locker } = await created(t)
      // Locking has the root written once more, for the witness.
      const rest = async () => shown({ ...(await readDisk(where)), root: undefined })
      const before = await rest()
      const work = code(() => locker.rekey({ passphrase: fresh }, { cost }))
      locker.lock()
      expect(await work).to.equal('locked')
      expect(await rest()).to.equal(before)
      await reopened(t, where, { passphrase })
    })

    t.test('given up: nothing is written', async () => {
      const { where, locker } = await created(t)
      const before = shown(await readDisk(where))
      const stop = new AbortController()
      const work = code(() => locker.rekey({ passphrase: fresh }, { cost, signal: stop.signal }))
      stop.abort()
      expect(await work).to.equal('aborted')
      expect(shown(await readDisk(where))).to.equal(before)
    })

    t.test('arguments', async () => {
      const { locker } = await created(t)
      for (const secret of [undefined, {}, [], [{}], { passphrase: '' }, { recovery: 'text' }]) {
        const error = await locker.rekey(secret as never).catch((e: unknown) => e)
        expect(error, shown(secret)).to.be.instanceOf(TypeError)
      }
      locker.lock()
      expect(await code(() => locker.rekey({ recovery: true }))).to.equal('locked')
    })
  })

  t.describe('cookies', () => {
    t.test('sealed ones are sealed anew, and nothing opens the old ones', async () => {
      const { locker } = await created(t)
      const jar = jarFor(t)
      const table = { token: { sealed: true, secure: false }, plain: { secure: false } }
      const cookies = lockerCookies(locker, table, { jar })
      t.after(() => cookies[Symbol.dispose]())
      await cookies.ready
      cookies.set('token', 'secret')
      cookies.set('plain', 'not')
      const before = jar.raw('token')
      await locker.rekey({ passphrase: fresh }, { cost })
      await until('it is sealed anew', () => jar.raw('token') !== before)
      expect(cookies.read('token')).to.deep.equal({ state: 'there', value: 'secret' })
      expect(cookies.get('plain')).to.equal('not')
      jar.write(`token=${before}; Path=/`)
      expect(cookies.read('token').state).to.equal('invalid')
    })
  })

  t.describe('the data key', () => {
    t.test('is another one long before it has sealed too often; the old one still opens', async () => {
      const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const opened = { header: made.header, rootKey: made.rootKey }
      const root = await openRoot(opened, made.disk.root)
      const worn = await sealRoot(opened, { ...root, sealed: 2 ** 30 }, made.writer)
      await writeDisk(where, { ...made.disk, root: worn })
      const jar = jarFor(t)
      const locker = await lockerOn(t, where)
      const other = await lockerOn(t, where)
      const cookies = lockerCookies(locker, { token: { sealed: true, secure: false } }, { jar })
      t.after(() => cookies[Symbol.dispose]())
      await cookies.ready
      cookies.set('token', 'under the old one')
      locker.set('last', 'one more')
      await until('the epoch is raised', async () => (await headerOf(where)).epoch === 2)
      await locker.flush()
      expect((await headerOf(where)).rev).to.equal(made.header.rev + 1)
      expect(cookies.get('token')).to.equal('under the old one')
      for (const one of [locker, other]) {
        await until('this tab seals under it', async () => {
          one.set('last', `by ${toBase64url(crypto.getRandomValues(new Uint8Array(6)))}`)
          await one.flush()
          return (await readDisk(where)).records.find(({ id }) => id === 'profile/last')?.epoch === 2
        })
      }
      const disk = await readDisk(where)
      const read = await readLocker(disk, device)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('ann')
      expect(read.root.sealed).to.be.lessThan(100)
      expect((await headerOf(where)).epoch).to.equal(2)
      expect((await lockerOn(t, where)).status).to.deep.include({ integrity: 'ok', damaged: [] })
    })
  })

  t.test('a locker of another program is given other keys all the same', async () => {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const made = await makeLocker({
      ...where,
      passphrase,
      values: { 'entry/a': [1], 'profile/username': 'ann' },
    })
    await writeDisk(where, made.disk)
    const locker = await reopened(t, where, { passphrase })
    await locker.rekey({ passphrase: fresh }, { cost })
    const read = await readLocker(await readDisk(where), fresh)
    expect(Object.fromEntries(read.values)).to.deep.equal({ 'entry/a': [1], 'profile/username': 'ann' })
  })
}
