/** Keyslots: what opens a locker is listed, added, removed and replaced, and other programs agree about it. */
import { expect } from 'chai'
import { makeLocker, readLocker } from '../reference/locker.ts'
import { writeCode } from '../reference/recovery.ts'
import { randomBytes } from '../reference/shapes.ts'
import { deviceKeyName } from './device_key.ts'
import { readDisk, withSession, writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, deviceKeys, failure, freshLocker, lockerOn, openLocker, passphrase, until } from './help.ts'
import { asked, cost, created, headerOf, kinds, place } from './slot_help.ts'

export function suite(t: SuiteContext): void {
  t.describe('recovery code', () => {
    t.test('added, seen once, opens as it was written down and as people type it', async () => {
      const { where, locker } = await created(t)
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
      const { locker } = await created(t)
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
      const where = place(t)
      const paper = writeCode(randomBytes(16))
      const made = await makeLocker({ ...where, recovery: paper, values: { 'profile/username': 'ann' } })
      await writeDisk(where, made.disk)
      const locker = await asked(t, where)
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
      const { where, locker } = await created(t)
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
      expect(await (await asked(t, where)).slots.list()).to.deep.equal(open)
      expect(states).to.deep.equal([])
    })

    t.test('whoever listens hears of every change of them, in every tab, open or locked', async () => {
      const disk = t.disk()
      const { where, locker } = await freshLocker(t, disk)
      const [open, shut] = [
        await lockerOn(t, { ...where, storage: disk.storage() }),
        openLocker(t, { ...where, storage: disk.storage() }, { unlock: 'ask' }),
      ]
      await shut.ready
      const heard = { here: 0, open: 0, shut: 0 }
      locker.on('slots', () => void heard.here++)
      open.on('slots', () => void heard.open++)
      const told: Promise<string[]>[] = []
      const kinds = async () => (await shut.slots.list()).map(({ kind }) => kind)
      shut.on('slots', () => {
        heard.shut++
        told.push(kinds())
      })
      const { id } = await locker.slots.add({ recovery: true })
      await until('all have heard', () => Object.values(heard).every((times) => times === 1))
      expect(await told[0]).to.deep.equal(['device', 'recovery'])
      await open.slots.remove(id)
      await until('all have heard again', () => Object.values(heard).every((times) => times === 2))
      expect(await told[1]).to.deep.equal(['device'])
    })

    t.test('is empty where there is no locker, and the rest is refused while it is not open', async () => {
      const where = place(t)
      const locker = await asked(t, where)
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
      const { where, locker } = await created(t)
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
      const { where, locker } = await created(t)
      const { id } = await locker.slots.add({ passphrase: 'second' }, { cost, label: 'at work' })
      const changed = await locker.slots.change(id, { passphrase: 'third' }, { cost })
      expect(changed).to.include({ kind: 'passphrase', label: 'at work' })
      expect(changed.id).to.not.equal(id)
      expect(await kinds(locker)).to.deep.equal(['passphrase', 'passphrase'])
      const again = await asked(t, where)
      expect(await code(() => again.unlock({ passphrase: 'second' }, { cost }))).to.equal('wrong_secret')
      await again.unlock({ passphrase: 'third' }, { cost })
      expect(again.get('username')).to.equal('ann')
      expect(await code(() => locker.slots.change(id, { passphrase: 'x' }, { cost }))).to.equal('absent')
    })

    t.test('the only slot: changed yes, removed no', async () => {
      const { where, locker } = await created(t)
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
        const { where, locker } = await created(t)
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
      const { where, locker } = await created(t)
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
        const { locker } = await created(t)
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
      const { where, locker } = await created(t)
      for (let i = 1; i < 64; i++) await locker.slots.add({ device: true }, { label: `${i}` })
      expect(await code(() => locker.slots.add({ recovery: true }))).to.equal('too_large')
      const left = await headerOf(where)
      expect(left.slots).to.have.length(64)
      expect((await readLocker(await readDisk(where), passphrase)).rootHolds).to.equal(true)
    })
  })

  t.test('a locker with device and recovery slots of the reference is listed and cut down', async () => {
    const where = place(t)
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
    const again = await asked(t, where)
    expect(await code(() => again.unlock({ device: true }))).to.equal('wrong_secret')
    expect(again.status).to.include({ state: 'locked', reason: 'no-device-key' })
    await again.unlock({ passphrase }, { cost })
  })
}
