/** Large entries in backups: their parts go with them, out and in. */
import { expect } from 'chai'
import { another, changed, diskText, filled, nothing, secret } from './backup_help.ts'
import { partsOf, withSession } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, openLocker } from './help.ts'
import { faulty, partsOn, patterned, same } from './large_help.ts'
import { cost } from './slot_help.ts'

const film = patterned(2_500_000)

/** A locker with a large blob, and a small entry. */
async function withFilm(t: SuiteContext) {
  const kept = await filled(t)
  await kept.locker.entries.store('film', new Blob([film], { type: 'video/mp4' }))
  return kept
}

export function suite(t: SuiteContext): void {
  t.describe('large entries in a backup', () => {
    t.test('their parts stand between records and root; without any there is no such member', async () => {
      const { locker, where } = await withFilm(t)
      const file = JSON.parse(await (await locker.backup()).text())
      expect(Object.keys(file)).to.deep.equal(['format', 'header', 'records', 'parts', 'root', 'mac'])
      expect(file.parts.map(({ id }: { id: string }) => id)).to.deep.equal(await partsOn(where))
      expect(file.parts).to.have.length(3)
    })

    t.test('a part that is missing, or does not open: tampered, and it names the entry', async () => {
      const { locker, where } = await withFilm(t)
      const ids = await partsOn(where)
      await withSession(where, async (session) => {
        const parts = await partsOf(session)
        const part = (await parts.get(ids[2] as string)) as { box: Uint8Array }
        part.box[9] = (part.box[9] ?? 0) ^ 1
        await parts.put(part as Parameters<typeof parts.put>[0])
      })
      expect(await failure(() => locker.backup())).to.include({ code: 'tampered', field: 'film' })
      await withSession(where, async (session) => (await partsOf(session)).remove([ids[1] as string]))
      expect(await failure(() => locker.backup())).to.include({ code: 'tampered', field: 'film' })
    })

    t.test('what has expired and was swept is in no backup', async () => {
      let now = Date.now()
      const where = { storage: t.disk().storage(), tenant: 'default', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask', clock: () => now })
      await locker.ready
      await locker.create(secret, { cost })
      locker.entries.put('short', 1, { expiresIn: 60 })
      locker.entries.put('stays', 1)
      await locker.entries.store('film', film, { expiresIn: 60 })
      await locker.flush()
      now += 100_000
      const file = JSON.parse(await (await locker.backup()).text())
      expect(file.records.map(({ id }: { id: string }) => id)).to.deep.equal(['entry/stays'])
      expect(Object.keys(file)).to.have.length(5)
    })

    t.test('where there is no locker they come back, and a dry run writes none', async () => {
      const { locker } = await withFilm(t)
      const blob = await locker.backup()
      const { locker: fresh, where } = await nothing(t)
      await fresh.restore(blob, secret, { dryRun: true })
      expect(await partsOn(where)).to.deep.equal([])
      expect((await fresh.restore(blob, secret)).added).to.include('entry/film')
      const value = await fresh.entries.load('film')
      expect((value as Blob).type).to.equal('video/mp4')
      await same(value, film)
      fresh.lock()
      await fresh.unlock(secret)
      await same(await fresh.entries.load('film'), film)
      expect(fresh.status.integrity).to.equal('ok')
    })

    t.test('into another locker they are sealed anew, and what was there before goes', async () => {
      const { locker: source, where: from } = await withFilm(t)
      const { locker, where } = await another(t)
      await locker.entries.store('film', patterned(1_200_000))
      await locker.entries.store('own', patterned(1_100_000))
      await locker.flush()
      const blob = await source.backup()
      const before = await partsOn(where)
      await locker.restore(blob, secret, { mode: 'replace', dryRun: true })
      expect(await partsOn(where)).to.deep.equal(before)
      const report = await locker.restore(blob, secret, { mode: 'replace' })
      expect(report).to.deep.include({ removed: ['entry/own'] })
      expect(report.changed).to.deep.equal(['entry/film'])
      await same(await locker.entries.load('film'), film)
      expect(await locker.entries.info('film')).to.deep.include({ kind: 'blob', large: true })
      const after = await partsOn(where)
      expect(after).to.have.length(3)
      for (const id of after) expect([...before, ...(await partsOn(from))]).to.not.include(id)
      locker.lock()
      await locker.unlock({ passphrase: 'another one' })
      expect(locker.status.integrity).to.equal('ok')
      // The newer one stays, and nothing is left behind.
      const text = await diskText(where)
      expect((await locker.restore(blob, secret)).unchanged).to.include('entry/film')
      expect(await diskText(where)).to.equal(text)
      expect(await partsOn(where)).to.deep.equal(after)
    })

    t.test('into the same locker: those there stay, and those missing come back', async () => {
      const { locker, where } = await withFilm(t)
      const blob = await locker.backup()
      const ids = await partsOn(where)
      await withSession(where, async (session) => (await partsOf(session)).remove([ids[1] as string]))
      expect(await code(() => locker.entries.load('film'))).to.equal('tampered')
      await locker.restore(blob, secret)
      await same(await locker.entries.load('film'), film)
      expect(await partsOn(where)).to.deep.equal(ids)
    })

    t.test('one that fails leaves no part behind', async () => {
      const { locker: source } = await withFilm(t)
      const blob = await source.backup()
      const { locker, where } = await another(t)
      for (const change of [
        (file: { parts: unknown[] }) => file.parts.pop(),
        (file: { parts: unknown[] }) => file.parts.reverse(),
        (file: { parts?: unknown }) => delete file.parts,
      ]) {
        expect(await code(async () => locker.restore(await changed(blob, change), secret))).to.equal(
          'tampered',
        )
      }
      expect(await partsOn(where)).to.deep.equal([])
      const { storage, arm } = faulty(t.disk().storage())
      const full = { storage, tenant: 'default', name: t.name() }
      const other = openLocker(t, full, { unlock: 'ask' })
      await other.ready
      await other.create({ passphrase: 'another one' }, { cost })
      await other.flush()
      for (const fault of [{ put: 2 }, { transact: 2 }]) {
        arm(fault)
        expect(await code(() => other.restore(blob, secret))).to.equal('storage_full')
        arm({})
        expect(await partsOn(full)).to.deep.equal([])
      }
    })
  })
}
