/** The states of a locker, who is told of them, and what is refused in which. */
import { createLocker, indexedDBStorage, LockerError, type LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker, lockerOn, openLocker, settled, until } from './help.ts'

const cost = { memoryKib: 19_456, passes: 2 }

export function suite(t: SuiteContext): void {
  async function withPassphrase() {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = openLocker(t, where, { unlock: 'ask' })
    expect((await locker.ready).state).to.equal('absent')
    await locker.create({ passphrase: 'right' }, { cost })
    return { where, locker }
  }

  t.test('the status is frozen, and the same object until something in it changes', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const before = locker.status
    expect(Object.isFrozen(before)).to.equal(true)
    expect(locker.status).to.equal(before)
    locker.set('username', 'ann')
    expect(locker.status).to.not.equal(before)
    expect(before.pending).to.equal(0)
    expect(locker.status.pending).to.equal(1)
    await locker.flush()
    expect(locker.status).to.deep.equal(before)
  })

  t.test('the profile is frozen, and the same object until a field changes', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const before = locker.profile
    expect(Object.isFrozen(before)).to.equal(true)
    locker.entries.put('x', 1)
    locker.set('username', '')
    expect(locker.profile).to.equal(before)
    locker.set('username', 'ann')
    expect(locker.profile).to.deep.equal({ ...before, username: 'ann' })
  })

  t.test('change is told on a real change only, after the value is there', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const heard: string[] = []
    t.after(
      locker.on('change', ({ fields, from }) => heard.push(`${[...fields]} ${from} ${locker.get('theme')}`)),
    )
    locker.set('theme', 'dark')
    locker.set('theme', 'dark')
    locker.lock()
    await locker.unlock({ device: true })
    expect(heard).to.deep.equal(['theme here dark', 'theme lock auto', 'theme unlock dark'])
  })

  t.test(
    'a listener that throws harms neither the others nor set, and an unsubscribed one is silent',
    async () => {
      const { locker } = await freshLocker(t, t.disk())
      const reported: unknown[] = []
      const { reportError } = globalThis
      const { error: toConsole } = console
      globalThis.reportError = (error) => void reported.push(error)
      t.after(() => {
        globalThis.reportError = reportError
        console.error = toConsole
      })
      const boom = new Error('a listener of the test')
      let calls = 0
      const stopThrowing = locker.on('change', () => {
        throw boom
      })
      locker.on('change', () => void calls++)
      const stop = locker.on('change', () => expect.fail('unsubscribed'))
      stop()
      locker.set('username', 'ann')
      expect(calls).to.equal(1)
      expect(reported).to.deep.equal([boom])
      stopThrowing()
    },
  )

  t.test('lock is done when it returns, and what was pending is there after unlocking', async () => {
    const { locker } = await withPassphrase()
    locker.set('username', 'ann')
    locker.lock()
    expect(locker.status).to.include({ state: 'locked', reason: 'lock' })
    expect(locker.get('username')).to.equal('')
    expect(locker.profile).to.deep.equal(locker.initial)
    for (const write of [() => locker.set('username', 'x'), () => locker.entries.put('x', 1)]) {
      expect(await code(write)).to.equal('locked')
    }
    expect(await code(() => locker.update('username', (n) => n))).to.equal('locked')
    await locker.unlock({ passphrase: 'right' })
    expect(locker.get('username')).to.equal('ann')
    await until('all is applied', () => locker.status.pending === 0)
  })

  t.test('a wrong passphrase, an absent locker and an existing one have answers of their own', async () => {
    const { where, locker } = await withPassphrase()
    locker.lock()
    expect(await code(() => locker.unlock({ passphrase: 'wrong' }))).to.equal('wrong_secret')
    expect(locker.status.state).to.equal('locked')
    expect(await code(() => locker.create({ passphrase: 'right' }))).to.equal('exists')
    const other = openLocker(t, { ...where, name: t.name() }, { unlock: 'ask' })
    expect(await code(() => other.unlock({ passphrase: 'right' }))).to.equal('absent')
    expect(other.status.state).to.equal('absent')
  })

  t.test('this browser has no key: locked, with the reason, and the passphrase still opens', async () => {
    const { where } = await withPassphrase()
    const locker = openLocker(t, where, { unlock: 'device' })
    expect(await settled(locker)).to.include({ state: 'locked', reason: 'no-device-key' })
    await locker.unlock({ passphrase: 'right' })
    expect(locker.status.state).to.equal('unlocked')
  })

  t.test('on an open locker, unlock checks the passphrase and changes nothing', async () => {
    const { locker } = await withPassphrase()
    locker.set('username', 'ann')
    expect(await code(() => locker.unlock({ passphrase: 'wrong' }))).to.equal('wrong_secret')
    await locker.unlock({ passphrase: 'right' })
    expect(locker.status.state).to.equal('unlocked')
    expect(locker.get('username')).to.equal('ann')
  })

  t.test('one unlocking at a time; a signal ends it, and so does lock', async () => {
    const { locker } = await withPassphrase()
    locker.lock()
    const abort = new AbortController()
    const first = code(() => locker.unlock({ passphrase: 'right' }, { signal: abort.signal }))
    await until('it derives', () => locker.status.progress?.step === 'deriving')
    expect(locker.status.state).to.equal('unlocking')
    expect(await code(() => locker.unlock({ passphrase: 'right' }))).to.equal('conflict')
    abort.abort()
    expect(await first).to.equal('aborted')
    expect(locker.status.state).to.equal('locked')
    const second = code(() => locker.unlock({ passphrase: 'right' }))
    await until('it derives again', () => locker.status.progress?.step === 'deriving')
    locker.lock()
    expect(await second).to.equal('aborted')
    expect(locker.status.state).to.equal('locked')
    expect(
      await code(() => locker.unlock({ passphrase: 'right' }, { signal: AbortSignal.abort() })),
    ).to.equal('aborted')
  })

  t.test('destroyed: absent in every tab, nothing comes back, and it can be made anew', async () => {
    const { where, locker } = await freshLocker(t, t.disk(), { mirror: ['theme'] })
    const other = await lockerOn(t, where)
    locker.set('theme', 'dark')
    await locker.destroy()
    for (const each of [locker, other]) {
      await until('it is absent', () => each.status.state === 'absent')
      expect(each.status.reason).to.equal('destroyed')
      expect(each.get('theme')).to.equal('auto')
      expect(await code(() => each.set('theme', 'dark'))).to.equal('locked')
    }
    await other.create()
    expect(other.get('theme')).to.equal('auto')
    expect(await code(() => locker.create())).to.equal('exists')
  })

  t.test('a locker disposed of refuses everything with a sentence', async () => {
    const { locker } = await freshLocker(t, t.disk())
    locker[Symbol.dispose]()
    locker[Symbol.dispose]()
    const error = await failure(() => locker.set('theme', 'dark'))
    expect(error.code).to.equal('storage_closed')
    expect(error.message).to.match(/createLocker/)
    expect(await code(() => locker.unlock({ device: true }))).to.equal('storage_closed')
  })

  t.test('lock() during the very first opening: absent, for nothing was made', async () => {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = openLocker(t, where, { unlock: 'device' })
    t.after(locker.on('status', ({ progress }) => progress && locker.lock()))
    expect((await locker.ready).state).to.equal('absent')
    expect((await openLocker(t, where, { unlock: 'ask' }).ready).state).to.equal('absent')
    expect(await code(() => locker.create())).to.equal('aborted')
    expect(locker.status.state).to.equal('absent')
  })

  t.test('create while something is under way: conflict, not exists', async () => {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = openLocker(t, where, { unlock: 'ask' })
    await locker.ready
    const first = locker.create({ passphrase: 'right' }, { cost })
    await until('it has begun', () => locker.status.state === 'unlocking')
    expect(await code(() => locker.create({ passphrase: 'other' }, { cost }))).to.equal('conflict')
    await first
  })

  t.test('a listener that locks what was just unlocked, and one that sets inside change', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const stopSetting = locker.on('change', ({ fields }) => {
      if (fields.has('username')) locker.set('theme', 'dark')
    })
    locker.set('username', 'ann')
    expect(locker.profile).to.include({ username: 'ann', theme: 'dark' })
    stopSetting()
    await locker.flush()
    locker.lock()
    const told: string[] = []
    const stop = locker.on('status', ({ state }) => state === 'unlocked' && locker.lock())
    const stopTelling = locker.on('change', ({ from }) => void told.push(from))
    await locker.unlock({ device: true })
    expect(locker.status).to.include({ state: 'locked', reason: 'lock' })
    expect(locker.get('username')).to.equal('')
    expect(told).to.deep.equal(['lock'])
    stop()
    stopTelling()
    await locker.unlock({ device: true })
    expect(locker.profile).to.include({ username: 'ann', theme: 'dark' })
    expect(locker.status.integrity).to.equal('ok')
  })

  t.test('destroying a locked locker takes the mirrored copy along, and tells it', async () => {
    const { locker } = await freshLocker(t, t.disk(), { mirror: ['theme'] })
    locker.set('theme', 'dark')
    await locker.flush()
    locker.lock()
    expect(locker.get('theme')).to.equal('dark')
    const heard: string[] = []
    t.after(locker.on('change', ({ fields }) => void heard.push(`${[...fields]} ${locker.get('theme')}`)))
    await locker.destroy()
    expect(heard).to.deep.equal(['theme auto'])
  })

  t.test('exclusive ends at its limit, at its signal, and frees the next', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const other = await lockerOn(t, where)
    let inside = false
    const work = () => {
      inside = true
      return new Promise<void>(() => {})
    }
    const endless = code(() => locker.exclusive(work, { timeout: 0.2 }))
    await until('it has the lock', () => inside)
    expect(await code(() => other.exclusive(() => 1, { timeout: 0.05 }))).to.equal('aborted')
    expect(await code(() => other.exclusive(() => 1, { signal: AbortSignal.abort() }))).to.equal('aborted')
    expect(await endless).to.equal('aborted')
    expect(await other.exclusive(() => 'next')).to.equal('next')
  })

  t.test('exclusive: whoever gives up waiting lets nobody in before those who work have ended', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const [second, third] = [await lockerOn(t, where), await lockerOn(t, where)]
    const inside: string[] = []
    let end = () => {}
    const first = locker.exclusive(async () => {
      inside.push('first')
      await new Promise<void>((resolve) => {
        end = resolve
      })
      inside.push('first ends')
    })
    await until('the first has the lock', () => inside.length === 1)
    expect(await code(() => second.exclusive(() => 1, { timeout: 0.05 }))).to.equal('aborted')
    const last = third.exclusive(() => inside.push('third'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    end()
    await Promise.all([first, last])
    expect(inside).to.deep.equal(['first', 'first ends', 'third'])
  })

  t.test('flush() says what was lost, where the disk is not ours any more', async () => {
    const inner = t.disk().storage()
    let gone = false
    const storage: LockerStorage = {
      ...inner,
      async open(name, options) {
        const session = await inner.open(name, options)
        const { transact } = session
        session.transact = (...given) =>
          gone
            ? Promise.reject(new LockerError('evicted', 'The data of the locker was deleted.'))
            : transact.apply(session, given)
        return session
      },
    }
    const { locker } = await freshLocker(t, { storage: () => storage })
    gone = true
    locker.set('username', 'ann')
    await until('it has failed', () => locker.status.state === 'failed')
    expect(locker.status.pending).to.equal(1)
    expect(await code(() => locker.flush())).to.equal('evicted')
  })

  t.test(
    'a browser that does not say which databases there are opens and destroys all the same',
    async () => {
      const indexedDB = new Proxy(globalThis.indexedDB, {
        get(target, key) {
          if (key === 'databases') return () => Promise.reject(new DOMException('no', 'UnknownError'))
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const { where, locker } = await freshLocker(t, { storage: () => indexedDBStorage({ indexedDB }) })
      locker.set('username', 'ann')
      await locker.flush()
      await locker.destroy()
      const left = (await globalThis.indexedDB.databases()).map(({ name }) => name)
      expect(left.filter((name) => name?.includes(where.name))).to.deep.equal([])
    },
    { only: ['chromium', 'firefox', 'webkit'] },
  )

  t.test('mistakes in the options are TypeErrors, before anything is touched', () => {
    const wrong: object[] = [
      { unlock: 'never' },
      { name: '' },
      { tenant: '\ud800' },
      { mirror: ['nothing'] },
      { schema: { theme: { type: 'string' } } },
      { schema: { status: { type: 'string' } } },
      { schema: { size: { type: 'enum', values: [] } } },
      { schema: { size: { type: 'date' } } },
    ]
    for (const options of wrong) {
      expect(() => createLocker(options), JSON.stringify(options)).to.throw(TypeError)
    }
  })
}
