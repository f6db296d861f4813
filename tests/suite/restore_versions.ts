/** Restoring values of another version of the application: what is brought in has the form that is running. */
import { type createLocker, type Migrate, memoryStorage } from '@kbve/locker'
import { expect } from 'chai'
import { diskText, isWhole, secret } from './backup_help.ts'
import { readDisk, shown, type Where, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, code, openLocker, passphrase } from './help.ts'
import { cost, place } from './slot_help.ts'

type Options = NonNullable<Parameters<typeof createLocker>[0]>
interface Fields {
  nickname: string
  displayName: string
  visits: number
}

const none = { added: [], changed: [], removed: [], unchanged: [], damaged: [], unfit: [] }
const schemaOne = { nickname: { type: 'string' } } as const
const schemaTwo = { displayName: { type: 'string' }, visits: { type: 'number' } } as const

/** Renames a field, puts a list into an object, and leaves an entry out. A second time it would lose both. */
const toTwo: Migrate = (
  _,
  { profile: { nickname = '', ...profile }, entries: { list, dropped, ...entries } },
) => ({
  profile: { ...profile, displayName: nickname },
  entries: { ...entries, list: { items: list } },
})

export function suite(t: SuiteContext): void {
  /** A page of some version. `calls`: from which versions it was asked to bring values up. */
  async function page(where: Where, options: object): Promise<{ locker: AnyLocker; calls: number[] }> {
    const calls: number[] = []
    const { migrate } = options as { migrate?: Migrate }
    const counting: Migrate = (from, values) => {
      calls.push(from)
      return (migrate as Migrate)(from, values)
    }
    const more = migrate ? { ...options, migrate: counting } : options
    const locker = openLocker(t, where, { unlock: 'ask', ...more } as Options)
    await locker.ready
    return { locker, calls }
  }

  const one = (version?: number) => ({ schema: schemaOne, ...(version ? { version } : {}) })
  const two = (migrate: Migrate = toTwo) => ({ schema: schemaTwo, version: 2, migrate })

  /** A locker with values of version 1. */
  async function old(version?: number, where = place(t)) {
    const { locker } = await page(where, one(version))
    await locker.create(secret, { cost })
    locker.patch({ nickname: 'Bobby', theme: 'dark' } as object)
    locker.entries.put('list', [1, 2])
    locker.entries.put('dropped', 'x')
    locker.entries.put('same', 'as it is')
    await locker.flush()
    return { where, locker }
  }

  /** A locker of version 2, with values of its own. */
  async function running(values: Partial<Fields> = {}) {
    const where = place(t)
    const { locker, calls } = await page(where, two())
    await locker.create({ passphrase: 'another one' }, { cost })
    locker.patch(values as object)
    await locker.flush()
    return { where, locker, calls }
  }

  const field = (locker: AnyLocker, name: keyof Fields) => (locker.profile as unknown as Fields)[name]

  /** The number lies there, and no unlocking brings anything up once more. */
  async function isOfTwo(where: Where, opens: string, locker: AnyLocker): Promise<void> {
    await locker.flush()
    const profile = locker.profile
    const entries = locker.entries.list().map((name) => locker.entries.get(name))
    const next = await page(where, two())
    await next.locker.unlock({ passphrase: opens }, { cost })
    expect(next.calls, 'brought up again').to.deep.equal([])
    expect(next.locker.status).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [] })
    expect(next.locker.profile).to.deep.equal(profile)
    expect(next.locker.entries.list().map((name) => next.locker.entries.get(name))).to.deep.equal(entries)
    const { records } = await readDisk(where)
    expect(records.filter(({ id }) => id === 'schema/version')).to.have.length(1)
    expect(await isWhole(where, opens)).to.equal(true)
  }

  t.describe('restore versions', () => {
    for (const version of [undefined, 1]) {
      t.test(`where there is no locker: values of version ${version ?? 0} are brought up`, async () => {
        const { locker: source } = await old(version)
        const blob = await source.backup()
        const where = place(t)
        const { locker, calls } = await page(where, two())
        const report = {
          ...none,
          added: ['entry/list', 'entry/same', 'profile/displayName', 'profile/theme'],
        }
        const before = await diskText(where)
        expect(await locker.restore(blob, secret, { dryRun: true })).to.deep.equal(report)
        expect(await diskText(where)).to.equal(before)
        expect(await locker.restore(blob, secret)).to.deep.equal(report)
        expect(calls).to.deep.equal([version ?? 0, version ?? 0])
        expect(field(locker, 'displayName')).to.equal('Bobby')
        expect(locker.get('theme')).to.equal('dark')
        expect(locker.entries.list()).to.deep.equal(['list', 'same'])
        expect(locker.entries.get('list')).to.deep.equal({ items: [1, 2] })
        await isOfTwo(where, passphrase, locker)
      })
    }

    t.test('where there is no locker, and the backup is of this version: nothing is brought up', async () => {
      const { locker: source } = await running({ displayName: 'Ann', visits: 3 })
      const where = place(t)
      const { locker, calls } = await page(where, two())
      const report = await locker.restore(await source.backup(), { passphrase: 'another one' })
      expect(report).to.deep.equal({ ...none, added: ['profile/displayName', 'profile/visits'] })
      expect(calls).to.deep.equal([])
      await isOfTwo(where, 'another one', locker)
    })

    t.test('one that cannot be brought up, and a value that its field refuses: nothing is made', async () => {
      const { locker: source } = await old()
      const blob = await source.backup()
      const boom = new Error('not today')
      const wrong: [Migrate, string][] = [
        [
          () => {
            throw boom
          },
          'unsupported_format',
        ],
        [(_, values) => ({ ...values, profile: { email: 'none' } }), 'invalid_field'],
      ]
      for (const [migrate, expected] of wrong) {
        const where = place(t)
        const { locker } = await page(where, two(migrate))
        const before = await diskText(where)
        expect(await code(() => locker.restore(blob, secret, { dryRun: true }))).to.equal(expected)
        expect(await code(() => locker.restore(blob, secret))).to.equal(expected)
        expect(locker.status.state).to.equal('absent')
        expect(await diskText(where)).to.equal(before)
      }
    })

    t.test('a backup of a newer version is refused, and nothing is touched', async () => {
      const { locker: source } = await running({ displayName: 'Ann' })
      const blob = await source.backup()
      const opens = { passphrase: 'another one' }
      for (const options of [one(), one(1)]) {
        const empty = place(t)
        const { locker: absent } = await page(empty, options)
        const nothing = await diskText(empty)
        for (const dryRun of [true, false])
          expect(await code(() => absent.restore(blob, opens, { dryRun }))).to.equal('unsupported_format')
        expect(absent.status.state).to.equal('absent')
        expect(await diskText(empty)).to.equal(nothing)
        const { where, locker } = await old(1)
        const before = await diskText(where)
        for (const mode of ['merge', 'replace'] as const)
          for (const dryRun of [true, false])
            expect(await code(() => locker.restore(blob, opens, { mode, dryRun }))).to.equal(
              'unsupported_format',
            )
        expect(await diskText(where)).to.equal(before)
        expect(locker.status).to.include({ state: 'unlocked', integrity: 'ok' })
      }
    })

    t.test(
      'merge of a backup that an old page made later: its news, in the form that is running',
      async () => {
        const { where, locker } = await old()
        locker[Symbol.dispose]()
        // A copy of the same locker, on another device, with which an old page goes on.
        const copied: Where = { ...where, storage: memoryStorage() }
        await writeDisk(copied, await readDisk(where))
        const { locker: here, calls } = await page(where, two())
        await here.unlock(secret, { cost })
        expect(calls).to.deep.equal([0])
        const { locker: late } = await page(copied, { ...one(1), channel: null })
        await late.unlock(secret, { cost })
        late.patch({ nickname: 'Robert' } as object)
        late.entries.put('list', [1, 2, 3])
        late.entries.put('new', 7)
        const blob = await late.backup()
        const report = {
          ...none,
          added: ['entry/new'],
          changed: ['entry/list', 'profile/displayName'],
          unchanged: ['entry/same', 'profile/theme'],
        }
        expect(await here.restore(blob, secret, { dryRun: true })).to.deep.equal(report)
        expect(await here.restore(blob, secret)).to.deep.equal(report)
        expect(calls).to.deep.equal([0, 1, 1])
        expect(field(here, 'displayName')).to.equal('Robert')
        expect(here.entries.get('list')).to.deep.equal({ items: [1, 2, 3] })
        expect(here.entries.list()).to.deep.equal(['list', 'new', 'same'])
        await isOfTwo(where, passphrase, here)
      },
    )

    t.test('merge of another locker’s, made later under version 1', async () => {
      const { where, locker } = await running({ displayName: 'Ann', visits: 10 })
      const { locker: source } = await old(1)
      const blob = await source.backup()
      const report = {
        ...none,
        added: ['entry/list', 'entry/same', 'profile/theme'],
        changed: ['profile/displayName'],
      }
      expect(await locker.restore(blob, secret, { dryRun: true })).to.deep.equal(report)
      expect(await locker.restore(blob, secret)).to.deep.equal(report)
      expect(field(locker, 'displayName')).to.equal('Bobby')
      expect(field(locker, 'visits')).to.equal(10)
      await isOfTwo(where, 'another one', locker)
    })

    t.test(
      'merge of an older backup: nothing of it comes in the old form, or takes a newer place',
      async () => {
        const { where, locker } = await old()
        const blob = await locker.backup()
        locker[Symbol.dispose]()
        const { locker: here } = await page(where, two())
        await here.unlock(secret, { cost })
        here.patch({ displayName: 'Bob' } as object)
        here.entries.delete('same')
        await here.flush()
        // As after the days for which deletions are kept.
        const disk = await readDisk(where)
        const kept = disk.records.filter(({ kind }) => kind !== 'gone')
        const other = await running({ displayName: 'Ann' })
        const report = await here.restore(blob, secret)
        expect(report).to.deep.equal({
          ...none,
          unchanged: ['entry/list', 'entry/same', 'profile/displayName', 'profile/theme'],
        })
        await isOfTwo(where, passphrase, here)
        // Into one that has seen nothing of it.
        const also = await other.locker.restore(blob, secret, { mode: 'merge' })
        expect(also).to.deep.equal({
          ...none,
          added: ['entry/list', 'entry/same', 'profile/theme'],
          unchanged: ['profile/displayName'],
        })
        expect(other.locker.entries.get('list')).to.deep.equal({ items: [1, 2] })
        expect(field(other.locker, 'displayName')).to.equal('Ann')
        await isOfTwo(other.where, 'another one', other.locker)
        // And where the deletions are forgotten.
        here.lock()
        await writeDisk(where, { ...disk, records: kept })
        await here.unlock(secret, { cost })
        await here.restore(blob, secret)
        expect(here.entries.list()).to.deep.equal(['list', 'same'])
        const ids = (await readDisk(where)).records.map(({ id }) => id)
        expect(ids).to.not.include('profile/nickname')
        expect(ids).to.not.include('entry/dropped')
      },
    )

    t.test(
      'what migrate makes of nothing takes no place here, and what it leaves out takes nothing away',
      async () => {
        const { where, locker } = await running({ visits: 10 })
        locker.entries.put('dropped', 'mine')
        await locker.flush()
        const withVisits: Migrate = (from, values) => {
          const { profile, entries } = toTwo(from, values)
          return { profile: { ...profile, visits: 1 }, entries }
        }
        locker[Symbol.dispose]()
        const again = await page(where, two(withVisits))
        await again.locker.unlock({ passphrase: 'another one' }, { cost })
        const { locker: source } = await old()
        const report = await again.locker.restore(await source.backup(), secret)
        expect(report).to.deep.include({ removed: [], changed: [], unchanged: ['profile/visits'] })
        expect(field(again.locker, 'visits')).to.equal(10)
        expect(again.locker.entries.get('dropped')).to.equal('mine')
        // Where all is replaced, exactly what it makes is there.
        const exact = await again.locker.restore(await source.backup(), secret, { mode: 'replace' })
        expect(exact).to.deep.include({ removed: ['entry/dropped'], changed: ['profile/visits'] })
        expect(field(again.locker, 'visits')).to.equal(1)
      },
    )

    for (const version of [undefined, 1]) {
      t.test(`replace by values of version ${version ?? 0}: brought up, and the number stays`, async () => {
        const { where, locker } = await running({ displayName: 'Ann', visits: 10 })
        const { locker: source } = await old(version)
        const blob = await source.backup()
        const report = {
          ...none,
          added: ['entry/list', 'entry/same', 'profile/theme'],
          changed: ['profile/displayName'],
          removed: ['profile/visits'],
        }
        expect(await locker.restore(blob, secret, { mode: 'replace', dryRun: true })).to.deep.equal(report)
        expect(await locker.restore(blob, secret, { mode: 'replace' })).to.deep.equal(report)
        expect(field(locker, 'displayName')).to.equal('Bobby')
        expect(locker.entries.get('list')).to.deep.equal({ items: [1, 2] })
        await isOfTwo(where, 'another one', locker)
      })
    }

    t.test('replace mends a number that does not open, instead of taking it away', async () => {
      const { where, locker } = await running({ displayName: 'Ann' })
      const blob = await locker.backup()
      locker.lock()
      const disk = await readDisk(where)
      for (const record of disk.records) if (record.id === 'schema/version') record.box.fill(0)
      await writeDisk(where, disk)
      await locker.unlock({ passphrase: 'another one' }, { cost })
      expect(locker.status.damaged).to.deep.equal(['schema/version'])
      const report = await locker.restore(blob, { passphrase: 'another one' }, { mode: 'replace' })
      expect(report).to.deep.equal({ ...none, unchanged: ['profile/displayName'] })
      await isOfTwo(where, 'another one', locker)
    })

    t.test('a page that has not heard of the newer version brings nothing into it', async () => {
      const { where, locker } = await old(1)
      const blob = await locker.backup()
      locker[Symbol.dispose]()
      const { locker: older } = await page(where, { ...one(1), channel: null })
      await older.unlock(secret, { cost })
      const { locker: newer } = await page(where, two())
      await newer.unlock(secret, { cost })
      const before = shown((await readDisk(where)).records)
      for (const mode of ['merge', 'replace'] as const)
        for (const dryRun of [true, false])
          expect(await code(() => older.restore(blob, secret, { mode, dryRun }))).to.equal(
            'unsupported_format',
          )
      expect(shown((await readDisk(where)).records)).to.equal(before)
    })
  })
}
