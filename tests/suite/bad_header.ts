/** Headers that somebody damaged, or that nobody should obey. The disk is never changed by them. */
import { expect } from 'chai'
import { makeLocker } from '../reference/locker.ts'
import type { Header, Kdf, Slot } from '../reference/shapes.ts'
import { disturbed, flipped, garbage, readDisk, shown, type Where, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, deviceKeys, madeOnDisk, openLocker, passphrase, settled } from './help.ts'

type Change = (header: Header) => Header

const slotOf = (header: Header) => header.slots[0] as Slot
const withSlot = (change: (slot: Slot) => object): Change => {
  return (header) => ({ ...header, slots: [{ ...slotOf(header), ...change(slotOf(header)) } as Slot] })
}
const withKdf = (change: object): Change => withSlot((slot) => ({ kdf: { ...slot.kdf, ...change } }))

/** One change for every byte of the fields the header's mac alone protects: they open, read-only. */
function macOnly(header: Header): [string, Change][] {
  const out: [string, Change][] = []
  for (let i = 0; i < 32; i++) {
    out.push([`mac byte ${i}`, (h) => ({ ...h, mac: flipped(h.mac, i * 8 + (i % 8)) })])
  }
  for (const field of ['rev', 'created'] as const) {
    for (let i = 0; i < 6; i++)
      out.push([`${field} byte ${i}`, (h) => ({ ...h, [field]: h[field] + 256 ** i })])
  }
  for (let i = 0; i < 4; i++) out.push([`epoch byte ${i}`, (h) => ({ ...h, epoch: h.epoch + 256 ** i })])
  for (const field of ['tenant', 'name'] as const) {
    for (let i = 0; i < header[field].length; i++) {
      out.push([`${field} letter ${i}`, (h) => ({ ...h, [field]: swapped(h[field], i) })])
    }
  }
  const { label } = slotOf(header)
  for (let i = 0; i < label.length; i++) {
    out.push([`slot label letter ${i}`, withSlot((slot) => ({ label: swapped(slot.label, i) }))])
  }
  for (let i = 0; i < 6; i++) {
    out.push([`slot created byte ${i}`, withSlot((slot) => ({ created: slot.created + 256 ** i }))])
  }
  out.push(['a slot twice', (h) => ({ ...h, slots: [...h.slots, slotOf(h)] })])
  return out
}

/** One change for every byte the slot itself protects: nothing opens. */
function slotBound(header: Header): [string, Change][] {
  const out: [string, Change][] = []
  for (const field of ['locker_id', 'key_id'] as const) {
    for (let i = 0; i < 16; i++) {
      out.push([`${field} byte ${i}`, (h) => ({ ...h, [field]: flipped(h[field], i * 8 + (i % 8)) })])
    }
  }
  for (const field of ['id', 'nonce', 'wrapped'] as const) {
    for (let i = 0; i < slotOf(header)[field].length; i++) {
      const change = withSlot((slot) => ({ [field]: flipped(slot[field], i * 8 + (i % 8)) }))
      out.push([`slot ${field} byte ${i}`, change])
    }
    const length = slotOf(header)[field].length
    out.push([`slot ${field} shorter`, withSlot((slot) => ({ [field]: slot[field].slice(0, length - 1) }))])
    out.push([
      `slot ${field} longer`,
      withSlot((slot) => ({ [field]: Uint8Array.from([...slot[field], 0]) })),
    ])
  }
  for (let i = 0; i < 'device'.length; i++) {
    out.push([`slot kind letter ${i}`, withSlot((slot) => ({ kind: swapped(slot.kind, i) }))])
  }
  out.push(['slot kind passphrase', withSlot(() => ({ kind: 'passphrase' }))])
  const { alg } = slotOf(header).kdf
  for (let i = 0; i < alg.length; i++) out.push([`kdf alg letter ${i}`, withKdf({ alg: swapped(alg, i) })])
  out.push(['no slot', (h) => ({ ...h, slots: [] })])
  return out
}

function swapped(text: string, at: number): string {
  const letter = text[at] === 'q' ? 'w' : 'q'
  return text.slice(0, at) + letter + text.slice(at + 1)
}

