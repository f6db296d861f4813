import type { UptimeHistory } from '@kbve/locker/uptime'
import { hour, latency, percent } from './words.ts'

/** What the chart draws, in numbers, the newest first. */
export function HistoryTable({ name, history }: { name: string; history: UptimeHistory }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it for that
    <section className="history" aria-label={`${name}: the last day as a table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Looks</th>
            <th scope="col">Answered</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {history.slices.toReversed().map(({ from, up, degraded, down, p50, p95 }) => {
            const looks = up + degraded + down
            return (
              <tr key={from} data-bad={down > 0}>
                <th scope="row">{hour(from)}</th>
                <td>{looks}</td>
                <td>{percent((up + degraded) / looks)}</td>
                <td>{latency(p50)}</td>
                <td>{latency(p95)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
