/** Restoring into a locker that is open: merged with what is there, or in its place. */
import { expect } from 'chai'
import { another, diskText, filled, isWhole, nothing, secret, values } from './backup_help.ts'
import { readDisk, shown, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, openLocker, passphrase, until } from './help.ts'
import { cost } from './slot_help.ts'

const none = { added: [], changed: [], removed: [], unchanged: [], damaged: [], unfit: [] }

export function suite(t: SuiteContext): void {
  t.describe('the same locker', () => {
    t.test('merge: what was written since stays, what was lost comes back as it was', async () => {
      const { locker } = await filled(t)
      const blob = await locker.backup()
      locker.set('username', 'newer')
      locker.entries.put('new', 1)
      locker.entries.delete('photo')
      await locker.flush()
      expect(await locker.restore(blob, secret)).to.deep.equal({
        ...none,
        unchanged: ['entry/draft', 'entry/photo', 'profile/theme', 'profile/username'],
      })
      expect(locker.get('username')).to.equal('newer')
      expect(locker.entries.get('photo')).to.equal(undefined)
      // The same with the backup's own copy of the locker, on another disk.
      const { locker: copy } = await nothing(t)
      await copy.restore(blob, secret)
      copy.entries.delete('draft')
      await copy.flush()
      expect((await copy.restore(blob, secret)).unchanged).to.include('entry/draft')
      expect(copy.entries.get('draft')).to.equal(undefined)
    })

    t.test('merge after an older disk: newer records are carried over, to the byte', async () => {
      const { where, locker } = await filled(t)
      await locker.flush()
      const old = await readDisk(where)
      locker.set('username', 'newer')
      locker.entries.put('new', [1])
      locker.entries.delete('draft')
      const blob = await locker.backup()
      const sealed = await readDisk(where)
      locker.lock()
      await writeDisk(where, old)
      const back = openLocker(t, where, { unlock: 'ask' })
      await back.ready
      await back.unlock(secret)
      expect(back.get('username')).to.equal('ann')
      const heard: string[] = []
      back.on('change', ({ fields, entries }) => heard.push(...fields, ...entries))
      expect(await back.restore(blob, secret)).to.deep.equal({
        ...none,
        added: ['entry/new'],
        changed: ['profile/username'],
        removed: ['entry/draft'],
        unchanged: ['entry/photo', 'profile/theme'],
      })
      expect(heard.sort()).to.deep.equal(['draft', 'new', 'username'])
      expect(back.get('username')).to.equal('newer')
      expect((await readDisk(where)).records).to.deep.equal(sealed.records)
      expect((await readDisk(where)).root.rev).to.be.greaterThan(sealed.root.rev)
      expect(await isWhole(where, passphrase)).to.equal(true)
    })

    t.test('replace: exactly the backup, and what came since is deleted', async () => {
      const { where, locker } = await filled(t)
      const shown = values(locker)
      const blob = await locker.backup()
      locker.patch({ username: 'newer', last: 'new' })
      locker.entries.put('new', 1)
      locker.entries.put('draft', { other: true })
      locker.entries.delete('photo')
      await locker.flush()
      const { root } = await readDisk(where)
      const dry = await diskText(where)
      const report = {
        ...none,
        added: ['entry/photo'],
        changed: ['entry/draft', 'profile/username'],
        removed: ['entry/new', 'profile/last'],
        unchanged: ['profile/theme'],
      }
      expect(await locker.restore(blob, secret, { mode: 'replace', dryRun: true })).to.deep.equal(report)
      expect(await diskText(where)).to.equal(dry)
      expect(await locker.restore(blob, secret, { mode: 'replace' })).to.deep.equal(report)
      expect(values(locker)).to.deep.equal(shown)
      expect((await readDisk(where)).root.rev).to.be.greaterThan(root.rev)
      expect(await isWhole(where, passphrase)).to.equal(true)
      locker.lock()
      await locker.unlock(secret)
      expect(locker.status).to.include({ integrity: 'ok' })
      expect(values(locker)).to.deep.equal(shown)
      expect((await locker.restore(blob, secret, { mode: 'replace' })).unchanged).to.have.length(4)
    })

    t.test('replace mends: records that do not open go, and integrity is ok again', async () => {
      const { where, locker } = await filled(t)
      const blob = await locker.backup()
      locker.entries.put('later', 1)
      await locker.flush()
      locker.lock()
      const disk = await readDisk(where)
      const records = structuredClone(disk.records).filter(({ id }) => id !== 'profile/theme')
      for (const record of records) {
        if (record.id === 'entry/later' || record.id === 'entry/draft') record.box.fill(0)
      }
      await writeDisk(where, { ...disk, records: [...records, { ...records[0], id: 'entry/odd', rev: 'x' }] })
      await locker.unlock(secret)
      expect(locker.status.integrity).to.equal('records')
      expect([...locker.status.damaged].sort()).to.deep.equal(['entry/draft', 'entry/later', 'entry/odd'])
      // Merging mends what it brings a version of, and does not vouch for the rest.
      await locker.restore(blob, secret)
      expect(locker.status.integrity).to.equal('records')
      expect([...locker.status.damaged].sort()).to.deep.equal(['entry/later', 'entry/odd'])
      await locker.restore(blob, secret, { mode: 'replace' })
      expect(locker.status).to.deep.include({ integrity: 'ok', damaged: [] })
      expect(locker.get('theme')).to.equal('dark')
      locker.lock()
      await locker.unlock(secret)
      expect(locker.status).to.deep.include({ integrity: 'ok', damaged: [] })
      expect(locker.entries.list()).to.deep.equal(['draft', 'photo'])
      expect(await isWhole(where, passphrase)).to.equal(true)
    })
  })

  t.describe('another locker', () => {
    t.test('merge: the newer version wins, and is sealed as a new one under the keys here', async () => {
      const { where, locker } = await another(t)
      locker.patch({ username: 'bob', last: 'own' })
      locker.entries.put('own', 1)
      const { locker: source } = await filled(t)
      const blob = await source.backup()
      locker.set('theme', 'light')
      await locker.flush()
      const { root } = await readDisk(where)
      expect(await locker.restore(blob, secret)).to.deep.equal({
        ...none,
        added: ['entry/draft', 'entry/photo'],
        changed: ['profile/username'],
        unchanged: ['profile/theme'],
      })
      expect(values(locker)).to.deep.include({ username: 'ann', last: 'own', theme: 'light' })
      expect(locker.entries.get('photo')).to.deep.equal(Uint8Array.of(0, 255, 7))
      expect((await readDisk(where)).root.rev).to.be.greaterThan(root.rev)
      expect(await isWhole(where, 'another one')).to.equal(true)
      // Once more there is nothing to do, and nothing is written.
      const before = await diskText(where)
      expect((await locker.restore(blob, secret)).unchanged).to.have.length(4)
      expect(await diskText(where)).to.equal(before)
      expect(await code(() => locker.unlock(secret))).to.equal('wrong_secret')
    })

    t.test(
      'a deletion that is newer deletes, an older one does not, and one of nothing is nothing',
      async () => {
        const { locker } = await another(t)
        locker.entries.put('gone', 'older')
        await locker.flush()
        const { locker: source } = await filled(t)
        const blob = await source.backup()
        const report = await locker.restore(blob, secret)
        expect(report.removed).to.deep.equal(['entry/gone'])
        locker.entries.put('gone', 'newer')
        expect((await locker.restore(blob, secret)).removed).to.deep.equal([])
        expect(locker.entries.get('gone')).to.equal('newer')
      },
    )

    t.test('replace: exactly the values of the backup', async () => {
      const { where, locker } = await another(t)
      locker.patch({ username: 'bob', last: 'own' })
      locker.entries.put('own', 1)
      const { locker: source } = await filled(t)
      const report = await locker.restore(await source.backup(), secret, { mode: 'replace' })
      expect(report.removed).to.deep.equal(['entry/own', 'profile/last'])
      expect(values(locker)).to.deep.equal(values(source))
      expect(await isWhole(where, 'another one')).to.equal(true)
    })

    t.test('dates of expiry go with their values, and what has expired is not brought back', async () => {
      let now = Date.now()
      const clock = () => now
      const from = openLocker(t, { storage: t.disk().storage(), name: t.name() }, { unlock: 'ask', clock })
      await from.ready
      await from.create(secret, { cost })
      from.entries.put('short', 's', { expiresIn: 60 })
      from.entries.put('long', 'l', { expiresIn: 6_000 })
      const blob = await from.backup()
      const into = openLocker(t, { storage: t.disk().storage(), name: t.name() }, { unlock: 'ask', clock })
      await into.ready
      await into.create({ passphrase: 'another one' }, { cost })
      now += 100_000
      expect((await into.restore(blob, secret)).added).to.deep.equal(['entry/long'])
      expect(into.entries.list()).to.deep.equal(['long'])
      now += 6_000_000
      expect(into.entries.list()).to.deep.equal([])
    })

    t.test('fields that this application does not have, or refuses, are named and left out', async () => {
      const { locker } = await another(t)
      locker.set('email', 'bob@example.com')
      const schema = { nickname: { type: 'string' }, level: { type: 'number' } } as const
      const from = openLocker(t, { storage: t.disk().storage(), name: t.name() }, {
        unlock: 'ask',
        schema,
        validate: false,
      } as object)
      await from.ready
      await from.create(secret, { cost })
      from.patch({ nickname: 'n', level: 3, email: 'no address', username: 'ann' } as object)
      const blob = await from.backup()
      for (const mode of ['merge', 'replace'] as const) {
        const report = await locker.restore(blob, secret, { mode })
        expect([...report.unfit].sort()).to.deep.equal(['profile/email', 'profile/level', 'profile/nickname'])
        expect(locker.profile).to.include({ username: 'ann', email: 'bob@example.com' })
      }
    })

    t.test('a second tab shows it', async () => {
      const { where, locker } = await another(t)
      const tab = openLocker(t, where, { unlock: 'ask' })
      await tab.ready
      await tab.unlock({ passphrase: 'another one' })
      tab.entries.put('own', 1)
      await tab.flush()
      await until('the first has it', () => locker.entries.list().includes('own'))
      const { locker: source } = await filled(t)
      await locker.restore(await source.backup(), secret, { mode: 'replace' })
      await until('the second tab has it', () => tab.get('username') === 'ann')
      expect(values(tab)).to.deep.equal(values(source))
      tab.set('last', 'after')
      await tab.flush()
      expect(tab.status.integrity).to.equal('ok')
    })

    t.test('given up or locked in the middle, nothing is changed', async () => {
      const { where, locker } = await another(t)
      locker.set('username', 'bob')
      await locker.flush()
      const { locker: source } = await filled(t)
      const blob = await source.backup()
      const disk = await readDisk(where)
      const before = shown({ header: disk.header, records: disk.records })
      const abort = new AbortController()
      const given = locker.restore(blob, secret, { signal: abort.signal })
      setTimeout(() => abort.abort(), 5)
      expect(await code(() => given)).to.equal('aborted')
      const shut = locker.restore(blob, secret)
      setTimeout(() => locker.lock(), 5)
      expect(await code(() => shut)).to.equal('locked')
      // Locking has the root written once more, for the witness.
      const { header, records } = await readDisk(where)
      expect(shown({ header, records })).to.equal(before)
    })
  })
}
