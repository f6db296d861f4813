/** How often a passphrase may be tried in vain, for all tabs together, and whatever the clock and the disk say. */
import { LockerError } from '@kbve/locker'
import { expect } from 'chai'
import { garbage, type Where, withSession } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, code, failure, openLocker, passphrase } from './help.ts'
import { cost, place } from './slot_help.ts'

const minute = 60_000
const start = Date.UTC(2026, 10, 1)

async function attemptsOf(where: Where): Promise<unknown> {
  return (await withSession(where, (session) => session.load([]))).attempts
}

function writeAttempts(where: Where, attempts: unknown): Promise<unknown> {
  return withSession(where, (session) => session.transact([], () => ({ attempts })))
}

/** A locked locker, and the clock of its tabs. */
async function locked(t: SuiteContext) {
  const where = place(t)
  const clock = { now: start }
  const tab = async (options = {}) => {
    const locker = openLocker(t, where, { unlock: 'ask', clock: () => clock.now, ...options })
    await locker.ready
    return locker
  }
  const locker = await tab()
  await locker.create({ passphrase }, { cost })
  const recovery = await locker.slots.add({ recovery: true })
  locker.lock()
  return { where, clock, tab, locker, recovery: recovery.code }
}

const wrong = (locker: AnyLocker) => failure(() => locker.unlock({ passphrase: 'wrong' }))

