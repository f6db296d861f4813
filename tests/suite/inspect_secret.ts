/** A secret is planted in a locker, everything that devtools give is collected, and it is found nowhere. */
import { LockerError } from '@kbve/locker'
import { lockerCookies } from '@kbve/locker/cookies'
import {
  type ExposedWindow,
  exposeLockers,
  inspectLocker,
  installLockerFormatter,
  lockerFormatter,
  measureLocker,
} from '@kbve/locker/inspect'
import { lockerAtom, lockerStores, redacted } from '@kbve/locker/nanostores'
import { action, logger } from '@nanostores/logger'
import { expect } from 'chai'
import { jarFor } from './cookies_help.ts'
import type { SuiteContext } from './harness.ts'
import { freshLocker, openLocker, settled } from './help.ts'
import { everythingIn, findIn, plantedSecret } from './planted.ts'

/** It says a second later that a store was unmounted, when the next test runs. */
const quiet = { messages: { unmount: false } }

const methods = ['log', 'info', 'warn', 'error', 'debug', 'table', 'group', 'groupCollapsed', 'dir'] as const

/** Everything that is printed from here on, instead of being printed. */
function listening(t: SuiteContext): unknown[][] {
  const printed: unknown[][] = []
  for (const method of methods) {
    const before = console[method]
    console[method] = (...args: unknown[]) => void printed.push(args)
    t.after(() => {
      console[method] = before
    })
  }
  return printed
}

const strings = (printed: readonly unknown[][]) =>
  printed.map((args) => args.filter((arg) => typeof arg === 'string' && !/^\s|color|font|border/.test(arg)))