export function suite(t: SuiteContext): void {
  t.describe('any one byte of the header', () => {
    t.test(
      'that the mac protects: opens read-only, integrity header',
      async () => {
        const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
        for (const [what, change] of macOnly(made.header)) {
          const bad = { ...made.disk, header: change(made.header) }
          await writeDisk(where, bad, deviceKeys(made, device))
          const locker = openLocker(t, where, { unlock: 'device' })
          const { state, integrity, readOnly, error } = await settled(locker)
          expect({ state, integrity, readOnly }, `${what} ${error}`).to.deep.equal({
            state: 'unlocked',
            integrity: 'header',
            readOnly: true,
          })
          expect(locker.get('username'), what).to.equal('ann')
          expect(await code(() => locker.set('username', 'eve')), what).to.equal('read_only')
          expect(await code(() => locker.update('username', () => 'eve')), what).to.equal('read_only')
          locker[Symbol.dispose]()
          expect(shown(await readDisk(where)), `${what}: the disk is as it was`).to.equal(shown(bad))
        }
      },
      { timeout: 60_000 },
    )

    t.test(
      'that the slot protects: stays shut, and says so',
      async () => {
        const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
        for (const [what, change] of slotBound(made.header)) {
          const bad = { ...made.disk, header: change(made.header) }
          await writeDisk(where, bad, deviceKeys(made, device))
          const locker = openLocker(t, where, { unlock: 'device' })
          const { state, error } = await settled(locker)
          expect(state, what).to.be.oneOf(['failed', 'locked'])
          expect(String((error as { code?: string } | undefined)?.code), what).to.be.oneOf([
            'wrong_secret',
            'tampered',
            'unsupported',
            'absent',
            // A kind or a KDF this version does not know may be a newer version's.
            'unsupported_format',
          ])
          expect(locker.get('username'), what).to.equal('')
          locker[Symbol.dispose]()
          expect(shown(await readDisk(where)), `${what}: the disk is as it was`).to.equal(shown(bad))
        }
      },
      { timeout: 60_000 },
    )
  })

  t.describe('with a passphrase slot', () => {
    async function refused(where: Where, header: unknown, disk: { root: unknown; records: unknown[] }) {
      await writeDisk(where, { ...disk, header })
      const before = shown(await readDisk(where))
      const locker = openLocker(t, where, { unlock: 'ask' })
      const status = await settled(locker)
      const started = performance.now()
      const own = (status.error as { code?: string } | undefined)?.code
      const answer = status.state === 'failed' ? String(own) : await code(() => locker.unlock({ passphrase }))
      const ms = performance.now() - started
      locker[Symbol.dispose]()
      expect(shown(await readDisk(where)), 'the disk is as it was').to.equal(before)
      return { answer, ms }
    }

    async function madeWithPassphrase() {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      return {
        where,
        made: await makeLocker({ ...where, passphrase, values: { 'profile/username': 'ann' } }),
      }
    }

    t.test('flipped salt, wrapped key and slot id: wrong_secret', async () => {
      const { where, made } = await madeWithPassphrase()
      const salt = (kdf: Kdf) => (kdf.alg === 'argon2id13' ? { salt: flipped(kdf.salt, 77) } : {})
      const changes: [string, Change][] = [
        ['salt', (h) => withKdf(salt(slotOf(h).kdf))(h)],
        ['wrapped', withSlot((slot) => ({ wrapped: flipped(slot.wrapped, 3) }))],
        ['id', withSlot((slot) => ({ id: flipped(slot.id, 120) }))],
        ['passes', withKdf({ passes: 3 })],
        ['memory_kib', withKdf({ memory_kib: 19_457 })],
      ]
      for (const [what, change] of changes) {
        const { answer } = await refused(where, change(made.header), made.disk)
        expect(answer, what).to.equal('wrong_secret')
      }
    })

    t.test('absurd KDF numbers: kdf_out_of_range, before memory or time is spent', async () => {
      const { where, made } = await madeWithPassphrase()
      const absurd: object[] = [
        { memory_kib: 262_145 },
        { memory_kib: 4_194_304 },
        { memory_kib: 2 ** 32 + 65_536 },
        { memory_kib: 2 ** 53 - 1 },
        { memory_kib: 19_455 },
        { memory_kib: 0 },
        { passes: 17 },
        { passes: 2 ** 31 },
        { passes: 1 },
        { passes: 0 },
      ]
      for (const numbers of absurd) {
        const { answer, ms } = await refused(where, withKdf(numbers)(made.header), made.disk)
        expect(answer, JSON.stringify(numbers)).to.equal('kdf_out_of_range')
        expect(ms, `${JSON.stringify(numbers)} took time`).to.be.lessThan(500)
      }
    })

    t.test('an unknown format: unsupported_format, nothing touched', async () => {
      const { where, made } = await madeWithPassphrase()
      for (const format of [2, 0, 1.5, 2 ** 40]) {
        const { answer } = await refused(where, { ...made.header, format }, made.disk)
        expect(answer, String(format)).to.equal('unsupported_format')
      }
      const future = { format: 2, anything: 'else' }
      expect((await refused(where, future, { root: 'new', records: made.disk.records })).answer).to.equal(
        'unsupported_format',
      )
      const locker = openLocker(t, where, { unlock: 'ask' })
      await settled(locker)
      expect(await code(() => locker.create({ passphrase }))).to.be.oneOf(['exists', 'unsupported_format'])
      const device = openLocker(t, where, { unlock: 'device' })
      const status = await settled(device)
      expect((status.error as { code?: string } | undefined)?.code).to.equal('unsupported_format')
      expect((await readDisk(where)).header).to.deep.equal(future)
    })
  })

  t.test(
    'a value of a wrong type in any field: a typed answer, the disk as it was',
    async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const changes: [string, unknown][] = []
      for (const value of garbage()) {
        for (const field of Object.keys(made.header) as (keyof Header)[]) {
          changes.push([field, { ...made.header, [field]: value }])
        }
        for (const field of Object.keys(slotOf(made.header)) as (keyof Slot)[]) {
          changes.push([`slot ${field}`, withSlot(() => ({ [field]: value }))(made.header)])
        }
        changes.push(['slots[0]', { ...made.header, slots: [value] }])
        if (value !== undefined) changes.push(['the header', value])
      }
      const before = shown(await readDisk(where))
      for (const [what, header] of changes) {
        const storage = disturbed(where.storage, { found: (found) => ({ ...found, header }) })
        const locker = openLocker(t, { ...where, storage }, { unlock: 'device' })
        const { state, error, integrity } = await settled(locker)
        const told = `${what} as ${shown(header).slice(0, 200)}: ${state} ${integrity} ${error}`
        if (state === 'unlocked') expect(integrity, told).to.equal('header')
        else {
          expect(state, told).to.be.oneOf(['failed', 'locked'])
          expect(error, told).to.have.property('name', 'LockerError')
          expect(error?.code, told).to.be.oneOf(['tampered', 'unsupported_format', 'wrong_secret'])
        }
        locker[Symbol.dispose]()
        expect(shown(await readDisk(where)), told).to.equal(before)
      }
    },
    { timeout: 120_000 },
  )
}
