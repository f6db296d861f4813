/**
 * How everything here is measured: all sides in turns, so that a machine that is busy for a moment is busy for each of
 * them, in slices that are long enough for the browser's clock and short enough that the page stays usable. The median
 * counts; the quartiles say how sure it is.
 */

export interface Side {
  /** The library, as it is told beside the bar. */
  readonly name: string
  /** Does the work so many times. A promise only where the library has nothing else. */
  run(times: number): void | Promise<void>
  /** What is left to do after a slice, uncounted. */
  settle?(): Promise<void>
}

export interface Job {
  readonly title: string
  /** What is in it on every side. */
  readonly note: string
  /** Ours first. */
  readonly sides: readonly Side[]
  /** How many slices count; 15 if not said. */
  readonly rounds?: number
  end?(): void | Promise<void>
}

/** Microseconds for one. */
export interface Cost {
  readonly name: string
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Result {
  readonly title: string
  readonly note: string
  readonly costs: readonly Cost[]
}

const sliceMs = 8
const most = 1 << 16

/** Lets the page draw and answer. Throws where the run was given up. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0))
  signal.throwIfAborted()
}

/** Milliseconds. */
async function slice(side: Side, times: number): Promise<number> {
  const from = performance.now()
  const work = side.run(times)
  // What is synchronous is not made to wait for a promise.
  if (work) await work
  const took = performance.now() - from
  await side.settle?.()
  return took
}

/** How many of them make a slice. Also the time in which the browser compiles what it runs. */
async function timesFor(side: Side, signal: AbortSignal): Promise<number> {
  let times = 1
  for (let steady = 0; steady < 3; ) {
    await breathe(signal)
    const took = await slice(side, times)
    // Never more than twice as many at once: a first slice may have been unusually quick, and the page is to answer.
    const wanted = Math.max(1, Math.floor((times * sliceMs) / Math.max(took, 0.1)))
    const next = Math.min(wanted, times * 2, most)
    steady = next < times * 1.5 ? steady + 1 : 0
    times = next
  }
  return times
}

export async function measure(job: Job, signal: AbortSignal, tell: (share: number) => void): Promise<Result> {
  const { title, note, sides, rounds = 15 } = job
  const plans: { side: Side; times: number; costs: number[] }[] = []
  for (const side of sides) plans.push({ side, times: await timesFor(side, signal), costs: [] })
  for (let round = 0; round < rounds; round++) {
    for (const { side, times, costs } of round % 2 === 0 ? plans : plans.toReversed()) {
      await breathe(signal)
      costs.push(((await slice(side, times)) * 1000) / times)
    }
    tell((round + 1) / rounds)
  }
  return { title, note, costs: plans.map(({ side, costs }) => costOf(side.name, costs)) }
}

export function costOf(name: string, costs: readonly number[]): Cost {
  const sorted = [...costs].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? 0
  return { name, median: at(0.5), low: at(0.25), high: at(0.75) }
}
