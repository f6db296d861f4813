/** Backups: what goes into one, what comes out of it, and what is refused. */
import { expect } from 'chai'
import { readLocker } from '../reference/locker.ts'
import { fromBase64url } from '../reference/shapes.ts'
import { another, changed, diskText, filled, nothing, secret, values } from './backup_help.ts'
import { readDisk, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker, lockerOn, openLocker, passphrase } from './help.ts'
import { cost } from './slot_help.ts'

export function suite(t: SuiteContext): void {
  t.describe('backup', () => {
    t.test('is the format, holds what was handed over a moment ago, and no device slot', async () => {
      const { where, locker } = await filled(t)
      await locker.slots.add({ device: true })
      locker.set('last', 'just now')
      const blob = await locker.backup()
      expect(blob).to.be.instanceOf(Blob)
      expect(blob.type).to.equal('application/json')
      const text = await blob.text()
      const file = JSON.parse(text)
      expect(JSON.stringify(file)).to.equal(text)
      expect(Object.keys(file)).to.deep.equal(['format', 'header', 'records', 'root', 'mac'])
      expect(file.format).to.equal('kbve-locker/1')
      expect(file.header.slots.map((slot: { kind: string }) => slot.kind)).to.deep.equal(['passphrase'])
      expect(file.records.map((record: { id: string }) => record.id)).to.include.members([
        'profile/last',
        'entry/gone',
      ])
      expect(text).to.not.include('just now')
      expect(locker.status.pending).to.equal(0)
      expect((await readDisk(where)).header.slots).to.have.length(2)
    })

    t.test('another program opens it: header, records, root', async () => {
      const { locker } = await filled(t)
      const bytes = ['locker_id', 'key_id', 'salt', 'nonce', 'wrapped', 'mac', 'writer', 'box']
      const file = JSON.parse(await (await locker.backup()).text(), (key, value) =>
        bytes.includes(key) ? fromBase64url(value) : value,
      )
      for (const slot of file.header.slots) slot.id = fromBase64url(slot.id)
      const read = await readLocker(file, passphrase)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('ann')
      expect(read.values.get('entry/draft')).to.deep.equal({ text: 'ä\u2028', list: [1, null, -0.5] })
    })

    t.test('needs a locker that is open, and a slot that opens elsewhere', async () => {
      const { locker } = await filled(t)
      locker.lock()
      expect(await code(() => locker.backup())).to.equal('locked')
      const { locker: device } = await freshLocker(t, t.disk())
      const error = await failure(() => device.backup())
      expect(error.code).to.equal('no_portable_slot')
      await device.slots.add(secret, { cost })
      expect((await device.backup()).size).to.be.greaterThan(500)
    })

    t.test(
      'a damaged locker gives none: a record that does not open, one too few, an older root',
      async () => {
        const { where, locker } = await filled(t)
        await locker.slots.add({ device: true })
        await locker.flush()
        const older = await readDisk(where)
        locker.set('last', 'x')
        await locker.flush()
        const disk = await readDisk(where)
        const refused = async (wrong: Parameters<typeof writeDisk>[1], field?: string) => {
          await writeDisk(where, wrong)
          const error = await failure(() => locker.backup())
          expect(error.code).to.equal('tampered')
          expect(error.field).to.equal(field)
        }
        const flipped = structuredClone(disk.records)
        const draft = flipped.find((record) => record.id === 'entry/draft')
        if (draft) draft.box[0] = (draft.box[0] ?? 0) ^ 1
        await refused({ ...disk, records: flipped }, 'draft')
        await refused({ ...disk, records: disk.records.slice(1) })
        await refused(
          { ...disk, records: [...disk.records, { ...disk.records[0], id: 'entry/odd', rev: 'x' }] },
          'odd',
        )
        await refused({ ...disk, root: older.root })
        await writeDisk(where, disk)
        expect(await (await locker.backup()).text()).to.include('profile/last')
      },
    )
  })

  t.describe('where there is no locker', () => {
    t.test('restore makes it: same values, same secret, root and header above the old ones', async () => {
      const { where: from, locker } = await filled(t)
      const blob = await locker.backup()
      const { where, locker: fresh } = await nothing(t)
      expect(await fresh.restore(blob, secret)).to.deep.equal({
        added: ['entry/draft', 'entry/photo', 'profile/theme', 'profile/username'],
        changed: [],
        removed: [],
        unchanged: [],
        damaged: [],
        unfit: [],
      })
      expect(fresh.status).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(values(fresh)).to.deep.equal(values(locker))
      const [old, made] = [await readDisk(from), await readDisk(where)]
      expect(made.root.rev).to.be.greaterThan(old.root.rev)
      expect(made.header.rev).to.be.greaterThan(old.header.rev)
      expect(made.header.name).to.equal(where.name)
      expect(await readLocker(made, passphrase)).to.include({ macHolds: true, rootHolds: true })
      fresh.set('last', 'goes on')
      fresh.lock()
      await fresh.unlock(secret)
      expect(fresh.status).to.include({ integrity: 'ok', readOnly: false })
      expect(fresh.get('last')).to.equal('goes on')
    })

    t.test('a recovery code opens it as well, and every form of file is taken', async () => {
      const { locker } = await filled(t)
      const { code: recovery } = await locker.slots.add({ recovery: true })
      const blob = await locker.backup()
      const bytes = new Uint8Array(await blob.arrayBuffer())
      for (const file of [blob, bytes, bytes.buffer, await blob.text()]) {
        const { locker: fresh } = await nothing(t)
        await fresh.restore(file, { recovery })
        expect(values(fresh)).to.deep.equal(values(locker))
      }
    })

    t.test('where lockers open by themselves, this one does so from then on', async () => {
      const { locker } = await filled(t)
      const blob = await locker.backup()
      const { where, locker: fresh } = await nothing(t, 'device')
      await fresh.restore(blob, secret)
      expect((await fresh.slots.list()).map(({ kind }) => kind)).to.deep.equal(['passphrase', 'device'])
      fresh[Symbol.dispose]()
      const next = await lockerOn(t, where)
      expect(next.status.integrity).to.equal('ok')
      expect(next.get('username')).to.equal('ann')
    })

    t.test('a dry run says what would come and makes nothing', async () => {
      const { locker } = await filled(t)
      const blob = await locker.backup()
      const { where, locker: fresh } = await nothing(t)
      const before = await diskText(where)
      const report = await fresh.restore(blob, secret, { dryRun: true })
      expect(report.added).to.have.length(4)
      expect(fresh.status.state).to.equal('absent')
      expect(await diskText(where)).to.equal(before)
      expect(await code(() => fresh.restore(blob, { passphrase: 'no' }, { dryRun: true }))).to.equal(
        'wrong_secret',
      )
    })

    t.test('one that is given up or fails makes nothing', async () => {
      const { locker } = await filled(t)
      const blob = await locker.backup()
      const { where, locker: fresh } = await nothing(t)
      const before = await diskText(where)
      expect(await code(() => fresh.restore(blob, { passphrase: 'no' }))).to.equal('wrong_secret')
      expect(fresh.status.state).to.equal('absent')
      const abort = new AbortController()
      const given = fresh.restore(blob, secret, { signal: abort.signal })
      setTimeout(() => abort.abort(), 5)
      expect(await code(() => given)).to.equal('aborted')
      expect(fresh.status.state).to.equal('absent')
      expect(await diskText(where)).to.equal(before)
    })
  })

  t.describe('what is no backup', () => {
    t.test('is told apart, and nothing is changed', async () => {
      const { locker } = await filled(t)
      const { where, locker: other } = await another(t)
      other.set('username', 'bob')
      await other.flush()
      const before = await diskText(where)
      const blob = await locker.backup()
      const text = await blob.text()
      const refusal = (file: Parameters<typeof other.restore>[0]) => code(() => other.restore(file, secret))
      for (const cut of [0, 1, 20, 300, text.length >> 1, text.length - 2, text.length - 1])
        expect(await refusal(text.slice(0, cut)), `cut at ${cut}`).to.equal('tampered')
      for (const foreign of ['[]', 'null', '{"a":1}', '{"format":3}', '<html>', '\u0000'])
        expect(await refusal(foreign), foreign).to.equal('tampered')
      expect(await refusal(Uint8Array.of(0xff, 0xfe))).to.equal('tampered')
      expect(await refusal(`\ufeff${text}`)).to.equal('tampered')
      expect(await refusal(new Blob([text, '}']))).to.equal('tampered')
      const format = (change: Parameters<typeof changed>[1]) => changed(blob, change).then(refusal)
      expect(await format((file) => (file.format = 'kbve-locker/2'))).to.equal('unsupported_format')
      expect(await format((file) => (file.header.format = 2))).to.equal('unsupported_format')
      expect(await format((file) => (file.header.slots[0].kdf.memory_kib = 1e9))).to.equal('kdf_out_of_range')
      expect(await format((file) => (file.extra = 1))).to.equal('tampered')
      expect(await format((file) => file.records.push(file.records[0]))).to.equal('tampered')
      expect(await refusal(text.replace('"epoch":', '"epoch":1,"epoch":'))).to.equal('tampered')
      expect(await refusal(text.replace(/"rev":(\d+)/, '"rev":$1.0'))).to.equal('tampered')
      expect(await refusal(`[${'[],'.repeat(100_000)}[]]`)).to.equal('tampered')
      expect(await refusal(new Blob(Array(257).fill(new Uint8Array(1 << 20))))).to.equal('too_large')
      expect(await code(() => other.restore(text, { passphrase: 'no' }))).to.equal('wrong_secret')
      expect(await code(() => other.restore(text, { recovery: '014D2' }))).to.equal('invalid_field')
      expect(await diskText(where)).to.equal(before)
      expect(other.get('username')).to.equal('bob')
      expect(other.status).to.include({ state: 'unlocked', integrity: 'ok' })
    })

    t.test('whatever was changed in one after it was made is noticed', async () => {
      const { locker } = await filled(t)
      const blob = await locker.backup()
      const { locker: other } = await another(t)
      const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
      const changes: Parameters<typeof changed>[1][] = [
        (file) => (file.mac = flip(file.mac)),
        (file) => (file.header.mac = flip(file.header.mac)),
        (file) => (file.header.rev += 1),
        (file) => (file.header.slots[0].label = 'Mine'),
        (file) => (file.records[0].box = flip(file.records[0].box)),
        (file) => (file.records[0].rev += 1),
        (file) => (file.records[0].expires = 1),
        (file) => file.records.pop(),
        (file) => file.records.reverse(),
        (file) => (file.root.nonce = flip(file.root.nonce)),
      ]
      for (const change of changes) {
        const text = await changed(blob, change)
        expect(await code(() => other.restore(text, secret)), String(change)).to.equal('tampered')
      }
    })

    t.test('wrong arguments are TypeErrors; a locked locker is not overwritten', async () => {
      const { where, locker } = await filled(t)
      const blob = await locker.backup()
      const mistake = async (...args: unknown[]) => {
        const restore = locker.restore as (...all: unknown[]) => Promise<unknown>
        const error = await restore(...args).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error, String(args)).to.be.instanceOf(TypeError)
      }
      await mistake(7, secret)
      await mistake(blob, {})
      await mistake(blob, { device: true })
      await mistake(blob, secret, { mode: 'add' })
      await mistake(blob, secret, { dryRun: 1 })
      const waiting = openLocker(t, where, { unlock: 'ask' })
      await waiting.ready
      expect(await code(() => waiting.restore(blob, secret, { mode: 'replace' }))).to.equal('locked')
    })
  })
}