export function suite(t: SuiteContext): void {
  t.test(
    'five are free, then each costs twice the time of the one before; a good one clears all',
    async () => {
      const { where, clock, tab, locker } = await locked(t)
      for (let n = 1; n <= 4; n++) expect(await wrong(locker)).to.include({ code: 'wrong_secret' })
      expect(locker.status.retryAt).to.equal(undefined)
      for (const seconds of [2, 4, 8]) {
        const last = await wrong(locker)
        expect(last).to.include({ code: 'wrong_secret', retryAt: clock.now + seconds * 1000 })
        expect(locker.status).to.include({ state: 'locked', retryAt: clock.now + seconds * 1000 })
        clock.now += seconds * 1000 - 1
        const refused = await failure(() => locker.unlock({ passphrase }))
        expect(refused).to.include({ code: 'too_many_attempts', retryAt: clock.now + 1 })
        expect(locker.status).to.include({ state: 'locked', retryAt: clock.now + 1 })
        // Not to be got round by another tab, or a page loaded anew.
        const other = await tab()
        expect(await code(() => other.unlock({ passphrase }))).to.equal('too_many_attempts')
        clock.now += 1
      }
      expect(await attemptsOf(where)).to.include({ failed: 7 })
      await locker.unlock({ passphrase })
      expect(locker.status).to.include({ state: 'unlocked' })
      expect(locker.status.retryAt).to.equal(undefined)
      expect(await attemptsOf(where)).to.deep.equal({ failed: 0, last: 0, until: 0 })
      locker.lock()
      expect(await wrong(locker)).to.include({ code: 'wrong_secret' })
    },
    { timeout: 60_000 },
  )

  t.test('never more than 15 minutes', async () => {
    const { where, clock, locker } = await locked(t)
    await writeAttempts(where, { failed: 400, last: clock.now - 1, until: clock.now - 1 })
    expect(await wrong(locker)).to.include({ code: 'wrong_secret', retryAt: clock.now + 15 * minute })
  })

  t.test('checking a passphrase on an open locker counts; other secrets do not', async () => {
    const { where, clock, locker, recovery } = await locked(t)
    await locker.unlock({ recovery })
    expect(await wrong(locker)).to.include({ code: 'wrong_secret' })
    expect(await attemptsOf(where)).to.include({ failed: 1 })
    await writeAttempts(where, { failed: 5, last: clock.now, until: clock.now + 2000 })
    expect(await code(() => locker.unlock({ passphrase }))).to.equal('too_many_attempts')
    expect(locker.status.state).to.equal('unlocked')
    locker.lock()
    await locker.unlock({ recovery })
    expect(await attemptsOf(where)).to.include({ failed: 5 })
  })

  t.test('is raised before a try: a tab that dies in it has used it up', async () => {
    const { where, locker } = await locked(t)
    const trying = wrong(locker)
    let failed = 0
    for (let n = 0; n < 2_000 && failed === 0; n++) {
      failed = ((await attemptsOf(where)) as { failed?: number } | undefined)?.failed ?? 0
      if (locker.status.state === 'locked' && n > 5) break
    }
    expect(failed).to.equal(1)
    await trying
  })

  t.test('one that was given up, or for which there was no memory, is given back', async () => {
    const { where, tab, locker } = await locked(t)
    await wrong(locker)
    const before = await attemptsOf(where)
    const stop = new AbortController()
    const trying = failure(() => locker.unlock({ passphrase: 'wrong' }, { signal: stop.signal }))
    while (((await attemptsOf(where)) as { failed: number }).failed === 1)
      await new Promise((resolve) => setTimeout(resolve, 1))
    stop.abort()
    expect((await trying).code).to.equal('aborted')
    expect(await attemptsOf(where)).to.deep.equal(before)

    // A module with no function in it fails as one without memory does.
    const kdf = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    const poor = await tab({ wasm: { kdf } })
    expect(await code(() => poor.unlock({ passphrase }))).to.equal('out_of_memory')
    expect(await attemptsOf(where)).to.deep.equal(before)
  })

  t.test('whatever lies there: nobody waits longer than 15 minutes, and nothing throws', async () => {
    const { where, clock, locker } = await locked(t)
    const far = Number.MAX_SAFE_INTEGER
    const hostile = [
      { failed: 10 ** 9, last: far, until: far },
      { failed: 3, last: start, until: far },
      { failed: 3, last: far, until: start + 1000 },
      { failed: -5, last: -5, until: far },
      { failed: Number.NaN, last: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY },
      { failed: '9', last: '9', until: {} },
    ]
    for (const attempts of hostile) {
      await writeAttempts(where, attempts)
      const first = await locker.unlock({ passphrase }).catch((error: unknown) => error)
      if (first instanceof LockerError) {
        expect(first.code).to.equal('too_many_attempts')
        expect(first.retryAt).to.be.at.most(clock.now + 15 * minute)
        // The wait ends, although nobody wrote anything sensible meanwhile.
        clock.now = first.retryAt ?? 0
        await locker.unlock({ passphrase })
      } else expect(first).to.equal(undefined)
      locker.lock()
    }
  })

  t.test('rubbish counts as nothing', async () => {
    const { where, locker } = await locked(t)
    const rubbish = garbage().filter((value) => value !== undefined)
    for (const attempts of [rubbish[0], rubbish.at(-1), 'x', 10n, [], new Uint8Array(3), new Map()]) {
      await writeAttempts(where, attempts)
      const outcome = await failure(() => locker.unlock({ passphrase: 'wrong' }))
      expect(outcome.code).to.equal('wrong_secret')
      expect(await attemptsOf(where)).to.include({ failed: 1 })
    }
  })

  t.test('a clock that is set back, or was ahead, makes nobody wait longer', async () => {
    const { where, clock, locker } = await locked(t)
    await writeAttempts(where, { failed: 8, last: clock.now, until: clock.now + 16_000 })
    clock.now -= 86_400_000
    const refused = await failure(() => locker.unlock({ passphrase }))
    expect(refused).to.include({ code: 'too_many_attempts', retryAt: clock.now + 16_000 })
    // What was said holds: it does not begin anew with every look.
    clock.now += 10_000
    expect(await failure(() => locker.unlock({ passphrase }))).to.include({ retryAt: refused.retryAt })
    clock.now += 6_000
    await locker.unlock({ passphrase })
  })
}
