/** A locker looked at from outside: what the tables say, when they can be had, and what is measured. */
import { lockerCookies } from '@kbve/locker/cookies'
import {
  type ExposedWindow,
  exposeLockers,
  inspectLocker,
  installLockerFormatter,
  type JsonMl,
  measureLocker,
} from '@kbve/locker/inspect'
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { desk, Time } from './auth_help.ts'
import { jarFor } from './cookies_help.ts'
import { disturbed, leaveInJournal, readDisk, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { failure, freshLocker, lockerOn, madeOnDisk, openLocker, passphrase, settled, until } from './help.ts'

const cheap = { memoryKib: 19_456, passes: 2 }

/** What measures a locker puts somewhere. */
function stopwatch() {
  const entries: { name: string; start: number; end: number; detail: Record<string, unknown> }[] = []
  const port = {
    now: () => performance.now(),
    measure(name: string, { start, end, detail }: { start: number; end: number; detail: object }) {
      entries.push({ name, start, end, detail: detail as Record<string, unknown> })
    },
  }
  const names = () => entries.splice(0).map(({ name }) => name)
  return { port: port as unknown as Performance, entries, names }
}

const texts = (part: JsonMl | string): string[] =>
  typeof part === 'string' ? [part] : part.slice(2).flatMap((child) => texts(child as JsonMl | string))

export function suite(t: SuiteContext): void {
  t.describe('inspectLocker', () => {
    t.test(
      'the table: id, rev, writer, epoch, kind, bytes, sealed, expires; the same while locked',
      async () => {
        const { locker } = await freshLocker(t, t.disk())
        const from = Date.now()
        locker.set('username', 'ann')
        locker.entries.put('note', new Uint8Array(300), { expiresIn: 3600 })
        await locker.flush()
        const open = await inspectLocker(locker)
        const [note, username] = open.records
        expect(open.records.map(({ id }) => id)).to.deep.equal(['entry/note', 'profile/username'])
        // A block of 64 and a tag; 300 bytes are five blocks.
        expect(username).to.include({ kind: 'json', epoch: 1, bytes: 80, here: true, damaged: false })
        expect(note).to.include({ kind: 'bytes', bytes: 336 })
        expect(note?.expires?.getTime()).to.be.within(from + 3_600_000, Date.now() + 3_600_000)
        expect(username?.sealed.getTime()).to.be.within(from - 1, Date.now() + 1)
        expect(username?.writer).to.match(/^[0-9a-f]{16}$/)
        expect(open.header).to.include({ format: 1, rev: 1, epoch: 1, slots: 1 })
        expect(open.slots).to.have.length(1)
        expect(open.slots[0]).to.include({ kind: 'device', bytes: 48, key: 'not extractable' })
        expect(open.root).to.include({ id: 'root', kind: 'json' })
        expect(open.journals).to.deep.equal([])
        expect(Object.isFrozen(open)).to.equal(true)
        locker.lock()
        await locker.flush()
        const locked = await inspectLocker(locker)
        expect(locked.status.state).to.equal('locked')
        expect(locked.records).to.deep.equal(open.records.map((record) => ({ ...record, here: false })))
        expect(locked.slots).to.deep.equal(open.slots)
        expect(JSON.parse(JSON.stringify(locked))).to.have.nested.property(
          'records[1].id',
          'profile/username',
        )
      },
    )

    t.test('of a locker that is not there, or destroyed, nothing, and nothing is made', async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      expect(await inspectLocker(locker)).to.deep.include({ records: [], slots: [], cookies: [], parts: 0 })
      await locker.create({ device: true })
      expect((await inspectLocker(locker)).header).to.not.equal(undefined)
      await locker.destroy()
      const after = await inspectLocker(locker)
      expect(after).to.not.have.property('header')
      expect(after.status).to.include({ state: 'absent', reason: 'destroyed' })
      if (t.env === 'node') return
      const databases = await indexedDB.databases()
      expect(databases.filter(({ name }) => name?.includes(where.name))).to.deep.equal([])
    })

    t.test('what is damaged, or no record at all, is named; wrong passphrases are counted', async () => {
      const disk = t.disk()
      const { where } = await madeOnDisk(t, disk, { 'profile/username': 'ann', 'profile/last': 'x' })
      const whole = await readDisk(where)
      const records = whole.records.map((record) =>
        record.id === 'profile/last' ? { ...record, box: record.box.map((byte) => byte ^ 1) } : record,
      )
      await writeDisk(where, { ...whole, records })
      // The storage itself writes nothing of the kind.
      const none = ['entry/none', { id: 'entry/none', rev: 'x' }] as const
      const storage = disturbed(where.storage, {
        found: (found) => ({ ...found, records: new Map([...found.records, none]) }),
      })
      const locker = await lockerOn(t, { ...where, storage })
      const { records: rows, status } = await inspectLocker(locker)
      expect(status.damaged).to.include('profile/last')
      const damaged = rows.filter((row) => row.damaged).map(({ id }) => id)
      expect(damaged).to.deep.equal(['entry/none', 'profile/last'])
      await locker.slots.add({ passphrase }, { cost: cheap })
      await failure(() => locker.unlock({ passphrase: 'not this one' }))
      expect((await inspectLocker(locker)).attempts).to.include({ failed: 1 })
      const slot = (await inspectLocker(locker)).slots.find(({ kind }) => kind === 'passphrase')
      expect(slot?.kdf).to.equal('Argon2id, 19 MiB, 2 passes, 1 lane')
    })

    t.test('the witness, and a root behind it', async () => {
      const { locker, where } = await freshLocker(t, t.disk())
      const old = await readDisk(where)
      locker.set('username', 'ann')
      locker.lock()
      await locker.flush()
      expect((await inspectLocker(locker)).witness).to.include({ root: 'level', rolledBack: false })
      await writeDisk(where, old)
      expect((await inspectLocker(locker)).witness).to.include({ root: 'behind' })
      await locker.unlock({ device: true })
      expect(locker.status.integrity).to.equal('rolled_back')
      expect((await inspectLocker(locker)).witness).to.include({ rolledBack: true })
    })

    t.test(
      'what another tab has left in its journal',
      async () => {
        const { locker, where } = await freshLocker(t, t.disk())
        locker.set('username', 'ann')
        await locker.flush()
        const { records } = await readDisk(where)
        locker.lock()
        await locker.flush()
        await leaveInJournal(where, [{ records }])
        const { journals } = await inspectLocker(locker)
        expect(journals).to.have.length(1)
        expect(journals[0]?.name).to.include('/journal/')
        expect(journals[0]?.records.map(({ id }) => id)).to.deep.equal(['profile/username'])
      },
      { only: ['chromium', 'firefox', 'webkit'] },
    )

    t.test('sealed cookies of this locker, and of no other; mirrored fields by name', async () => {
      const jar = jarFor(t)
      const { locker } = await freshLocker(t, t.disk(), { mirror: ['theme'] })
      const other = await freshLocker(t, t.disk())
      for (const [name, owner] of [['mine', locker] as const, ['theirs', other.locker] as const]) {
        const cookies = lockerCookies(owner, { [name]: { sealed: true }, clear: {} }, { jar })
        t.after(() => cookies[Symbol.dispose]())
        await cookies.ready
        cookies.set(name as never, 'x'.repeat(name === 'mine' ? 3_200 : 5) as never)
        cookies.set('clear' as never, 'clear' as never)
        await cookies.flush()
      }
      const { cookies, mirrored } = await inspectLocker(locker, { cookies: jar.read() })
      expect(cookies).to.have.length(1)
      expect(cookies[0]).to.include({ name: 'mine', parts: 2, epoch: 1 })
      const bytes = ['mine', 'mine.1'].reduce(
        (sum, name) => sum + name.length + (jar.raw(name) ?? '').length,
        0,
      )
      expect(cookies[0]?.bytes).to.equal(bytes)
      expect(mirrored).to.deep.equal(['theme'])
    })

    t.test('a disk that cannot be read is told; something that is no locker is a TypeError', async () => {
      const { locker } = await freshLocker(t, t.disk())
      locker[Symbol.dispose]()
      expect((await inspectLocker(locker)).records).to.deep.equal([])
      await inspectLocker({} as never).then(
        () => expect.fail('it took an object for a locker'),
        (error) => expect(error).to.be.instanceOf(TypeError),
      )
    })
  })

  t.describe('the console', () => {
    t.test('exposeLockers gives status and inspection, not the locker, and takes it back', async () => {
      const { locker, where } = await freshLocker(t, t.disk())
      const second = await freshLocker(t, t.disk())
      const place: ExposedWindow = {}
      const stop = exposeLockers(locker, place)
      const stopSecond = exposeLockers([second.locker], place)
      const [first] = place.__KBVE_LOCKERS__ ?? []
      expect(place.__KBVE_LOCKERS__).to.have.length(2)
      expect(first).to.include({ name: where.name, tenant: 'test' })
      expect(first?.status).to.equal(locker.status)
      expect(Object.values(first ?? {})).to.not.include(locker)
      expect(await first?.inspect()).to.have.nested.property('header.format', 1)
      stop()
      expect(place.__KBVE_LOCKERS__?.map(({ name }) => name)).to.deep.equal([second.where.name])
      stopSecond()
      expect(place).to.not.have.property('__KBVE_LOCKERS__')
    })

    t.test('the formatter draws lockers and inspections, and leaves everything else alone', async () => {
      const { locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      await locker.flush()
      const place: { devtoolsFormatters?: { header(value: unknown): unknown }[] } = {}
      const stop = installLockerFormatter(place)
      const formatter = place.devtoolsFormatters?.[0] as ReturnType<
        typeof import('@kbve/locker/inspect').lockerFormatter
      >
      for (const other of [null, undefined, 1, 'x', {}, [], () => {}]) {
        expect(formatter.header(other)).to.equal(null)
        expect(formatter.hasBody(other)).to.equal(false)
        expect(formatter.body(other)).to.equal(null)
      }
      expect(texts(formatter.header(locker) as JsonMl).join('')).to.match(/^unlocked Locker test\//)
      expect(formatter.hasBody(locker)).to.equal(true)
      expect(texts(formatter.body(locker) as JsonMl))
        .to.include('profile/username')
        .and.to.include('this tab')
      const inspection = await inspectLocker(locker)
      const drawn = texts(formatter.body(inspection) as JsonMl)
      expect(drawn).to.include('profile/username').and.to.include('80').and.to.include('This browser')
      locker.lock()
      expect(texts(formatter.body(locker) as JsonMl)).to.not.include('profile/username')
      expect(texts(formatter.header(locker) as JsonMl).join('')).to.match(/^locked .*lock$/)
      stop()
      expect(place.devtoolsFormatters).to.deep.equal([])
    })
  })

  t.describe('measures', () => {
    t.test('unlock with its steps, and every seal; nothing after the end', async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      const { port, entries, names } = stopwatch()
      const stop = measureLocker(locker, port)
      expect(() => measureLocker(locker, port)).to.throw(TypeError)
      await locker.ready
      names()
      await locker.create({ passphrase }, { cost: cheap })
      expect(names()).to.include('kbve:unlock').and.to.include('kbve:unlock:deriving')
      locker.lock()
      await failure(() => locker.unlock({ passphrase: 'wrong' }))
      expect(entries.find(({ name }) => name === 'kbve:unlock')?.detail).to.include({ outcome: 'locked' })
      names()
      await locker.unlock({ passphrase })
      const unlock = entries.find(({ name }) => name === 'kbve:unlock')
      expect(unlock?.detail).to.include({ locker: `test/${where.name}`, outcome: 'unlocked' })
      const deriving = entries.find(({ name }) => name === 'kbve:unlock:deriving')
      expect(deriving?.start).to.be.at.least(unlock?.start ?? 0)
      expect(deriving?.end).to.be.within(deriving?.start ?? 0, unlock?.end ?? 0)
      names()
      locker.set('username', 'ann')
      locker.patch({ last: 'x', theme: 'dark' })
      expect(entries.map(({ name, detail }) => [name, detail.records, detail.bytes])).to.deep.equal([
        ['kbve:seal', 1, 80],
        ['kbve:seal', 2, 160],
      ])
      expect(entries[0]?.detail).to.have.nested.property('devtools.dataType', 'track-entry')
      names()
      await locker.rekey({ passphrase: `${passphrase} 2` }, { cost: cheap })
      names()
      locker.set('username', 'bea')
      expect(names(), 'also with the keys that came later').to.deep.equal(['kbve:seal'])
      stop()
      locker.set('username', 'cid')
      locker.lock()
      expect(names()).to.deep.equal([])
      measureLocker(locker, port)()
    })

    t.test('on the real timeline', async () => {
      const { locker, where } = await freshLocker(t, t.disk())
      t.after(measureLocker(locker))
      locker.set('username', 'ann')
      const found = performance
        .getEntriesByName('kbve:seal', 'measure')
        .filter((entry) => (entry as PerformanceMeasure).detail?.locker === `test/${where.name}`)
      expect(found).to.have.length(1)
      performance.clearMeasures('kbve:seal')
    })

    t.test('a session renewed by /auth', async () => {
      const time = new Time()
      const server = new GotrueDouble(time)
      const { tab } = desk(t, server, time)
      const { auth, locker } = await tab()
      await settled(locker)
      const { port, entries } = stopwatch()
      t.after(measureLocker(locker, port))
      await auth.signIn({ email: 'ann@example.com', password: 'correct horse' })
      await time.pass(3_600_000)
      await until('it was refreshed', () => entries.some(({ name }) => name === 'kbve:refresh'))
      expect(entries.find(({ name }) => name === 'kbve:refresh')?.detail).to.include({ answer: 'session' })
    })
  })

  t.test('inspecting changes nothing on the disk', async () => {
    const { locker, where } = await freshLocker(t, t.disk())
    locker.set('username', 'ann')
    locker.lock()
    await locker.flush()
    const text = async () => JSON.stringify(await withSession(where, (session) => session.load('all')))
    const before = await text()
    await inspectLocker(locker)
    expect(await text()).to.equal(before)
  })
}
