/** `measureLocker`: what takes time, as measures that the browser's Performance panel shows. */
import { insideOf } from '../inside.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { kbveLocker } from '../profile.ts'
import type { Locker, Progress, Status } from '../types.ts'
import type { OpenVault } from '../vault.ts'

/** What is used of `performance`. */
export type MeasurePort = Pick<Performance, 'now' | 'measure'>

type Details = Record<string, string | number>

/**
 * From now on puts measures on the performance timeline, in a track "Locker" of the Performance panel:
 * `kbve:unlock` (with `kbve:unlock:loading`, `:deriving` and `:opening` inside), `kbve:seal` for every write, and
 * `kbve:refresh` where /auth renews a session. Their details are names, numbers and error codes, never a value. Where it
 * is not called nothing is measured. What it returns ends it; a locker is measured once at a time.
 */
export function measureLocker<P extends kbveLocker>(
  locker: Locker<P>,
  port: MeasurePort = performance,
): () => void {
  const life = insideOf(locker)
  if (!life)
    throw new TypeError(
      'measureLocker takes a locker that createLocker of the same copy of @kbve/locker made.',
    )
  if (life.timed) throw new TypeError('This locker is measured already; end that first.')
  const { name, tenant } = life.ports.name
  const label = tenant === 'default' ? name : `${tenant}/${name}`
  const put = (what: string, start: number, details: Details = {}) =>
    measure(port, label, what, start, details)
  life.timed = (what, start, details) => put(what, start, details)
  const seals = new SealTimes(life, port, put)
  const unlocks = new UnlockTimes(port, put, () => seals.attach())
  const stop = life.audience.status.add((status) => unlocks.status(status))
  // A locker that another key opens from now on has another vault.
  const rekeyed = () => () => seals.attach()
  life.rekeying.add(rekeyed)
  seals.attach()
  return () => {
    stop()
    life.rekeying.delete(rekeyed)
    life.timed = undefined
    seals.detach()
  }
}

type Put = (what: string, start: number, details?: Details) => void

/** An entry, and how Chromium draws it (its extensibility API: `detail.devtools`); elsewhere it is just a measure. */
function measure(port: MeasurePort, locker: string, what: string, start: number, details: Details): void {
  const properties = Object.entries({ locker, ...details }).map(([key, value]) => [key, String(value)])
  const devtools = {
    dataType: 'track-entry',
    trackGroup: '@kbve/locker',
    track: `Locker ${locker}`,
    color:
      'outcome' in details && details.outcome !== 'unlocked' ? 'error' : colours[what.split(':')[0] ?? ''],
    properties,
    tooltipText: `${what} of ${locker}`,
  }
  port.measure(`kbve:${what}`, { start, end: port.now(), detail: { locker, ...details, devtools } })
}

const colours: Record<string, string> = { unlock: 'primary', seal: 'tertiary', refresh: 'secondary' }

/** Reads from the status how long each step took. */
class UnlockTimes {
  readonly #port: MeasurePort
  readonly #put: Put
  readonly #opened: () => void
  #from: number | undefined
  #step: { name: Progress['step']; from: number } | undefined

  constructor(port: MeasurePort, put: Put, opened: () => void) {
    this.#port = port
    this.#put = put
    this.#opened = opened
  }

  status({ state, progress, error, reason }: Status): void {
    const now = this.#port.now()
    if (state === 'opening' || state === 'unlocking') {
      this.#from ??= now
      if (progress && progress.step !== this.#step?.name) {
        this.#endStep()
        this.#step = { name: progress.step, from: now }
      }
      return
    }
    if (state === 'unlocked') this.#opened()
    if (this.#from === undefined) return
    this.#endStep()
    const why = error?.code ?? reason
    this.#put('unlock', this.#from, { outcome: state, ...(why ? { why } : {}) })
    this.#from = undefined
  }

  #endStep(): void {
    if (this.#step) this.#put(`unlock:${this.#step.name}`, this.#step.from)
    this.#step = undefined
  }
}

/** Puts a clock around the vault's `seal`. Done from outside, so that who does not measure does not download it. */
class SealTimes {
  readonly #life: Lifecycle
  readonly #port: MeasurePort
  readonly #put: Put
  #vault: OpenVault | undefined

  constructor(life: Lifecycle, port: MeasurePort, put: Put) {
    this.#life = life
    this.#port = port
    this.#put = put
  }

  attach(): void {
    const vault = this.#life.open?.reader.vault
    if (!vault || vault === this.#vault) return
    this.detach()
    this.#vault = vault
    const { seal } = vault
    vault.seal = (items, now) => {
      const start = this.#port.now()
      const sealed = seal.call(vault, items, now)
      const bytes = sealed.reduce((sum, { record }) => sum + record.box.length, 0)
      this.#put('seal', start, { records: items.length, bytes })
      return sealed
    }
  }

  detach(): void {
    // What is left is the method of the class.
    if (this.#vault) Reflect.deleteProperty(this.#vault, 'seal')
    this.#vault = undefined
  }
}
