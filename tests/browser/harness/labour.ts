/** One tab's part of the soak: random work on a locker for as long as it lasts, on a fixed number of ids. */
import type { Spy } from '../../suite/disk.ts'
import type { AnyLocker } from '../../suite/help.ts'

export interface Labour {
  locker: AnyLocker
  spy: Spy
  /** Which of the tabs, and which of its lives. */
  tab: number
  life: string
  seed: number
  log(line: { what: string; [detail: string]: unknown }): void
}

/** So many ids a tab has to itself, and so many all tabs share. */
const OWN = 150
const SHARED = 20

const idOf = (field: string) => `profile/${field}`

/** Works until `kbveStop` is set. What returned is told to the server, with its version, before anything else is done. */
export async function labour({ locker, spy, tab, life, seed, log }: Labour): Promise<void> {
  let state = seed
  let last = ''
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const stopped = () => (globalThis as { kbveStop?: boolean }).kbveStop === true
  for (let n = 0; !stopped(); n++) {
    try {
      last = `${life} ${n}`
      await oneThing(last)
    } catch (error) {
      // Another tab locked it, at whatever moment.
      if (!['locked', 'aborted'].includes(String((error as { code?: string }).code))) throw error
      await unlocked()
    }
    tell()
    const pause = random(6)
    if (pause < 3) await new Promise((resolve) => setTimeout(resolve, random(12)))
  }
  await unlocked()

  async function oneThing(value: string): Promise<void> {
    const trying = (...ids: string[]) => log({ what: 'trying', ids, value })
    const kind = random(20)
    if (kind < 6) {
      const field = random(2) ? 'username' : 'last'
      trying(idOf(field))
      locker.set(field, value)
    } else if (kind < 8) {
      trying(idOf('username'), idOf('last'))
      locker.patch({ username: value, last: value })
    } else if (kind < 15) {
      const name = random(4) ? `own ${tab} ${random(OWN)}` : `shared ${random(SHARED)}`
      trying(`entry/${name}`)
      locker.entries.put(name, value)
    } else if (kind < 18) {
      trying(idOf('last'))
      await locker.update('last', () => value)
    } else if (kind < 19) {
      await locker.flush()
    } else {
      // What was handed over just before must be there after it.
      trying(idOf('username'))
      locker.set('username', value)
      locker.lock()
      tell()
      await locker.unlock({ device: true })
    }
  }

  /** A lock reaches every tab, also one that is just unlocking. */
  async function unlocked(): Promise<void> {
    while (locker.status.state !== 'unlocked') {
      await locker.unlock({ device: true }).catch((error: { code?: string }) => {
        if (error.code !== 'aborted') throw error
      })
    }
  }

  function tell(): void {
    // Nobody reads them here, and they would be taken for memory that the locker does not let go.
    spy.written.length = 0
    for (const { id, rev, writer } of spy.appended.splice(0)) {
      log({ what: 'returned', id, rev, writer: [...writer], value: last })
    }
  }
}
