import { useEffect, useState } from 'react'
import type { Disk } from '../disk/read_disk.ts'

interface Tab {
  journal: string
  open: boolean
  waiting: number
}

/** A tab that is open holds the Web Lock of its journal; the browser frees it when the tab dies. */
export function TabsCard({ disk }: { disk: Disk }) {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set())
  const { database, journals } = disk

  useEffect(() => {
    if (!database) return
    const look = () =>
      void navigator.locks?.query().then(({ held: found = [] }) => {
        setHeld(
          new Set(found.flatMap(({ name }) => (name?.startsWith(`${database}/journal/`) ? [name] : []))),
        )
      })
    look()
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [database])

  const tabs: Tab[] = journals.map(({ database: name, records }) => ({
    journal: name.split('/').at(-1) ?? '',
    open: held.has(name),
    waiting: records.length,
  }))
  const open = tabs.filter((tab) => tab.open).length
  return (
    <section className="card" aria-labelledby="tabs-title">
      <h3 id="tabs-title">
        Tabs <span className="quiet number">{open} open</span>
      </h3>
      <p className="quiet">
        Each tab writes to a journal of its own, so that no other tab’s transaction stands before it. Who
        holds the journal’s Web Lock is alive.
      </p>
      <ul className="tabs">
        {tabs.map(({ journal, open: alive, waiting }) => (
          <li key={journal}>
            <span className="pill" data-state={alive ? 'unlocked' : 'absent'}>
              journal/{journal}
            </span>
            <span className="quiet number">
              {alive ? 'a tab is open' : 'free'}, {waiting} waiting
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