export function suite(t: SuiteContext): void {
  t.test('the search finds a secret where there is one (proof that the next test can fail)', () => {
    const secret = plantedSecret()
    const error = new LockerError('invalid_field', 'x', { cause: new Error(`with ${secret}`) })
    const bytes = new TextEncoder().encode(`ab${secret}cd`)
    const holder = {
      get hidden() {
        return { [Symbol('s')]: secret }
      },
    }
    for (const value of [
      secret,
      { a: [{ b: secret }] },
      error,
      new Map([[1, secret]]),
      bytes,
      holder,
      btoa(`x${secret}`),
    ])
      expect(findIn(everythingIn(value), secret), everythingIn(value)).to.not.equal(undefined)
    expect(findIn(everythingIn({ a: plantedSecret() }), secret)).to.equal(undefined)
  })

  t.test('inspection, console, global, measures, loggers and errors: no plaintext anywhere', async () => {
    const secret = plantedSecret()
    const printed = listening(t)
    const jar = jarFor(t)
    const { locker, where } = await freshLocker(t, t.disk(), { mirror: ['theme'] })
    const place: ExposedWindow = {}
    t.after(exposeLockers(locker, place))
    t.after(installLockerFormatter(place))
    const stopMeasuring = measureLocker(locker)
    t.after(stopMeasuring)
    const { $profile, $username, $status } = lockerStores(locker)
    const $draft = lockerAtom(locker, 'draft', { text: '' })
    t.after(
      logger(
        { ...redacted({ profile: $profile, username: $username, draft: $draft }), status: $status },
        quiet,
      ),
    )
    for (const $store of [$profile, $username, $draft, $status]) t.after($store.listen(() => {}))
    const rename = action($username, 'rename', ($store, name: string) => {
      $store.set(name)
      throw new Error(`no ${name}`)
    })
    const cookies = lockerCookies(locker, { token: { sealed: true } }, { jar })
    t.after(() => cookies[Symbol.dispose]())
    await cookies.ready

    const errors: unknown[] = []
    const failing = async (work: () => unknown) => {
      try {
        await work()
        errors.push('nothing went wrong')
      } catch (error) {
        errors.push(error)
      }
    }
    locker.on('error', (error) => errors.push(error))
    $profile.setKey('username', secret)
    $profile.set({ ...$profile.get(), last: secret })
    $username.set(`${secret} again`)
    $draft.set({ text: secret })
    locker.entries.put('bytes', new TextEncoder().encode(secret))
    await locker.entries.store('large', secret.repeat(5_000))
    cookies.set('token', secret)
    await failing(() => locker.set('email', secret))
    await failing(() => locker.set('uuid', secret))
    await failing(() => locker.set('theme', secret as 'dark'))
    await failing(() => locker.set('username', secret.repeat(500)))
    await failing(() => locker.entries.put('odd', { secret, f: () => secret }))
    await failing(() => locker.update('email', () => secret))
    await failing(() => locker.unlock({ recovery: secret }))
    await failing(() => locker.restore(secret, { passphrase: secret }))
    await failing(() => locker.slots.add({ passphrase: secret }, { cost: { memoryKib: 1 } }))
    // A store's own action is the application's; what the logger makes of it is ours.
    try {
      rename(secret)
    } catch {}
    await locker.flush()

    const collected: Record<string, unknown> = {}
    const formatter = lockerFormatter()
    const collect = async (when: string) => {
      const inspection = await inspectLocker(locker, { cookies: jar.read() })
      collected[`${when}: inspection`] = inspection
      collected[`${when}: drawn`] = [locker, inspection].map((value) => [
        formatter.header(value),
        formatter.body(value),
      ])
      await place.__KBVE_LOCKERS__?.[0]?.print()
    }
    await collect('open')
    locker.lock()
    await locker.flush()
    await collect('locked')
    collected.global = place
    collected.errors = errors
    collected.printed = printed
    collected.measures = performance.getEntriesByType('measure')
    collected.statuses = locker.status
    performance.clearMeasures()

    for (const [what, value] of Object.entries(collected))
      expect(findIn(everythingIn(value), secret), what).to.equal(undefined)
    // It was really there, and all of it was really collected.
    await locker.unlock({ device: true })
    expect(locker.get('username')).to.equal(secret)
    expect(errors.filter((error) => error instanceof LockerError).length).to.be.at.least(6)
    expect(errors).to.not.include('nothing went wrong')
    expect(everythingIn(collected.measures)).to.include('kbve:seal').and.to.include(where.name)
    expect(everythingIn(collected.printed)).to.include('profile/username')
  })

  t.test('@nanostores/logger prints what kind of value it is, and which key', async () => {
    const printed = listening(t)
    const { locker } = await freshLocker(t, t.disk())
    const { $profile, $theme } = lockerStores(locker)
    const stop = logger(redacted({ Profile: $profile, Theme: $theme }), quiet)
    t.after($profile.listen(() => {}))
    t.after($theme.listen(() => {}))
    printed.splice(0)
    $profile.setKey('username', 'ann')
    $theme.set('dark')
    const lines = strings(printed).flat().join('\n')
    expect(lines).to.include('Profile').and.to.include('username').and.to.include('‹empty› → ‹text›')
    expect(lines).to.include('Theme').and.to.include('‹text› → ‹text›')
    expect(lines).to.not.include('ann').and.not.to.include('dark')
    const [, shown] = printed.find(([template]) => String(template).includes('%cnew')) ?? []
    expect(shown).to.be.a('string')
    stop()
    printed.splice(0)
    $profile.setKey('username', 'bea')
    expect(printed).to.deep.equal([])
    expect($profile.get().username).to.equal('bea')
  })

  t.test(
    'without redacted the same logger prints the value (so the test above tells them apart)',
    async () => {
      const printed = listening(t)
      const { locker } = await freshLocker(t, t.disk())
      const { $profile } = lockerStores(locker)
      const stop = logger({ Profile: $profile }, quiet)
      t.after($profile.listen(() => {}))
      $profile.setKey('username', 'ann')
      expect(everythingIn(printed)).to.include('ann')
      stop()
    },
  )

  t.test('a redacted store is the store: listeners of the application still see what it holds', async () => {
    const printed = listening(t)
    const { onSet } = await import('nanostores')
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = openLocker(t, where)
    const { $profile } = lockerStores(locker)
    t.after(logger(redacted({ Profile: $profile }), quiet))
    const asked: string[] = []
    t.after(onSet($profile, ({ newValue }) => asked.push(`${newValue.username} ${newValue.last}`)))
    const seen: string[] = []
    t.after($profile.subscribe(({ username }) => seen.push(username)))
    await settled(locker)
    const { Profile } = redacted({ Profile: $profile })
    Profile.setKey('username', 'ann')
    Profile.setKey('last', 'x')
    expect(seen.at(-1)).to.equal('ann')
    expect(asked.at(-1)).to.equal('ann x')
    expect(locker.get('username')).to.equal('ann')
    expect(Profile.get()).to.have.property('username', '‹text›')
    expect(everythingIn(printed)).to.not.include('ann')
  })
}
