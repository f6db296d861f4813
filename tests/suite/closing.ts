/** What closes a locker without being asked in this tab: another tab's lock(), and nobody at work. */
import { createLocker, type LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { freshLocker, lockerOn, openLocker, settled, until } from './help.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A clock that goes only when it is told to. */
function stopped() {
  const clock = { time: Date.UTC(2026, 10, 1), now: () => clock.time }
  return clock
}

export function suite(t: SuiteContext): void {
  t.describe('lock()', () => {
    t.test('reaches every tab, with what is pending there; opening reaches none', async () => {
      const disk = t.disk()
      const { where, locker } = await freshLocker(t, disk)
      const other = await lockerOn(t, { ...where, storage: disk.storage() })
      other.set('username', 'ann')
      locker.lock()
      await until('the other is locked', () => other.status.state === 'locked')
      expect(other.status.reason).to.equal('lock')
      expect(other.get('username')).to.equal('')
      await other.flush()
      await locker.unlock({ device: true })
      expect(locker.get('username')).to.equal('ann')
      await pause(100)
      expect(other.status.state).to.equal('locked')
      await other.unlock({ device: true })
      expect(locker.status.state).to.equal('unlocked')
    })

    t.test('disposing of a locker that has just begun to open leaves nothing open', async () => {
      for (const unlock of ['device', 'ask'] as const) {
        const inner = t.disk().storage()
        let [opened, closed] = [0, 0]
        const storage: LockerStorage = {
          ...inner,
          async open(name, options) {
            const session = await inner.open(name, options)
            opened++
            const { close } = session
            session.close = () => {
              closed++
              return close.call(session)
            }
            return session
          },
        }
        const locker = createLocker({ tenant: 'test', name: `${t.name()} ${unlock}`, storage, unlock })
        const { ready } = locker
        locker[Symbol.dispose]()
        await ready
        await pause(100)
        expect(closed, unlock).to.equal(opened)
      }
    })

    t.test('of one locker leaves others alone, and disposing of one leaves its other tabs open', async () => {
      const disk = t.disk()
      const { where, locker } = await freshLocker(t, disk)
      const other = await lockerOn(t, { ...where, storage: disk.storage() })
      const stranger = await freshLocker(t, t.disk())
      stranger.locker.lock()
      locker[Symbol.dispose]()
      await pause(100)
      expect(other.status.state).to.equal('unlocked')
    })
  })

  t.describe('idleLock', () => {
    t.test('locks by the clock, looked at with every call', async () => {
      for (const call of ['get', 'profile', 'status', 'entries', 'set'] as const) {
        const clock = stopped()
        const { locker } = await freshLocker(t, t.disk(), { idleLock: 60, clock: clock.now })
        locker.set('username', 'ann')
        await until('it says when', () => locker.status.lockAt === clock.time + 60_000)
        clock.time += 59_999
        expect(locker.get('username')).to.equal('ann')
        clock.time += 1
        if (call === 'get') expect(locker.get('username')).to.equal('')
        else if (call === 'profile') expect(locker.profile.username).to.equal('')
        else if (call === 'entries') expect(locker.entries.list()).to.deep.equal([])
        else if (call === 'set')
          expect(() => locker.set('username', 'x'))
            .to.throw()
            .with.property('code', 'locked')
        expect(locker.status).to.include({ state: 'locked', reason: 'idle' })
        expect(locker.status.lockAt).to.equal(undefined)
        await locker.unlock({ device: true })
        expect(locker.get('username')).to.equal('ann')
        await until('and again', () => locker.status.lockAt === clock.time + 60_000)
      }
    })

    t.test('locks without any call, a moment after a sleep', async () => {
      const clock = stopped()
      const { locker } = await freshLocker(t, t.disk(), { idleLock: { after: 2 }, clock: clock.now })
      const heard: string[] = []
      locker.on('status', ({ state }) => void heard.push(state))
      clock.time += 3_600_000
      await until('it is locked', () => heard.includes('locked'), 2_000)
    })

    t.test('writing moves it on, reading does not', async () => {
      const clock = stopped()
      const { locker } = await freshLocker(t, t.disk(), { idleLock: 100, clock: clock.now })
      clock.time += 50_000
      locker.get('username')
      expect(locker.profile.username).to.equal('')
      await pause(20)
      expect(locker.status.lockAt).to.equal(clock.time + 50_000)
      locker.set('username', 'ann')
      expect(locker.status.lockAt).to.equal(clock.time + 100_000)
      clock.time += 99_999
      expect(locker.status.state).to.equal('unlocked')
    })

    t.test('also a locker whose disk is lost while its values are still shown', async () => {
      const clock = stopped()
      const disk = t.disk()
      const { where, locker } = await freshLocker(t, disk, { idleLock: 60, clock: clock.now })
      locker.set('username', 'ann')
      await locker.flush()
      // A newer version of the application, which takes the locker over.
      const newer = await lockerOn(
        t,
        { ...where, storage: disk.storage() },
        { version: 2, migrate: (_, values) => values, clock: clock.now },
      )
      newer.set('last', 'x')
      await newer.flush()
      await until('this one has failed', () => locker.status.state === 'failed')
      expect(locker.get('username')).to.equal('ann')
      clock.time += 60_000
      expect(locker.get('username')).to.equal('')
      expect(locker.status).to.include({ state: 'locked', reason: 'idle' })
    })

    t.test('all tabs count together', async () => {
      const disk = t.disk()
      const clock = stopped()
      const options = { idleLock: 60, clock: clock.now }
      const { where, locker } = await freshLocker(t, disk, options)
      const other = await lockerOn(t, { ...where, storage: disk.storage() }, options)
      for (let n = 0; n < 4; n++) {
        clock.time += 40_000
        locker.set('username', `round ${n}`)
        expect(other.status.state, `round ${n}`).to.equal('unlocked')
      }
      clock.time += 59_000
      expect(other.status.state).to.equal('unlocked')
      await until('it says so', () => other.status.lockAt === locker.status.lockAt, 6_000)
      clock.time += 1_000
      expect(other.status).to.include({ state: 'locked', reason: 'idle' })
      expect(locker.status).to.include({ state: 'locked', reason: 'idle' })
    })

    t.test('a clock that is set back keeps nothing open longer than the time says', async () => {
      const clock = stopped()
      const { locker } = await freshLocker(t, t.disk(), { idleLock: 1, clock: clock.now })
      clock.time -= 86_400_000
      expect(locker.status.state).to.equal('unlocked')
      expect(locker.status.lockAt).to.be.at.most(clock.time + 1_000)
      await until('it is locked', () => locker.status.state === 'locked', 3_000)
      // Nor does one that stands still, or a note from a day that is still to come.
      const { where, locker: second } = await freshLocker(t, t.disk(), { idleLock: 1, clock: clock.now })
      where.storage.notes.set(`kbve-locker/test/${where.name}/idle`, String(clock.time + 10 ** 9))
      await until('it is locked', () => second.status.state === 'locked', 5_000)
    })

    t.test('nothing is left of it once the locker is locked or disposed of', async () => {
      const written: string[] = []
      const inner = t.disk().storage()
      const storage: LockerStorage = {
        ...inner,
        open: (name, options) => inner.open(name, options),
        notes: {
          ...inner.notes,
          set: (key, value) => void (key.endsWith('/witness') || written.push(`${key} ${value}`)),
        },
      }
      const locker = createLocker({ tenant: 'test', name: t.name(), storage, idleLock: 0.4 })
      await settled(locker)
      locker[Symbol.dispose]()
      const before = written.length
      expect(before).to.equal(1)
      if (typeof window !== 'undefined') window.dispatchEvent(new Event('pointerdown'))
      await pause(600)
      expect(written).to.have.length(before)
      expect(locker.status).to.include({ state: 'locked', reason: 'lock' })
    })

    t.test(
      'who moves, types or scrolls is at work',
      async () => {
        for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
          const clock = stopped()
          const { locker } = await freshLocker(t, t.disk(), { idleLock: 100, clock: clock.now })
          clock.time += 50_000
          document.dispatchEvent(new Event(type, { bubbles: true }))
          expect(locker.status.lockAt, type).to.equal(clock.time + 100_000)
          clock.time += 100_001
          // Too late: that it was moved does not open it again.
          document.dispatchEvent(new Event(type, { bubbles: true }))
          expect(locker.status.state).to.equal('locked')
        }
      },
      { only: ['chromium', 'firefox', 'webkit'] },
    )

    t.test(
      'looks at the clock when the page is looked at again',
      async () => {
        for (const type of ['focus', 'pageshow', 'visibilitychange']) {
          const clock = stopped()
          const { locker } = await freshLocker(t, t.disk(), { idleLock: 10_000, clock: clock.now })
          const heard: string[] = []
          locker.on('status', ({ state }) => void heard.push(state))
          clock.time += 10_000_000
          window.dispatchEvent(new Event(type))
          expect(heard, type).to.deep.equal(['locked'])
        }
      },
      { only: ['chromium', 'firefox', 'webkit'] },
    )

    t.test('is a number of seconds above 0', () => {
      for (const idleLock of [0, -1, Number.NaN, 'soon', { after: 0 }, {}] as never[])
        expect(() => openLocker(t, {}, { idleLock }), String(idleLock)).to.throw(TypeError)
    })
  })
}
