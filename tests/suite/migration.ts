/** Values of an earlier version of the application, and of a later one. */
import { createLocker, type Migrate } from '@kbve/locker'
import { expect } from 'chai'
import { flipped, leaveInJournal, readDisk, spied, type Where, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, failure, freshLocker, lockerOn, openLocker, settled, until } from './help.ts'
import { patterned } from './large_help.ts'

const schema = { displayName: { type: 'string' }, visits: { type: 'number' } } as const
type Options = NonNullable<Parameters<typeof createLocker>[0]>

/** Renames a field, makes numbers of texts, splits an entry and drops another. */
const toTwo: Migrate = (from, { profile, entries }) => {
  const { nickname = '', ...rest } = profile
  const { both, dropped: _, ...others } = entries as { both?: string[]; dropped?: unknown }
  const [one, two] = both ?? []
  return {
    profile: { ...rest, displayName: nickname, visits: from + 1 },
    entries: { ...others, ...(both ? { one, two } : {}) },
  }
}

export function suite(t: SuiteContext): void {
  /** What version 1 left behind. */
  async function old(options: Options = {}, storage = t.disk().storage()): Promise<Where> {
    const where = { storage, tenant: 'test', name: t.name() }
    const made = createLocker({
      ...where,
      schema: { nickname: { type: 'string' }, level: { type: 'number' } },
      ...(options as { version?: number }),
    })
    t.after(() => made[Symbol.dispose]())
    await settled(made as unknown as AnyLocker)
    made.patch({ nickname: 'Bobby', level: 7, theme: 'dark' })
    made.entries.put('both', ['a', 'b'])
    made.entries.put('dropped', 1)
    made.entries.put('bytes', Uint8Array.of(1, 2))
    made.entries.put('dated', 'soon', { expiresIn: 3_600 })
    await made.entries.store('large', patterned(70_000))
    await made.flush()
    made[Symbol.dispose]()
    return where
  }

  const asTwo = (migrate: Migrate = toTwo, version = 2) =>
    ({ schema, version, migrate }) as unknown as Options

  t.test('fields and entries have their new form when the locker is open, and keep it', async () => {
    const where = await old()
    const calls: number[] = []
    const migrate: Migrate = (from, values) => {
      calls.push(from)
      expect(values.profile).to.deep.equal({ nickname: 'Bobby', level: 7, theme: 'dark' })
      expect(Object.keys(values.entries).sort()).to.deep.equal(['both', 'bytes', 'dated', 'dropped'])
      return toTwo(from, values)
    }
    const locker = createLocker({ ...where, schema, version: 2, migrate })
    t.after(() => locker[Symbol.dispose]())
    const seen: unknown[] = []
    t.after(
      locker.subscribe(() => {
        if (locker.status.state === 'unlocked') seen.push(locker.get('displayName'))
      }),
    )
    await locker.ready
    await until('it is open', () => locker.status.state === 'unlocked')
    expect(new Set(seen), 'no earlier form is ever shown').to.deep.equal(new Set(['Bobby']))
    const name: string = locker.get('displayName')
    expect(name).to.equal('Bobby')
    expect(locker.get('visits')).to.equal(1)
    expect(locker.get('theme')).to.equal('dark')
    expect(locker.entries.list()).to.deep.equal(['bytes', 'dated', 'large', 'one', 'two'])
    expect(locker.status).to.deep.include({ integrity: 'ok', damaged: [], pending: 0 })
    const again = await lockerOn(t, where, asTwo())
    expect(again.entries.get('two')).to.equal('b')
    expect(await again.entries.load('large')).to.deep.equal(patterned(70_000))
    expect(calls).to.deep.equal([0])
  })

  t.test('what stays the same is not sealed again, and what expires still does', async () => {
    const where = await old({ version: 1 } as Options)
    const before = await readDisk(where)
    await lockerOn(t, where, asTwo())
    const after = await readDisk(where)
    const rev = (disk: typeof after, id: string) => disk.records.find((r) => r.id === id)
    for (const id of ['profile/theme', 'profile/level', 'entry/bytes', 'entry/dated', 'entry/large'])
      expect(rev(after, id), id).to.deep.equal(rev(before, id))
    expect(rev(after, 'profile/nickname')?.kind).to.equal('gone')
    expect(rev(after, 'schema/version')?.rev).to.be.greaterThan(rev(before, 'schema/version')?.rev ?? 0)
  })

  t.test('version 1 is told as 1; without migrate the values stay as they are', async () => {
    const where = await old({ version: 1 } as Options)
    let told: number | undefined
    await lockerOn(
      t,
      where,
      asTwo((from, values) => {
        told = from
        return values
      }),
    )
    expect(told).to.equal(1)
    const three = await lockerOn(t, where, { version: 3 })
    expect(three.entries.get('both')).to.deep.equal(['a', 'b'])
  })

  t.test('a new locker has the version it was made with, and nothing is migrated', async () => {
    const never: Migrate = () => {
      throw new Error('there is nothing to migrate')
    }
    const { where, locker } = await freshLocker(t, t.disk(), asTwo(never))
    locker.set('theme', 'dark')
    await locker.flush()
    expect((await lockerOn(t, where, asTwo(never))).get('theme')).to.equal('dark')
  })

  t.test(
    'a function that fails, or returns no values: unsupported_format, and nothing has changed',
    async () => {
      const where = await old()
      const before = await readDisk(where)
      const boom = new Error('not today')
      const wrong: [Migrate, unknown][] = [
        [
          () => {
            throw boom
          },
          boom,
        ],
        [(() => undefined) as unknown as Migrate, undefined],
        [(async (_: number, values: unknown) => values) as unknown as Migrate, undefined],
        [(() => ({ profile: {} })) as unknown as Migrate, undefined],
      ]
      for (const [migrate, cause] of wrong) {
        const locker = openLocker(t, where, asTwo(migrate))
        const status = await settled(locker)
        expect(status).to.include({ state: 'failed' })
        expect(status.error).to.include({ code: 'unsupported_format' })
        if (cause) expect((status.error as Error).cause).to.equal(cause)
        expect(await failure(() => locker.unlock({ device: true }))).to.include({
          code: 'unsupported_format',
        })
        expect(await readDisk(where)).to.deep.equal(before)
        locker[Symbol.dispose]()
      }
      expect((await lockerOn(t, where, asTwo())).get('theme')).to.equal('dark')
    },
  )

  t.test('a value that breaks a field’s rule is refused by name, and nothing has changed', async () => {
    const where = await old()
    const before = await readDisk(where)
    const locker = openLocker(
      t,
      where,
      asTwo((_, values) => ({ ...values, profile: { ...values.profile, email: 'none' } })),
    )
    expect((await settled(locker)).error).to.include({ code: 'invalid_field', field: 'email' })
    expect(await readDisk(where)).to.deep.equal(before)
  })

  t.test('several tabs at once: it is done once', async () => {
    const where = await old()
    const calls: number[] = []
    const migrate: Migrate = (from, values) => {
      calls.push(from)
      return toTwo(from, values)
    }
    const tabs = await Promise.all([1, 2, 3, 4].map(() => lockerOn(t, where, asTwo(migrate))))
    expect(calls).to.deep.equal([0])
    for (const tab of tabs) {
      expect(tab.entries.get('one')).to.equal('a')
      expect(tab.status.integrity).to.equal('ok')
    }
  })

  t.test('an older page does not open it any more, and one that is open stops', async () => {
    const where = await old()
    const older = await lockerOn(t, where)
    const told: string[] = []
    t.after(older.on('error', (error) => void told.push(error.code)))
    const newer = await lockerOn(t, where, asTwo())
    await until('the older page knows', () => older.status.state === 'failed')
    expect(older.status.error).to.include({ code: 'unsupported_format' })
    expect(told).to.deep.equal(['unsupported_format'])
    expect(await failure(() => older.set('theme', 'light'))).to.include({ code: 'unsupported_format' })
    const before = await readDisk(where)
    for (const options of [{}, { version: 1 }]) {
      const status = await settled(openLocker(t, where, options))
      expect(status).to.include({ state: 'failed' })
      expect(status.error).to.include({ code: 'unsupported_format' })
    }
    expect(await readDisk(where)).to.deep.equal(before)
    newer.set('theme', 'light')
    expect(newer.get('theme')).to.equal('light')
  })

  t.test('what a killed tab left in its journal is brought up, too', async () => {
    const spy = spied(t.disk().storage())
    const where = await old({}, spy.storage)
    const before = await readDisk(where)
    const writer = await lockerOn(t, where, {
      schema: { nickname: { type: 'string' } },
    } as unknown as Options)
    const from = spy.appended.length
    ;(writer.set as (name: string, value: string) => void)('nickname', 'Robert')
    await writer.flush()
    writer[Symbol.dispose]()
    // As if it had been killed before it was applied.
    await writeDisk(where, before)
    await leaveInJournal(where, [{ records: spy.appended.slice(from) }])
    const locker = await lockerOn(t, where, asTwo())
    expect((locker.profile as unknown as { displayName: string }).displayName).to.equal('Robert')
  })

  t.test(
    'where the number itself does not open, values are shown as they are and none is changed',
    async () => {
      const where = await old({ version: 1 } as Options)
      const disk = await readDisk(where)
      const records = disk.records.map((r) =>
        r.id === 'schema/version' ? { ...r, box: flipped(r.box, 9) } : r,
      )
      await writeDisk(where, { ...disk, records })
      const locker = await lockerOn(t, where, asTwo())
      expect(locker.status.damaged).to.deep.equal(['schema/version'])
      expect(locker.entries.get('both')).to.deep.equal(['a', 'b'])
      await locker.flush()
      expect((await readDisk(where)).records).to.deep.equal(records)
    },
  )

  t.test('mistakes in the options are a TypeError', () => {
    const make = createLocker as (options: unknown) => unknown
    for (const options of [{ version: 0 }, { version: 1.5 }, { version: '2' }, { migrate: toTwo }])
      expect(() => make(options), JSON.stringify(options)).to.throw(TypeError)
    expect(() => make({ version: 2, migrate: {} })).to.throw(TypeError)
  })
}
