/** The everyday work: states, values, batches, entries, mirror. */
import { createLocker, LockerError } from '@kbve/locker'
import { lockerAtom, lockerStores } from '@kbve/locker/nanostores'
import { expect } from 'chai'
import { readDisk, spied } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker, lockerOn, openLocker, passphrase, settled, until } from './help.ts'

export function suite(t: SuiteContext): void {
  t.describe('status', () => {
    t.test('ask: opening, absent, unlocked, locked, unlocked', async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      const states: string[] = [locker.status.state]
      locker.subscribe(() => {
        if (states.at(-1) !== locker.status.state) states.push(locker.status.state)
      })
      await locker.ready
      expect(locker.status.state).to.equal('absent')
      expect(await code(() => locker.set('theme', 'dark'))).to.be.oneOf(['locked', 'absent'])
      await locker.create({ passphrase })
      expect(locker.status).to.include({ state: 'unlocked', integrity: 'ok', pending: 0, readOnly: false })
      locker.set('username', 'ann')
      await locker.flush()
      locker.lock()
      expect(locker.status.state).to.equal('locked')
      expect(locker.get('username'), 'locked, a value is the initial one').to.equal('')
      expect(await code(() => locker.set('username', 'bob'))).to.equal('locked')
      await locker.unlock({ passphrase })
      expect(locker.get('username')).to.equal('ann')
      expect(states).to.deep.equal([
        'opening',
        'absent',
        'unlocking',
        'unlocked',
        'locked',
        'unlocking',
        'unlocked',
      ])
    })

    t.test('a wrong passphrase is wrong_secret, and the right one still opens', async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      await locker.ready
      await locker.create({ passphrase })
      locker.set('username', 'ann')
      await locker.flush()
      const other = openLocker(t, where, { unlock: 'ask' })
      await other.ready
      expect(other.status.state).to.equal('locked')
      expect(await code(() => other.unlock({ passphrase: `${passphrase}.` }))).to.equal('wrong_secret')
      expect(other.status.state).to.equal('locked')
      expect(await code(() => other.create({ passphrase: 'another' }))).to.equal('exists')
      await other.unlock({ passphrase: passphrase.normalize('NFD') })
      expect(other.get('username')).to.equal('ann')
    })

    t.test('device: opens by itself, the second time with the values of the first', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('theme', 'dark')
      await locker.flush()
      const again = await lockerOn(t, where)
      expect(again.get('theme')).to.equal('dark')
    })

    t.test('destroy leaves nothing behind, and the next visit starts anew', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      await locker.flush()
      await locker.destroy()
      expect(locker.status.state).to.equal('absent')
      const disk = await readDisk(where)
      expect(disk.header).to.equal(undefined)
      expect(disk.records).to.deep.equal([])
      const again = await lockerOn(t, where)
      expect(again.get('username')).to.equal('')
    })
  })

  t.describe('values', () => {
    t.test('set is seen at once, by get, profile, subscribers and stores', async () => {
      const { locker } = await freshLocker(t, t.disk())
      const { $theme, $profile } = lockerStores(locker)
      const seen: string[] = []
      t.after($theme.listen((theme) => void seen.push(theme)))
      locker.set('theme', 'dark')
      expect(locker.get('theme')).to.equal('dark')
      expect(locker.profile.theme).to.equal('dark')
      expect(Object.isFrozen(locker.profile)).to.equal(true)
      expect($theme.get()).to.equal('dark')
      $profile.setKey('theme', 'light')
      expect(locker.get('theme')).to.equal('light')
      locker.set('theme', 'light')
      expect(seen, 'a store says only what changed').to.deep.equal(['dark', 'light'])
    })

    t.test('the phone is stored as E.164 and read back so', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('phone', '+49 (151) 12-345.678')
      expect(locker.get('phone')).to.equal('+4915112345678')
      await locker.flush()
      expect((await lockerOn(t, where)).get('phone')).to.equal('+4915112345678')
    })

    t.test('every field comes back from the disk as it was set', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const profile = {
        username: 'Ann Ö. 👩‍🚀',
        phone: '+4915112345678',
        last: 'O’Hara',
        uuid: '6fa459ea-ee8a-4ca4-894e-db77e160355e',
        avatar: 'https://example.com/a.png',
        github: 'octo-cat',
        instagram: 'ann.ohara',
        email: 'ann@example.com',
        theme: 'dark',
      } as const
      locker.patch(profile)
      await locker.flush()
      expect({ ...(await lockerOn(t, where)).profile }).to.deep.equal(profile)
    })

    t.test('a patch with one bad field changes nothing at all', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'before')
      await locker.flush()
      const before = await readDisk(where)
      const error = await failure(() =>
        locker.patch({ username: 'after', theme: 'dark', email: 'not an address' }),
      )
      expect(error).to.include({ code: 'invalid_field', field: 'email' })
      expect(locker.get('username')).to.equal('before')
      expect(locker.get('theme')).to.equal('auto')
      await locker.flush()
      expect(await readDisk(where)).to.deep.equal(before)
    })

    t.test('a patch is one journal entry', async () => {
      const disk = t.disk()
      const spy = spied(disk.storage())
      const { locker } = await freshLocker(t, { storage: () => spy.storage })
      locker.patch({ username: 'ann', email: 'ann@example.com' })
      expect(spy.appended.map((r) => r.id).sort()).to.deep.equal(['profile/email', 'profile/username'])
    })

    t.test('an update whose function throws changes nothing', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      locker.set('username', 'ann')
      await locker.flush()
      const before = await readDisk(where)
      const boom = new Error('not today')
      let caught: unknown
      await locker
        .update('username', () => {
          throw boom
        })
        .catch((error: unknown) => {
          caught = error
        })
      expect(caught).to.equal(boom)
      expect(locker.get('username')).to.equal('ann')
      expect(await readDisk(where)).to.deep.equal(before)
    })

    t.test('entries: put, get, list, expire and delete; bytes stay bytes', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const draft = { text: 'hello', n: [1, 2.5, null, true], umlaut: 'ü' }
      locker.entries.put('draft', draft)
      locker.entries.put('photo', Uint8Array.of(0, 255, 128))
      locker.entries.put('soon gone', 1, { expiresIn: 0.5 })
      expect(locker.entries.get('soon gone')).to.equal(1)
      locker.entries.put('deleted', 1)
      locker.entries.delete('deleted')
      await locker.flush()
      await until('the entry has expired', () => locker.entries.get('soon gone') === undefined)
      const again = await lockerOn(t, where)
      expect(again.entries.get('draft')).to.deep.equal(draft)
      expect(again.entries.get('photo')).to.deep.equal(Uint8Array.of(0, 255, 128))
      expect([...again.entries.list()].sort()).to.deep.equal(['draft', 'photo'])
    })

    t.test('an atom of an entry writes through and comes back', async () => {
      const { where, locker } = await freshLocker(t, t.disk())
      const $draft = lockerAtom(locker, 'draft', { text: '' })
      t.after($draft.listen(() => {}))
      expect($draft.get()).to.deep.equal({ text: '' })
      $draft.set({ text: 'half a sent' })
      await locker.flush()
      const again = await lockerOn(t, where)
      const $again = lockerAtom(again, 'draft', { text: '' })
      t.after($again.listen(() => {}))
      expect($again.get()).to.deep.equal({ text: 'half a sent' })
    })

    t.test('an application’s own fields are typed, kept and checked', async () => {
      const schema = {
        nickname: { type: 'string', maxBytes: 8 },
        age: { type: 'number' },
        level: { type: 'enum', values: ['low', 'high'] },
      } as const
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = createLocker({ ...where, unlock: 'device', schema })
      t.after(() => locker[Symbol.dispose]())
      await locker.ready
      await until('it is open', () => locker.status.state === 'unlocked')
      locker.set('nickname', 'Bobby')
      locker.set('age', 42.5)
      expect(await code(() => locker.set('nickname', 'far too long'))).to.equal('too_large')
      expect(await failure(() => locker.set('level', 'medium' as 'low'))).to.include({
        code: 'invalid_field',
        field: 'level',
      })
      await locker.flush()
      const again = createLocker({ ...where, unlock: 'device', schema })
      t.after(() => again[Symbol.dispose]())
      await again.ready
      await until('it is open', () => again.status.state === 'unlocked')
      expect(again.get('nickname')).to.equal('Bobby')
      expect(again.get('age')).to.equal(42.5)
    })
  })

  t.test('a mirrored field is known before anything is opened, and no other', async () => {
    const { where, locker } = await freshLocker(t, t.disk(), { mirror: ['theme'] })
    locker.patch({ theme: 'dark', username: 'ann' })
    await locker.flush()
    const again = openLocker(t, where, { unlock: 'device', mirror: ['theme'] })
    expect(again.status.state).to.equal('opening')
    expect(again.get('theme')).to.equal('dark')
    expect(again.get('username')).to.equal('')
    await settled(again)
    expect(again.get('username')).to.equal('ann')
  })

  t.test('a wrong argument type is a TypeError, not a LockerError', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const set = locker.set as (field: unknown, value: unknown) => void
    for (const [field, value] of [
      [7, 'x'],
      [undefined, 'x'],
      ['username', () => 'x'],
      ['username', Symbol('x')],
    ]) {
      expect(() => set(field, value), String(field)).to.throw(TypeError)
    }
    expect(() => set('username', 7))
      .to.throw(LockerError)
      .with.property('code', 'invalid_field')
    expect(() => set('no such field', 'x'))
      .to.throw(LockerError)
      .with.property('code', 'invalid_field')
  })
}
