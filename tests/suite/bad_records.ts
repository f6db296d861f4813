/** Records and roots that somebody damaged: set aside and named, while the rest opens. */
import { expect } from 'chai'
import { sealRecord } from '../reference/record.ts'
import type { SealedRecord } from '../reference/shapes.ts'
import { disturbed, flipped, garbage, readDisk, shown, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { deviceKeys, lockerOn, madeOnDisk, openLocker, settled } from './help.ts'

const byteFields = ['writer', 'nonce', 'box'] as const

/** Every way to turn one bit of a record over, one copy each, under ids of their own. */
function everyFlip(record: SealedRecord): SealedRecord[] {
  const out: SealedRecord[] = []
  for (const field of byteFields) {
    for (let bit = 0; bit < record[field].length * 8; bit++) {
      out.push({ ...record, [field]: flipped(record[field], bit) })
    }
  }
  for (let bit = 0; bit < 53; bit++) {
    const rev = Number(BigInt(record.rev) ^ (1n << BigInt(bit)))
    out.push({ ...record, rev })
  }
  for (let bit = 0; bit < 32; bit++) out.push({ ...record, epoch: (record.epoch ^ (1 << bit)) >>> 0 })
  out.push({ ...record, kind: 'bytes' }, { ...record, kind: 'gone' }, { ...record, expires: 1 })
  out.push({ ...record, expires: Date.now() + 3_600_000 })
  return out
}

function truncations(record: SealedRecord): SealedRecord[] {
  const out: SealedRecord[] = []
  for (const field of byteFields) {
    for (let length = 0; length < record[field].length; length++) {
      out.push({ ...record, [field]: record[field].slice(0, length) })
    }
    out.push({ ...record, [field]: Uint8Array.from([...record[field], 0]) })
  }
  return out
}

function wrongTypes(record: SealedRecord): unknown[] {
  const out: unknown[] = []
  for (const field of Object.keys(record) as (keyof SealedRecord)[]) {
    for (const value of garbage()) out.push({ ...record, [field]: value })
    const { [field]: _, ...without } = record
    out.push(without)
  }
  return out
}

export function suite(t: SuiteContext): void {
  /** Shows a locker `damage(record)`, each under an id of its own, and opens it once. */
  async function expectDamaged(damage: (record: SealedRecord) => unknown[]): Promise<void> {
    const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'whole', 'entry/whole': 1 })
    const version = { rev: made.disk.records[0]?.rev ?? 1, writer: made.writer }
    const count = damage(await sealRecord(made, 'entry/x', 'a secret', version)).length
    const broken = new Map<string, unknown>()
    for (let i = 0; i < count; i++) {
      const id = `entry/${i}`
      broken.set(id, damage(await sealRecord(made, id, 'a secret', version))[i])
    }
    expect(count).to.be.greaterThan(90)
    const storage = disturbed(where.storage, {
      found: (found) => ({ ...found, records: new Map([...found.records, ...broken]) }),
    })
    const locker = await lockerOn(t, { ...where, storage })
    const named = new Set(locker.status.damaged)
    const unnamed = [...broken].filter(([id]) => !named.has(id))
    expect(unnamed.map(shown), 'every damaged record is named').to.deep.equal([])
    expect([...named].sort(), 'and no other').to.deep.equal([...broken.keys()].sort())
    expect([...locker.entries.list()]).to.deep.equal(['whole'])
    expect(locker.get('username')).to.equal('whole')
    expect(locker.entries.get('whole')).to.equal(1)
    locker.set('username', 'goes on')
    await locker.flush()
    expect(locker.status.pending).to.equal(0)
  }

  t.describe('a record', () => {
    t.test('with any one bit of any of its fields turned over', () => expectDamaged(everyFlip), {
      timeout: 60_000,
    })
    t.test('cut off anywhere, or longer than it was', () => expectDamaged(truncations), { timeout: 60_000 })
    t.test('with a value of a wrong type in any field', () => expectDamaged(wrongTypes), { timeout: 60_000 })

    t.test('that is damaged can be set anew', async () => {
      const { where, made, device } = await madeOnDisk(t, t.disk(), {
        'profile/username': 'old',
        'entry/whole': 1,
      })
      const records = made.disk.records.map((r) =>
        r.id === 'profile/username' ? { ...r, box: flipped(r.box, 100) } : r,
      )
      await writeDisk(where, { ...made.disk, records }, deviceKeys(made, device))
      const locker = await lockerOn(t, where)
      expect(locker.status.damaged).to.deep.equal(['profile/username'])
      expect(locker.get('username')).to.equal('')
      locker.set('username', 'new')
      await locker.flush()
      const again = await lockerOn(t, where)
      expect(again.get('username')).to.equal('new')
      expect(again.status.damaged).to.deep.equal([])
    })
  })

  t.describe('the root', () => {
    /** Shows a locker each of these roots; none may pass for whole, and no value may be lost. */
    async function expectNoticed(roots: (root: SealedRecord) => unknown[]): Promise<void> {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'whole' })
      expect((await lockerOn(t, where)).status.integrity).to.equal('ok')
      const all = roots(made.disk.root)
      expect(all.length).to.be.greaterThan(20)
      for (const root of all) {
        const storage = disturbed(where.storage, { found: (found) => ({ ...found, root }) })
        const locker = openLocker(t, { ...where, storage }, { unlock: 'device' })
        const status = await settled(locker)
        const what = `${shown(root)} gave ${status.state} ${status.integrity}`
        expect(status.state, `${what} ${status.error}`).to.equal('unlocked')
        expect(status.integrity, what).to.equal('records')
        expect(locker.get('username'), what).to.equal('whole')
        locker[Symbol.dispose]()
      }
      expect((await readDisk(where)).records, 'the records are as they were').to.deep.equal(made.disk.records)
    }

    t.test(
      'with any one byte of any of its fields turned over',
      () => expectNoticed((root) => everyByte(root)),
      {
        timeout: 60_000,
      },
    )
    t.test('cut off', () => expectNoticed((root) => truncations(root).filter((_, i) => i % 7 === 0)), {
      timeout: 60_000,
    })
    t.test(
      'with a value of a wrong type in any field, or no root at all',
      () =>
        expectNoticed((root) => [
          ...wrongTypes(root).filter((_, i) => i % 3 === 0),
          null,
          'x',
          [],
          new Uint8Array(9),
        ]),
      { timeout: 60_000 },
    )
  })
}

function everyByte(root: SealedRecord): SealedRecord[] {
  const out: SealedRecord[] = []
  for (const field of byteFields) {
    for (let i = 0; i < root[field].length; i++) {
      out.push({ ...root, [field]: flipped(root[field], i * 8 + (i % 8)) })
    }
  }
  for (let i = 0; i < 6; i++) out.push({ ...root, rev: root.rev + 256 ** i })
  for (let i = 0; i < 4; i++) out.push({ ...root, epoch: root.epoch + 256 ** i })
  out.push({ ...root, kind: 'bytes' }, { ...root, expires: 1 }, { ...root, id: 'profile/username' })
  return out
}
