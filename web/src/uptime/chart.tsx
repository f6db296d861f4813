import type { ServiceUptime, UptimeHistory, UptimeSlice } from '@kbve/locker/uptime'
import { hour, latency, percent } from './words.ts'

interface Props {
  name: string
  history: UptimeHistory
  day: ServiceUptime['windows']['day']
}

/** A quarter of an hour is so wide; the picture is stretched to whatever place there is. */
const column = 10
const height = 100

/**
 * The last day: above, what part of the looks was answered; below, how long the answers took. The numbers are in the
 * table beside it, so the picture has but one sentence for those who hear it.
 */
export function Chart({ name, history, day }: Props) {
  const { width, to, slices } = history
  const columns = Math.ceil(86_400_000 / width)
  const last = Math.floor(to / width)
  const placed = slices.map((slice) => ({ slice, x: (columns - 1 - (last - slice.from / width)) * column }))
  const top = ceiling(Math.max(1, ...slices.map(({ p95 = 0 }) => p95)))
  const box = `0 0 ${columns * column} ${height}`
  const spoken = `${name}, the last day: ${percent(day.ratio)} of ${day.samples} looks were answered, half of them within ${latency(day.p50)}, 95 of 100 within ${latency(day.p95)}.`
  return (
    <figure className="chart">
      <div role="img" aria-label={spoken}>
        <p className="chart-title">Answered</p>
        <svg className="chart-strip" viewBox={box} preserveAspectRatio="none" aria-hidden="true">
          {placed.map(({ slice, x }) => (
            <Column key={slice.from} slice={slice} x={x} />
          ))}
        </svg>
        <p className="chart-title">
          Latency <span className="number">up to {top} ms</span>
        </p>
        <svg className="chart-lines" viewBox={box} preserveAspectRatio="none" aria-hidden="true">
          {[0.25, 0.5, 0.75].map((part) => (
            <line key={part} className="grid" x1="0" x2="100%" y1={height * part} y2={height * part} />
          ))}
          <path className="p95" d={line(placed, (slice) => slice.p95, top, width)} />
          <path className="p50" d={line(placed, (slice) => slice.p50, top, width)} />
        </svg>
        <p className="chart-times number">
          <span>{hour(to - 86_400_000)}</span>
          <span>{hour(to - 43_200_000)}</span>
          <span>now</span>
        </p>
      </div>
      <figcaption className="legend">
        <span data-mark="up">up</span>
        <span data-mark="degraded">degraded</span>
        <span data-mark="down">down</span>
        <span data-mark="p50">p50</span>
        <span data-mark="p95">p95</span>
      </figcaption>
    </figure>
  )
}

/** Up from the ground, down from the sky: it can be told apart without its colours. */
function Column({ slice, x }: { slice: UptimeSlice; x: number }) {
  const looks = slice.up + slice.degraded + slice.down
  const up = (height * slice.up) / looks
  const degraded = (height * slice.degraded) / looks
  const down = height - up - degraded
  const place = { x: x + 1, width: column - 2 }
  return (
    <>
      {down > 0 && <rect className="down" {...place} y={0} height={down} />}
      {degraded > 0 && <rect className="degraded" {...place} y={down} height={degraded} />}
      {up > 0 && <rect className="up" {...place} y={height - up} height={up} />}
    </>
  )
}

type Placed = { slice: UptimeSlice; x: number }

/** A line from column to column that is broken where nobody looked, or nobody answered. */
function line(
  placed: readonly Placed[],
  of: (slice: UptimeSlice) => number | undefined,
  top: number,
  width: number,
): string {
  let path = ''
  let before: number | undefined
  for (const { slice, x } of placed) {
    const value = of(slice)
    if (value === undefined) {
      before = undefined
      continue
    }
    const y = (height - (value / top) * (height - 2) - 1).toFixed(1)
    const joined = before === slice.from - width
    // A lone column is drawn as a dash, for a point would not be seen.
    path += joined ? ` L ${x + column / 2} ${y}` : ` M ${x} ${y} L ${x + column / 2} ${y}`
    path += ` L ${x + column} ${y}`
    before = slice.from
  }
  return path.trim()
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}
