import { useEffect, useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'

interface Line {
  n: number
  at: string
  kind: string
  text: string
}

const most = 60

/** What the locker tells this page, and what its tabs tell each other, as it happens. */
export function EventLog({ demo, database }: { demo: Demo; database: string | undefined }) {
  const [lines, setLines] = useState<Line[]>([])
  const count = useRef(0)

  useEffect(() => {
    const add = (kind: string, text: string) => {
      const line = { n: count.current++, at: new Date().toLocaleTimeString(), kind, text }
      setLines((before) => [line, ...before].slice(0, most))
    }
    const { locker } = demo
    let last = ''
    const stops = [
      locker.on('status', ({ state, reason, integrity, pending, damaged }) => {
        const text = [
          state,
          reason,
          integrity !== 'ok' && `integrity ${integrity}`,
          damaged.length > 0 && `damaged ${damaged.join(', ')}`,
          pending > 0 && `${pending} pending`,
        ]
        const said = text.filter(Boolean).join(', ')
        if (said !== last) add('status', said)
        last = said
      }),
      locker.on('change', ({ fields, entries, from }) => {
        add('change', `${[...fields, ...entries].join(', ')} (${from})`)
      }),
      locker.on('error', ({ code, message }) => add('error', `${code}: ${message}`)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [demo])

  useEffect(() => {
    if (!database) return
    // A channel of this page's own hears the other tabs, and the locker of this one too.
    const channel = new BroadcastChannel(database)
    channel.onmessage = ({ data }: MessageEvent<{ type?: string; changes?: { id: string }[] }>) => {
      const ids = (data.changes ?? []).map(({ id }) => id).join(', ')
      const line = {
        n: count.current++,
        at: new Date().toLocaleTimeString(),
        kind: 'tabs',
        text: `${data.type} ${ids}`,
      }
      setLines((before) => [line, ...before].slice(0, most))
    }
    return () => channel.close()
  }, [database])

  return (
    <section className="card" aria-labelledby="events-title">
      <h3 id="events-title">Events</h3>
      <p className="quiet">
        What the locker tells this page, and what tabs tell each other: ids, never a value.
      </p>
      {lines.length === 0 ? (
        <p className="quiet">Nothing yet. Edit something in the locker’s room, in another tab.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <div className="events" role="log" aria-label="Events, the newest first" tabIndex={0}>
          <ol>
            {lines.map(({ n, at, kind, text }) => (
              <li key={n}>
                <span className="quiet number">{at}</span> <span className="tag">{kind}</span>{' '}
                <span>{text}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  )
}
