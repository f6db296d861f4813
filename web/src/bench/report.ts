/** The results as text, to be pasted somewhere else. */
import type { Cost, Result } from './measure.ts'

export interface Surroundings {
  readonly browser: string
  readonly cores: number
  readonly at: string
}

export function surroundings(): Surroundings {
  return {
    browser: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    at: new Date().toISOString(),
  }
}

/** "3.4 µs", "0.66 ms": three digits are as many as mean something. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${digits(microseconds)} µs`
  return `${digits(microseconds / 1000)} ms`
}

const digits = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

/** How many times as long as ours it takes; `undefined` for ours. */
export function ratioOf(cost: Cost, { costs }: Result): number | undefined {
  const [ours] = costs
  return ours && cost !== ours ? cost.median / ours.median : undefined
}

/** The ratio with its spread, from the quartiles of both. */
export function spreadOf(cost: Cost, { costs }: Result): readonly [number, number] | undefined {
  const [ours] = costs
  return ours && cost !== ours ? [cost.low / ours.high, cost.high / ours.low] : undefined
}

export const times = (ratio: number) => `${digits(ratio)} ×`

export function asMarkdown(results: readonly Result[], around: Surroundings): string {
  const rows = results.flatMap((result) =>
    result.costs.map((cost) => {
      const ratio = ratioOf(cost, result)
      const spread = spreadOf(cost, result)
      const told = ratio && spread ? `${times(ratio)} (${times(spread[0])} to ${times(spread[1])})` : ''
      return `| ${result.title} | ${cost.name} | ${duration(cost.median)} | ${duration(cost.low)} to ${duration(cost.high)} | ${told} |`
    }),
  )
  return [
    '| what | library | median | quartiles | time beside ours |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `${around.browser}, ${around.cores} cores, ${around.at}`,
    '',
  ].join('\n')
}

export function asJson(results: readonly Result[], around: Surroundings): string {
  const rows = results.map(({ title, costs }) => ({
    title,
    unit: 'µs',
    costs: costs.map(({ name, median, low, high }) => ({ name, median, low, high })),
  }))
  return `${JSON.stringify({ ...around, results: rows }, null, 2)}\n`
}
