/** Keyslots: what opens a locker is listed, added, removed and replaced, and other programs agree about it. */
import type { LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import { defaultCost, floorCost } from '../reference/keys.ts'
import { makeLocker, readLocker } from '../reference/locker.ts'
import { writeCode } from '../reference/recovery.ts'
import { type Header, randomBytes } from '../reference/shapes.ts'
import { deviceKeyName } from './device_key.ts'
import { flipped, readDisk, type Where, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import {
  type AnyLocker,
  code,
  deviceKeys,
  failure,
  freshLocker,
  lockerOn,
  openLocker,
  passphrase,
  until,
} from './help.ts'

const cost = { memoryKib: floorCost.memory_kib, passes: floorCost.passes }

/** The same storage, whose transactions end as `with` says where keys are among what is written. */
function withoutKeys(inner: LockerStorage, failing: () => never): LockerStorage {
  return {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      const transact: typeof session.transact = (ids, fn, rest) =>
        session.transact(
          ids,
          (found) => {
            const changes = fn(found)
            const stored = [...(changes?.keys ?? [])].some(([, key]) => key !== null)
            return stored ? failing() : changes
          },
          rest,
        )
      return new Proxy(session, {
        get: (target, name) => {
          if (name === 'transact') return transact
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

export function suite(t: SuiteContext): void {
  function place(): Where {
    return { storage: t.disk().storage(), tenant: 'test', name: t.name() }
  }

  async function created(where = place()): Promise<{ where: Where; locker: AnyLocker }> {
    const locker = openLocker(t, where, { unlock: 'ask' })
    await locker.ready
    await locker.create({ passphrase }, { cost })
    locker.set('username', 'ann')
    await locker.flush()
    return { where, locker }
  }

  async function headerOf(where: Where): Promise<Header> {
    return (await readDisk(where)).header
  }

  const kinds = async (locker: AnyLocker) => (await locker.slots.list()).map((slot) => slot.kind)

  async function asked(where: Where): Promise<AnyLocker> {
    const locker = openLocker(t, where, { unlock: 'ask' })
    await locker.ready
    return locker
  }

  t.describe('recovery code', () => {
    t.test('added, seen once, opens as it was written down and as people type it', async () => {
      const { where, locker } = await created()
      const { code: paper, ...info } = await locker.slots.add({ recovery: true })
      expect(paper).to.match(
        /^[0-7][0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{5}){4}-[0-9A-HJKMNP-TV-Z][0-9A-Z*~$=]$/,
      )
      expect(info).to.include({ kind: 'recovery', label: 'Recovery code' })
      expect(JSON.stringify(await locker.slots.list())).to.not.include(paper)
      const typed = [
        paper,
        paper.toLowerCase(),
        paper.replaceAll('-', ''),
        ` ${paper.replaceAll('-', ' – ')}\n`,
        paper.replaceAll('1', 'l').replaceAll('0', 'o'),
      ]
      for (const text of typed) {
        locker.lock()
        await locker.unlock({ recovery: text })
        expect(locker.get('username'), text).to.equal('ann')
      }
      const read = await readLocker(await readDisk(where), { recovery: paper })
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.values.get('profile/username')).to.equal('ann')
      expect(read.root.header_rev).to.equal(read.opened.header.rev)
    })

    t.test('what cannot be a code is told before any key work, and the locker stays as it was', async () => {
      const { locker } = await created()
      const { code: paper } = await locker.slots.add({ recovery: true })
      locker.lock()
      const other = paper.startsWith('0') ? '1' : '0'
      const wrong = [
        [other + paper.slice(1), /check symbol/],
        [paper.slice(0, -1), /missing/],
        [`${paper}0`, /too many/],
        [`!${paper.slice(1)}`, /symbol/],
      ] as const
      for (const [text, message] of wrong) {
        const error = await failure(() => locker.unlock({ recovery: text }))
        expect(error, text).to.include({ code: 'invalid_field', field: 'recovery' })
        expect(error.message).to.match(message).and.not.include(text.slice(2, 8))
        expect(locker.status.state).to.equal('locked')
      }
      expect(await code(() => locker.unlock({ recovery: writeCode(randomBytes(16)) }))).to.equal(
        'wrong_secret',
      )
      expect(locker.status.state).to.equal('locked')
      await locker.unlock({ recovery: paper })
      expect(locker.status.state).to.equal('unlocked')
      // On an open locker it is a check, as with a passphrase.
      expect(await code(() => locker.unlock({ recovery: writeCode(randomBytes(16)) }))).to.equal(
        'wrong_secret',
      )
      await locker.unlock({ recovery: paper })
    })

    t.test('the reference makes a locker with one, the locker opens it and goes on', async () => {
      const where = place()
      const paper = writeCode(randomBytes(16))
      const made = await makeLocker({ ...where, recovery: paper, values: { 'profile/username': 'ann' } })
      await writeDisk(where, made.disk)
      const locker = await asked(where)
      expect(await kinds(locker)).to.deep.equal(['recovery'])
      await locker.unlock({ recovery: paper })
      expect(locker.status).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(locker.get('username')).to.equal('ann')
      await locker.slots.add({ passphrase }, { cost })
      locker.set('theme', 'dark')
      await locker.flush()
      for (const secret of [passphrase, { recovery: paper }]) {
        const read = await readLocker(await readDisk(where), secret)
        expect(read).to.include({ macHolds: true, rootHolds: true })
        expect(read.values.get('profile/theme')).to.equal('dark')
      }
    })
  })

  t.describe('the list', () => {
    t.test('names every slot and nothing secret, open and locked', async () => {
      const { where, locker } = await created()
      const before = Date.now()
      const added = await locker.slots.add({ device: true }, { label: 'Büro' })
      await locker.slots.add({ recovery: true })
      const open = await locker.slots.list()
      expect(open.map(({ kind, label }) => `${kind} ${label}`)).to.deep.equal([
        'passphrase Passphrase',
        'device Büro',
        'recovery Recovery code',
      ])
      for (const slot of open) expect(Object.keys(slot)).to.deep.equal(['id', 'kind', 'label', 'created'])
      expect(open[1]).to.deep.equal(added)
      expect(added.created).to.be.within(before, Date.now())
      locker.lock()
      const states: string[] = []
      t.after(locker.on('status', ({ state }) => void states.push(state)))
      expect(await locker.slots.list()).to.deep.equal(open)
      expect(await (await asked(where)).slots.list()).to.deep.equal(open)
      expect(states).to.deep.equal([])
    })

    t.test('is empty where there is no locker, and the rest is refused while it is not open', async () => {
      const where = place()
      const locker = await asked(where)
      expect(await locker.slots.list()).to.deep.equal([])
      await locker.create({ passphrase }, { cost })
      const [slot] = await locker.slots.list()
      const id = slot?.id ?? ''
      locker.lock()
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('locked')
      expect(await code(() => locker.slots.remove(id))).to.equal('locked')
      expect(await code(() => locker.slots.change(id, { recovery: true }))).to.equal('locked')
      locker[Symbol.dispose]()
      expect(await code(() => locker.slots.list())).to.equal('storage_closed')
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('storage_closed')
    })
  })

  t.describe('changes', () => {
    t.test('each is one revision of the header, and the root knows it', async () => {
      const { where, locker } = await created()
      const rev = (await headerOf(where)).rev
      const { id } = await locker.slots.add({ recovery: true })
      expect((await headerOf(where)).rev).to.equal(rev + 1)
      await locker.slots.remove(id)
      expect((await headerOf(where)).rev).to.equal(rev + 2)
      const read = await readLocker(await readDisk(where), passphrase)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.root.header_rev).to.equal(rev + 2)
      expect(read.values.get('profile/username')).to.equal('ann')
    })

    t.test('a passphrase: the new one opens, the old one does not, the name it was given stays', async () => {
      const { where, locker } = await created()
      const { id } = await locker.slots.add({ passphrase: 'second' }, { cost, label: 'at work' })
      const changed = await locker.slots.change(id, { passphrase: 'third' }, { cost })
      expect(changed).to.include({ kind: 'passphrase', label: 'at work' })
      expect(changed.id).to.not.equal(id)
      expect(await kinds(locker)).to.deep.equal(['passphrase', 'passphrase'])
      const again = await asked(where)
      expect(await code(() => again.unlock({ passphrase: 'second' }, { cost }))).to.equal('wrong_secret')
      await again.unlock({ passphrase: 'third' }, { cost })
      expect(again.get('username')).to.equal('ann')
      expect(await code(() => locker.slots.change(id, { passphrase: 'x' }, { cost }))).to.equal('absent')
    })

    t.test('the only slot: changed yes, removed no', async () => {
      const { where, locker } = await created()
      const [only] = await locker.slots.list()
      const before = await headerOf(where)
      expect(await code(() => locker.slots.remove(only?.id ?? ''))).to.equal('last_slot')
      expect(await headerOf(where)).to.deep.equal(before)
      const { code: paper = '', kind } = await locker.slots.change(only?.id ?? '', { recovery: true })
      expect(kind).to.equal('recovery')
      expect(await kinds(locker)).to.deep.equal(['recovery'])
      locker.lock()
      expect(await code(() => locker.unlock({ passphrase }))).to.equal('wrong_secret')
      await locker.unlock({ recovery: paper })
      // What was refused left nothing behind in the core either.
      locker.set('theme', 'dark')
      await locker.flush()
      expect((await readLocker(await readDisk(where), { recovery: paper })).rootHolds).to.equal(true)
    })

    t.test(
      'a device slot: opens by itself from then on; removed, its key is gone and another secret opens',
      async () => {
        const { where, locker } = await created()
        const { id } = await locker.slots.add({ device: true })
        expect((await lockerOn(t, where)).get('username')).to.equal('ann')
        const slot = (await headerOf(where)).slots.find(({ kind }) => kind === 'device')
        const key = () => withSession(where, (session) => session.key(slot ? deviceKeyName(slot) : ''))
        expect(await key()).to.not.equal(undefined)
        await locker.slots.remove(id)
        expect(await key()).to.equal(undefined)
        const again = openLocker(t, where, { unlock: 'device' })
        expect(await again.ready).to.include({ state: 'locked', reason: 'no-device-key' })
        await again.unlock({ passphrase }, { cost })
      },
    )

    t.test('one that is not there, wrong arguments, and a signal', async () => {
      const { where, locker } = await created()
      const before = await headerOf(where)
      expect(await code(() => locker.slots.remove('A'.repeat(22)))).to.equal('absent')
      expect(await code(() => locker.slots.change('A'.repeat(22), { recovery: true }))).to.equal('absent')
      const signal = AbortSignal.abort()
      expect(await code(() => locker.slots.add({ passphrase: 'x' }, { signal, cost }))).to.equal('aborted')
      expect(await code(() => locker.slots.add({ recovery: true }, { signal }))).to.equal('aborted')
      expect(await code(() => locker.slots.add({ passphrase: 'x' }, { cost: { passes: 1 } }))).to.equal(
        'kdf_out_of_range',
      )
      const wrong = [
        () => locker.slots.remove('x'),
        () => locker.slots.add({ recovery: 'yes' } as never),
        () => locker.slots.add({ passphrase: '' }),
        () => locker.slots.add({ passkey: { rpId: 'localhost' } } as never),
        () => locker.slots.add(undefined as never),
        () => locker.slots.add({ recovery: true }, { label: 'ä'.repeat(129) }),
        () => locker.unlock({ recovery: '' }),
        () => locker.unlock({ passkey: 'yes' } as never),
        () => locker.create({ recovery: 'x' } as never),
      ]
      for (const call of wrong) {
        const error = await Promise.resolve(call()).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error, String(call)).to.be.instanceOf(TypeError)
      }
      expect(await headerOf(where)).to.deep.equal(before)
    })

    t.test(
      'passkeys are unsupported where there are none, and nothing else changes',
      async () => {
        const { locker } = await created()
        const passkey = { rpId: 'localhost', user: { name: 'ann', displayName: 'Ann' } }
        expect(await code(() => locker.slots.add({ passkey }))).to.equal('unsupported')
        expect(await kinds(locker)).to.deep.equal(['passphrase'])
        locker.lock()
        expect(await code(() => locker.unlock({ passkey: true }))).to.equal('wrong_secret')
        expect(locker.status.state).to.equal('locked')
      },
      { only: ['node'] },
    )

    t.test('64 and no more', async () => {
      const { where, locker } = await created()
      for (let i = 1; i < 64; i++) await locker.slots.add({ device: true }, { label: `${i}` })
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('too_large')
      const left = await headerOf(where)
      expect(left.slots).to.have.length(64)
      expect((await readLocker(await readDisk(where), passphrase)).rootHolds).to.equal(true)
    })
  })

  t.describe('two tabs', () => {
    t.test('one adds, the other goes on with it: epochs, roots and its own changes', async () => {
      const { where, locker } = await created()
      const other = await asked(where)
      await other.unlock({ passphrase }, { cost })
      const first = await locker.slots.add({ recovery: true })
      const second = await other.slots.add({ recovery: true })
      expect(await kinds(locker)).to.deep.equal(['passphrase', 'recovery', 'recovery'])
      const third = await locker.slots.add({ recovery: true })
      await other.slots.remove((await other.slots.change(third.id, { recovery: true })).id)
      await other.slots.remove(first.id)
      locker.set('theme', 'dark')
      await locker.flush()
      const disk = await readDisk(where)
      const read = await readLocker(disk, { recovery: second.code })
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.root.header_rev).to.equal(disk.header.rev)
    })

    t.test(
      'the other hears of it, so that an older header in its place is known for what it is',
      async () => {
        const { where, locker } = await created()
        const other = await asked(where)
        await other.unlock({ passphrase }, { cost })
        const { header: old } = await readDisk(where)
        await locker.slots.add({ recovery: true })
        await new Promise((resolve) => setTimeout(resolve, 300))
        await writeDisk(where, { ...(await readDisk(where)), header: old })
        expect(await code(() => other.slots.add({ recovery: true }))).to.equal('tampered')
      },
    )

    t.test('both change at once: no change is lost', async () => {
      const { where, locker } = await created()
      const other = await asked(where)
      await other.unlock({ passphrase }, { cost })
      const [added, removed] = [
        await locker.slots.add({ device: true }),
        await locker.slots.add({ device: true }),
      ]
      await Promise.all([
        locker.slots.add({ recovery: true }),
        other.slots.add({ passphrase: 'other' }, { cost }),
        other.slots.remove(removed.id),
        locker.slots.change(added.id, { recovery: true }),
      ])
      expect((await kinds(other)).sort()).to.deep.equal(['passphrase', 'passphrase', 'recovery', 'recovery'])
      expect(await readLocker(await readDisk(where), 'other')).to.include({ macHolds: true, rootHolds: true })
    })

    t.test('a tab that unlocks while slots change ends open, with what is there', async () => {
      const { where, locker } = await created()
      const other = await asked(where)
      const opening = other.unlock({ passphrase }, { cost })
      for (let i = 0; i < 5; i++) await locker.slots.add({ recovery: true })
      await opening
      expect(other.status).to.include({ state: 'unlocked', integrity: 'ok' })
      expect(await kinds(other)).to.have.length(6)
    })
  })

  t.describe('when something is wrong', () => {
    t.test('a header that was changed: read_only, and nothing is written', async () => {
      const { where, locker } = await created()
      locker[Symbol.dispose]()
      const disk = await readDisk(where)
      const header = { ...disk.header, mac: flipped(disk.header.mac, 3) }
      await writeDisk(where, { ...disk, header })
      const again = await asked(where)
      await again.unlock({ passphrase })
      expect(again.status).to.include({ state: 'unlocked', integrity: 'header', readOnly: true })
      const [slot] = await again.slots.list()
      expect(await code(() => again.slots.add({ recovery: true }))).to.equal('read_only')
      expect(await code(() => again.slots.remove(slot?.id ?? ''))).to.equal('read_only')
      // Nor does the upgrade of a cheap passphrase write there.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await headerOf(where)).to.deep.equal(header)
    })

    t.test('an older header put in place of the present one is not built upon', async () => {
      const { where, locker } = await created()
      const old = await readDisk(where)
      await locker.slots.add({ recovery: true })
      const disk = await readDisk(where)
      await writeDisk(where, { ...disk, header: old.header })
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('tampered')
      expect((await headerOf(where)).rev).to.equal(old.header.rev)
      await writeDisk(where, disk)
      await locker.slots.add({ recovery: true })
      expect(await kinds(locker)).to.have.length(3)
    })

    t.test('a locker that was destroyed or replaced elsewhere', async () => {
      const { where, locker } = await created()
      const gone = await readDisk(where)
      const made = await makeLocker({ ...where, passphrase, values: {} })
      await writeDisk(where, made.disk)
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('conflict')
      await writeDisk(where, gone)
      await locker.destroy()
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('locked')
    })

    t.test('a browser that cannot keep a CryptoKey: unsupported, and the other slots go on', async () => {
      const failures = [
        new DOMException('no keys here', 'DataCloneError'),
        new Error('as a storage tells it', { cause: new DOMException('no keys here', 'DataCloneError') }),
      ]
      for (const cause of failures) {
        const where = place()
        const storage = withoutKeys(where.storage, () => {
          throw cause
        })
        const device = openLocker(t, { ...where, storage }, { unlock: 'device' })
        const status = await device.ready
        expect(status.state).to.equal('failed')
        expect(status.error).to.include({ code: 'unsupported' })
        expect(status.error?.message).to.match(/passphrase/)
        await device.create({ passphrase }, { cost })
        expect(await code(() => device.slots.add({ device: true }))).to.equal('unsupported')
        await device.slots.add({ recovery: true })
        expect(await kinds(device)).to.deep.equal(['passphrase', 'recovery'])
        device.set('theme', 'dark')
        await device.flush()
        expect(await readLocker(await readDisk(where), passphrase)).to.include({
          macHolds: true,
          rootHolds: true,
        })
      }
    })

    t.test('locked in the middle: nothing is written', async () => {
      const { where, locker } = await created()
      const before = await headerOf(where)
      const adding = code(() => locker.slots.add({ passphrase: 'x' }, { cost }))
      locker.lock()
      expect(await adding).to.equal('locked')
      expect(await headerOf(where)).to.deep.equal(before)
    })
  })

  t.describe('a passphrase that costs less than is usual', () => {
    const kdfOf = async (where: Where) => (await headerOf(where)).slots[0]?.kdf
    const usual = { alg: 'argon2id13', ...defaultCost, lanes: 1 }

    async function cheap() {
      const where = place()
      const made = await makeLocker({ ...where, passphrase, values: { 'profile/username': 'ann' } })
      await writeDisk(where, made.disk)
      return { where, made }
    }

    t.test('is wrapped anew behind an unlocking that succeeded', async () => {
      const { where, made } = await cheap()
      const locker = await asked(where)
      expect(await code(() => locker.unlock({ passphrase: 'wrong' }))).to.equal('wrong_secret')
      await locker.unlock({ passphrase })
      await until('it is wrapped anew', async () => (await headerOf(where)).rev > made.header.rev)
      expect(await kdfOf(where)).to.include(usual)
      const slots = (await headerOf(where)).slots
      expect(slots).to.have.length(1)
      expect(slots[0]).to.include({ label: made.header.slots[0]?.label })
      const read = await readLocker(await readDisk(where), passphrase)
      expect(read).to.include({ macHolds: true, rootHolds: true })
      expect(read.opened.rootKey).to.deep.equal(made.rootKey)
      const again = await asked(where)
      await again.unlock({ passphrase })
      expect(again.get('username')).to.equal('ann')
      expect((await headerOf(where)).rev).to.equal(made.header.rev + 1)
    })

    t.test('stays where the application says so, and is never made cheaper', async () => {
      const { where, made } = await cheap()
      const locker = await asked(where)
      await locker.unlock({ passphrase }, { cost })
      locker.lock()
      await locker.unlock({ passphrase }, { cost: { memoryKib: cost.memoryKib, passes: 3 } })
      await until('it has three passes', async () => (await headerOf(where)).rev > made.header.rev)
      expect(await kdfOf(where)).to.include({ memory_kib: cost.memoryKib, passes: 3 })
      locker.lock()
      await locker.unlock({ passphrase }, { cost })
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect((await headerOf(where)).rev).to.equal(made.header.rev + 1)
    })

    t.test('stays in the session in which the application chose it', async () => {
      const { where, locker } = await created()
      const before = await headerOf(where)
      locker.lock()
      await locker.unlock({ passphrase })
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(await headerOf(where)).to.deep.equal(before)
    })
  })

  t.test('a locker with device and recovery slots of the reference is listed and cut down', async () => {
    const where = place()
    const paper = writeCode(randomBytes(16))
    const device = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
    const made = await makeLocker({ ...where, recovery: paper, device, values: { 'profile/theme': 'dark' } })
    await writeDisk(where, made.disk, deviceKeys(made, device))
    const locker = await lockerOn(t, where)
    const [recovery, own] = await locker.slots.list()
    expect([recovery?.label, own?.label]).to.deep.equal(['On paper', 'This device'])
    await locker.slots.remove(recovery?.id ?? '')
    expect(await code(() => locker.slots.remove(own?.id ?? ''))).to.equal('last_slot')
    locker.lock()
    expect(await code(() => locker.unlock({ recovery: paper }))).to.equal('wrong_secret')
    await locker.unlock({ device: true })
    expect(locker.get('theme')).to.equal('dark')
  })

  t.test('a fresh device locker gains a passphrase and loses its device slot', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const [device] = await locker.slots.list()
    await locker.slots.add({ passphrase }, { cost })
    await locker.slots.remove(device?.id ?? '')
    const again = await asked(where)
    expect(await code(() => again.unlock({ device: true }))).to.equal('wrong_secret')
    expect(again.status).to.include({ state: 'locked', reason: 'no-device-key' })
    await again.unlock({ passphrase }, { cost })
  })
}
