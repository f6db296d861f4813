import { LockerError } from '@kbve/locker'
import { UptimeBadge } from '@kbve/locker/react'
import type { ServiceUptime, Uptime } from '@kbve/locker/uptime'
import { useState } from 'react'
import { CopyButton } from '../components/copy_button.tsx'
import { Chart } from './chart.tsx'
import { HistoryTable } from './history_table.tsx'
import { addressOf, type Entry, remove } from './services.ts'
import { latency, percent } from './words.ts'

interface Props {
  uptime: Uptime
  service: ServiceUptime
  entry: Entry
}

const windows = [
  ['hour', 'Last hour'],
  ['day', 'Last day'],
  ['month', 'Thirty days'],
] as const

const meanings = {
  up: 'It answers.',
  degraded: 'It answers, but slowly, with a refusal, or not always.',
  down: 'It does not answer.',
  unknown: 'Nobody has looked for ten minutes.',
}

/** One service: how it does, the chart of its day, and the badge to take along. */
export function ServiceCard({ uptime, service, entry }: Props) {
  const { name, health, since, windows: seen } = service
  const history = uptime.history(name)
  const empty = history.slices.length === 0
  return (
    <section className="card service" aria-label={name}>
      <div className="service-head">
        <h2>{name}</h2>
        <p className="health" data-health={health}>
          {health}
        </p>
        <code className="path">{addressOf(entry.url)}</code>
        <div className="service-ways">
          <LookNow uptime={uptime} />
          <button
            type="button"
            className="button small"
            aria-label={`Remove ${name}`}
            onClick={() => remove(name)}
          >
            Remove
          </button>
        </div>
      </div>
      <p className="quiet">
        {empty ? 'Nothing is known yet; the first look is under way.' : meanings[health]}
        {since !== undefined && !empty && ` Since ${new Date(since).toLocaleString()}.`}
      </p>
      <dl className="figures">
        {windows.map(([window, label]) => (
          <div key={window}>
            <dt>{label}</dt>
            <dd>
              <strong className="number">{percent(seen[window].ratio)}</strong>
              <span className="quiet number">
                {seen[window].samples === 0
                  ? 'nobody looked'
                  : `${seen[window].samples} ${seen[window].samples === 1 ? 'look' : 'looks'}, p50 ${latency(seen[window].p50)}, p95 ${latency(seen[window].p95)}`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {empty ? (
        <p className="chart-empty quiet">
          The chart of the last day begins with the first answer. It shows only what this browser has seen
          itself: nothing is made up for the time before.
        </p>
      ) : (
        <div className="chart-row">
          <Chart name={name} history={history} day={seen.day} />
          <HistoryTable name={name} history={history} />
        </div>
      )}
      <div className="row">
        <UptimeBadge uptime={uptime} service={name} over="day" />
        <CopyButton
          label="Copy the badge as SVG"
          text={() => uptime.badgeSvg(name, { label: name, over: 'day' })}
        />
      </div>
    </section>
  )
}

function LookNow({ uptime }: { uptime: Uptime }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  async function look() {
    if (busy) return
    setBusy(true)
    setProblem('')
    try {
      await uptime.look()
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setProblem(caught.message)
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <button type="button" className="button small" aria-disabled={busy} onClick={look}>
        {busy ? 'Looking …' : 'Look now'}
      </button>
      <span className="error" aria-live="polite">
        {problem}
      </span>
    </>
  )
}
