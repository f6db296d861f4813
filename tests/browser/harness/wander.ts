/** Random work on a locker, told to the server before and after every step. */
import type { Spy } from '../../suite/disk.ts'
import type { AnyLocker } from '../../suite/help.ts'

interface Wandering {
  locker: AnyLocker
  spy: Spy
  /** Names this life of a tab; part of every value, so that values are never the same twice. */
  life: string
  seed: number
  log(line: { what: string; [detail: string]: unknown }): void
  /** What is done now and then beside reading and writing. */
  deeds?: readonly Deed[]
  /** After this many operations it rests a while, so that the locker does not outgrow a slow machine. */
  burst?: number
}

export type Deed = 'lock' | 'repair'

const deedOf: Record<Deed, (locker: AnyLocker) => Promise<unknown>> = {
  lock(locker) {
    locker.lock()
    return reopened(locker)
  },
  repair: (locker) => locker.repair(),
}

/** Open again, however often other tabs lock it meanwhile. */
export async function reopened(locker: AnyLocker): Promise<void> {
  while (locker.status.state !== 'unlocked') {
    await locker.unlock({ device: true }).catch((error: unknown) => {
      if (!isLocked(error)) throw error
    })
  }
}

/** Another tab has locked it, in the middle of something perhaps. */
function isLocked(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'locked' || code === 'aborted'
}

const entries = ['a', 'b', 'c', 'd']

/** Never ends by itself: the tab is killed, or `kbveStop` is set. */
export async function wander({ locker, spy, life, seed, log, deeds = [], burst }: Wandering): Promise<void> {
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const stopped = () => (globalThis as { kbveStop?: boolean }).kbveStop === true
  const step = async (n: number) => {
    if (burst && n % burst === burst - 1) await new Promise((resolve) => setTimeout(resolve, 150))
    const deed = deeds.length > 0 && random(12) === 0 ? deeds[random(deeds.length)] : undefined
    if (deed) {
      await deedOf[deed](locker)
      log({ what: 'done', deed })
    }
    const value = `${life} ${n}`
    const kind = random(10)
    const from = spy.appended.length
    const entry = entries[random(entries.length)] ?? 'a'
    if (kind < 3) {
      const field = random(2) ? 'username' : 'last'
      log({ what: 'trying', ids: [`profile/${field}`], value })
      locker.set(field, value)
    } else if (kind < 4) {
      log({ what: 'trying', ids: ['profile/username', 'profile/last'], value })
      locker.patch({ username: value, last: value })
    } else if (kind < 6) {
      // Written once and never again: nothing can hide its loss.
      log({ what: 'trying', ids: [`entry/once ${value}`], value })
      locker.entries.put(`once ${value}`, value)
    } else if (kind < 8) {
      // Written by all tabs within a moment and never again: nothing can hide that a smaller version won.
      const moment = `moment ${Math.floor(Date.now() / 60)}`
      log({ what: 'trying', ids: [`entry/${moment}`, `entry/${entry}`], value })
      locker.entries.put(moment, value)
      if (random(2)) locker.entries.put(entry, value)
    } else if (kind < 9) {
      log({ what: 'trying', ids: [`entry/${entry}`], value: null })
      locker.entries.delete(entry)
    } else {
      log({ what: 'trying', ids: ['profile/last'], value })
      await locker.update('last', () => value)
      const record = spy.written.findLast(({ id }) => id === 'profile/last')
      if (!record) throw new Error('an update wrote nothing')
      log({ what: 'returned', id: record.id, rev: record.rev, writer: [...record.writer], value, life })
      return
    }
    const gone = kind === 8
    for (const { id, rev, writer } of spy.appended.slice(from)) {
      log({ what: 'returned', id, rev, writer: [...writer], value: gone ? null : value, life })
    }
    const pause = random(8)
    if (pause === 0) await locker.flush()
    else if (pause < 4) await new Promise((resolve) => setTimeout(resolve, random(6)))
  }
  for (let n = 0; !stopped(); n++) {
    await step(n).catch((error: unknown) => {
      if (!deeds.includes('lock') || !isLocked(error)) throw error
      return reopened(locker)
    })
  }
}
