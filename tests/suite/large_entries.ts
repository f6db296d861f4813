/** `entries.store` and `entries.load`: what does not fit into one record. */
import { LockerError } from '@kbve/locker'
import { expect } from 'chai'
import { openRecord, openRoot } from '../reference/record.ts'
import type { Bytes, SealedRecord } from '../reference/shapes.ts'
import { flipped, partsOf, readDisk, withSession } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker, lockerOn, madeOnDisk } from './help.ts'
import { faulty, partsOn, patterned, same, withoutSubtle } from './large_help.ts'

const MiB = 1 << 20

export function suite(t: SuiteContext): void {
  t.describe('values', () => {
    t.test('bytes of any size come back, here and in the next tab', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const sizes = [0, 65_536, 65_537, MiB - 1, MiB, MiB + 1, 3 * MiB + 5]
      for (const size of sizes) await locker.entries.store(`bytes ${size}`, patterned(size))
      const again = await lockerOn(t, where)
      for (const each of [locker, again]) {
        for (const size of sizes) await same(await each.entries.load(`bytes ${size}`), patterned(size))
      }
      expect(again.status).to.include({ integrity: 'ok', pending: 0 })
      expect(again.entries.list()).to.have.length(sizes.length)
    })

    t.test('a Blob comes back as a Blob of its type, an empty and a small one too', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      for (const size of [0, 5, 2 * MiB + 1])
        await locker.entries.store(`blob ${size}`, new Blob([patterned(size)], { type: 'image/png' }))
      const again = await lockerOn(t, where)
      for (const size of [0, 5, 2 * MiB + 1]) {
        const blob = await again.entries.load<Blob>(`blob ${size}`)
        expect(blob).to.be.instanceOf(Blob)
        expect(blob?.type).to.equal('image/png')
        await same(blob, patterned(size))
        expect(await again.entries.info(`blob ${size}`)).to.deep.equal({
          kind: 'blob',
          size,
          type: 'image/png',
          large: true,
        })
      }
    })

    t.test('JSON that does not fit into a record comes back, its characters whole', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      // Four bytes each, so that the border between two parts falls into a character for some of these.
      const value = ['', 'a', 'ab', 'abc'].map((start) => ({
        text: start + '😀'.repeat(300_000),
        n: [1, null],
      }))
      await locker.entries.store('json', value)
      expect(await (await lockerOn(t, where)).entries.load('json')).to.deep.equal(value)
    })

    t.test('a small one is an entry like any other, and load reads those of put', async () => {
      const { locker } = await freshLocker(t, t.disk())
      await locker.entries.store('small', { a: 1 })
      expect(locker.entries.get('small')).to.deep.equal({ a: 1 })
      expect(await locker.entries.info('small')).to.deep.equal({ kind: 'json', size: 7, large: false })
      await locker.entries.store('bytes', Uint8Array.of(1, 2))
      expect(locker.entries.get('bytes')).to.deep.equal(Uint8Array.of(1, 2))
      locker.entries.put('put', [1])
      expect(await locker.entries.load('put')).to.deep.equal([1])
      expect(await locker.entries.load('none')).to.equal(undefined)
      expect(await locker.entries.info('none')).to.equal(undefined)
    })

    t.test('get knows nothing of a large one, list and change do', async () => {
      const { locker } = await freshLocker(t, t.disk())
      const changed: string[] = []
      t.after(locker.on('change', ({ entries }) => void changed.push(...entries)))
      await locker.entries.store('large', patterned(MiB))
      expect(locker.entries.get('large')).to.equal(undefined)
      expect(locker.entries.list()).to.deep.equal(['large'])
      expect(changed).to.deep.equal(['large'])
    })

    t.test('over 64 MiB, and what JSON cannot say, is refused, and nothing is written', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const half = new Uint8Array(32 * MiB)
      const blob = new Blob([half, half, 'x'])
      expect(await failure(() => locker.entries.store('x', blob))).to.include({
        code: 'too_large',
        field: 'x',
      })
      expect(await code(() => locker.entries.store('x', { f: () => 1 }))).to.equal('not_serializable')
      expect(locker.entries.list()).to.deep.equal([])
      expect(await partsOn(where)).to.deep.equal([])
    })
  })

  t.describe('format', () => {
    t.test('parts are records of the format, sealed by WebCrypto or by the core', async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), {})
      const locker = await lockerOn(t, where)
      const value = patterned(MiB + 70_000)
      await locker.entries.store('subtle', value)
      await withoutSubtle(() => locker.entries.store('core', value))
      await withSession(where, async (session) => {
        const parts = await partsOf(session)
        const ids = await parts.ids()
        expect(ids).to.have.length(4)
        for (const id of ids) {
          const part = (await parts.get(id)) as SealedRecord
          const n = Number(id.slice(id.lastIndexOf('/') + 1))
          await same(await openRecord(made, part), value.subarray(n * MiB, (n + 1) * MiB))
        }
      })
      const manifest = (await readDisk(where)).records.find(({ id }) => id === 'entry/subtle')
      expect(manifest?.kind).to.equal('parts')
    })

    t.test('what one side sealed the other opens', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const value = patterned(2 * MiB + 70_000)
      await locker.entries.store('subtle', value)
      await withoutSubtle(() => locker.entries.store('core', value))
      const again = await lockerOn(t, where)
      await same(await again.entries.load('core'), value)
      await withoutSubtle(async () => same(await again.entries.load('subtle'), value))
    })

    t.test('the root counts what WebCrypto sealed', async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'entry/a': 1 })
      const locker = await lockerOn(t, where)
      const before = await openRoot(made, (await readDisk(where)).root)
      await locker.entries.store('large', patterned(5 * MiB))
      const after = await openRoot(made, (await readDisk(where)).root)
      expect(after.sealed - before.sealed).to.be.within(6, 9)
      expect(after.count).to.equal(2)
      expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
    })

    t.test(
      'a part missing, changed, or another one in its place: tampered, and the rest is well',
      async () => {
        const { where, locker } = await freshLocker(t, t.disk())
        await locker.entries.store('large', patterned(3 * MiB))
        locker.entries.put('other', 1)
        await locker.flush()
        const ids = await partsOn(where)
        const change = (work: (read: SealedRecord[]) => SealedRecord[]) =>
          withSession(where, async (session) => {
            const parts = await partsOf(session)
            const read = (await Promise.all(ids.map((id) => parts.get(id)))) as SealedRecord[]
            await parts.remove(ids)
            for (const part of work(read)) await parts.put(part)
            return read
          })
        const harms: ((read: SealedRecord[]) => SealedRecord[])[] = [
          (read) => read.slice(1),
          ([a, b, c]) =>
            [a, { ...(b as SealedRecord), box: flipped(b?.box as Bytes, 99) }, c] as SealedRecord[],
          ([a, b, c]) =>
            [a, { ...(c as SealedRecord), id: b?.id }, { ...(b as SealedRecord), id: c?.id }] as never,
          ([a, b, c]) => [a, b, { ...(c as SealedRecord), expires: 5 }] as SealedRecord[],
          () => [],
        ]
        for (const harm of harms) {
          const whole = await change(harm)
          const again = await lockerOn(t, where)
          expect(again.status).to.include({ state: 'unlocked', integrity: 'ok' })
          expect(await failure(() => again.entries.load('large'))).to.include({
            code: 'tampered',
            field: 'large',
          })
          expect(again.entries.get('other')).to.equal(1)
          again.lock()
          await withSession(where, async (session) => {
            const parts = await partsOf(session)
            for (const part of whole) await parts.put(part)
          })
        }
        await same(await (await lockerOn(t, where)).entries.load('large'), patterned(3 * MiB))
      },
    )
  })

  t.describe('progress and cancellation', () => {
    t.test('progress only rises, and ends at the whole', async () => {
      const { locker } = await freshLocker(t, t.disk())
      const total = 5 * MiB + 3
      for (const work of ['store', 'load'] as const) {
        const seen: number[] = []
        const onProgress = (progress: { done: number; total: number }) => {
          expect(progress.total).to.equal(total)
          seen.push(progress.done)
        }
        if (work === 'store') await locker.entries.store('x', patterned(total), { onProgress })
        else await locker.entries.load('x', { onProgress })
        expect(seen).to.deep.equal([1, 2, 3, 4, 5].map((n) => n * MiB).concat(total))
      }
    })

    t.test('given up at any part: the old value stays, and no part is left', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.entries.put('x', 'old')
      await locker.flush()
      for (let stop = 0; stop <= 3; stop++) {
        const abort = new AbortController()
        if (stop === 0) abort.abort()
        const onProgress = ({ done }: { done: number }) => done >= stop * MiB && abort.abort()
        const { signal } = abort
        expect(
          await code(() => locker.entries.store('x', patterned(3 * MiB), { signal, onProgress })),
        ).to.equal('aborted')
        expect(await partsOn(where), `stopped at ${stop}`).to.deep.equal([])
        expect(await locker.entries.load('x')).to.equal('old')
      }
      await locker.entries.store('x', patterned(3 * MiB))
      const abort = new AbortController()
      const { signal } = abort
      expect(
        await code(() => locker.entries.load('x', { signal, onProgress: () => abort.abort() })),
      ).to.equal('aborted')
      await same(await (await lockerOn(t, where)).entries.load('x'), patterned(3 * MiB))
    })

    t.test('locked in the middle: locked, nothing is shown, and no part is left for long', async () => {
      const { where, locker } = await freshLocker(t, t.disk(), { unlock: 'device' })
      const refused = await code(() =>
        locker.entries.store('x', patterned(4 * MiB), { onProgress: () => locker.lock() }),
      )
      expect(refused).to.equal('locked')
      expect((await lockerOn(t, where)).entries.list()).to.deep.equal([])
    })

    t.test(
      'no room in the middle, or for the record that names them: storage_full, nothing changed',
      async () => {
        const disk = t.disk()
        for (const fault of [{ put: 3 }, { transact: 2 }]) {
          const { storage, arm } = faulty(disk.storage())
          const { where, locker } = await freshLocker(t, { storage: () => storage })
          locker.entries.put('x', 'old')
          await locker.flush()
          arm(fault)
          expect(await code(() => locker.entries.store('x', patterned(4 * MiB)))).to.equal('storage_full')
          arm({})
          expect(await locker.entries.load('x')).to.equal('old')
          expect(await partsOn(where)).to.deep.equal([])
          await locker.entries.store('x', patterned(4 * MiB))
          await same(await locker.entries.load('x'), patterned(4 * MiB))
        }
      },
    )

    t.test('a storage without a place for parts says so', async () => {
      const inner = t.disk().storage()
      const bare = {
        notes: inner.notes,
        open: async (...args: Parameters<typeof inner.open>) => {
          const { parts: _, ...session } = withMethods(await inner.open(...args))
          return session
        },
      }
      const { locker } = await freshLocker(t, { storage: () => bare })
      expect(await code(() => locker.entries.store('x', patterned(MiB)))).to.equal('unsupported')
      await locker.entries.store('y', [1])
      expect(locker.entries.get('y')).to.deep.equal([1])
    })
  })

  t.test('a wrong argument is a TypeError', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const store = locker.entries.store as (...all: unknown[]) => Promise<void>
    for (const args of [
      [7, 1],
      ['', 1],
      ['x', 1, { expiresIn: -1 }],
      ['x', 1, { onProgress: 1 }],
    ]) {
      const error = await store(...args).catch((thrown: unknown) => thrown)
      expect(error, String(args)).to.be.instanceOf(TypeError)
      expect(error).to.not.be.instanceOf(LockerError)
    }
  })
}

/** A session's methods as an object of their own, so that one can be left out. */
function withMethods<S extends object>(session: S): S {
  const bound: Record<string, unknown> = {}
  for (const name in session) bound[name] = bindTo(session, name)
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(session)))
    if (name !== 'constructor') bound[name] ??= bindTo(session, name)
  return bound as S
}

function bindTo(session: object, name: string): unknown {
  const value = (session as Record<string, unknown>)[name]
  return typeof value === 'function' ? value.bind(session) : value
}
