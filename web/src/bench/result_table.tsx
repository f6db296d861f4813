import { useId } from 'react'
import type { Cost, Result } from './measure.ts'
import { duration, ratioOf, spreadOf, times } from './report.ts'

/** One comparison: a table that is a bar chart for those who see it. */
export function ResultTable({ result }: { result: Result }) {
  const id = useId()
  const longest = Math.max(...result.costs.map(({ high }) => high))
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{result.title}</h2>
      <p className="quiet">{result.note}</p>
      <table className="bench">
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Library</th>
            <th scope="col">Median</th>
            <th scope="col">Beside ours</th>
          </tr>
        </thead>
        <tbody>
          {result.costs.map((cost, at) => (
            <tr key={cost.name} data-ours={at === 0}>
              <th scope="row">{cost.name}</th>
              <td className="number">{duration(cost.median)}</td>
              <td className="number bench-ratio">{beside(cost, result)}</td>
              <td className="bench-bar">
                <Bar cost={cost} longest={longest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function beside(cost: Cost, result: Result): string {
  const ratio = ratioOf(cost, result)
  const spread = spreadOf(cost, result)
  if (!ratio || !spread) return ''
  return `${times(ratio)} as long (${times(spread[0])} to ${times(spread[1])})`
}

function Bar({ cost, longest }: { cost: Cost; longest: number }) {
  const part = (value: number) => `${((100 * value) / longest).toFixed(2)}%`
  return (
    <svg width="100%" height="14" aria-hidden="true">
      <rect width={part(cost.median)} height="14" rx="3" />
      <line x1={part(cost.low)} x2={part(cost.high)} y1="7" y2="7" />
    </svg>
  )
}
