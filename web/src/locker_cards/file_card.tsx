import type { EntryInfo, StoreProgress } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { type DragEvent, useEffect, useId, useState } from 'react'
import type { Demo } from '../lockers.ts'
import { ToldLine } from './told_line.tsx'
import { amount, save, useWork } from './use_work.ts'
import '../styles/locker_cards.css'

const entry = 'file'

interface Kept {
  info: EntryInfo
  name: string
}

/** A file of up to 64 MiB, kept in sealed parts. Its name is an entry of its own. */
export function FileCard({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  return state === 'unlocked' ? <Open demo={demo} /> : null
}

function Open({ demo }: { demo: Demo }) {
  const { locker } = demo
  const id = useId()
  const work = useWork()
  const [over, setOver] = useState(false)
  const [progress, setProgress] = useState<StoreProgress>()
  const kept = useKept(demo)

  function keep(file: File | undefined) {
    if (!file) return
    void work.run(async (signal) => {
      const from = performance.now()
      setProgress({ done: 0, total: file.size })
      try {
        await locker.entries.store(entry, file, { signal, onProgress: setProgress })
        locker.entries.put(`${entry}-name`, file.name)
      } finally {
        setProgress(undefined)
      }
      return `Sealed ${amount(file.size)} in ${((performance.now() - from) / 1000).toFixed(1)} s.`
    })
  }

  const back = () =>
    work.run(async (signal) => {
      try {
        const file = await locker.entries.load<Blob>(entry, { signal, onProgress: setProgress })
        if (!file) return 'It is gone.'
        save(file, kept?.name ?? 'file')
        return `Opened ${amount(file.size)}; every part was whole.`
      } finally {
        setProgress(undefined)
      }
    })

  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    keep(event.dataTransfer.files[0])
  }

  return (
    <section className="card tool" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>A large value</h3>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; the button inside is the other */}
      <div
        className="drop"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label className="button file" htmlFor={`${id}-file`}>
          Choose a file
          <input
            id={`${id}-file`}
            className="visually-hidden"
            type="file"
            disabled={work.busy}
            onChange={(event) => {
              keep(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </label>
        <span className="quiet">or drop one here: up to 64 MiB, kept in sealed parts</span>
      </div>
      {progress && (
        <div className="row">
          <progress
            value={progress.done}
            max={Math.max(1, progress.total)}
            aria-label="Sealed or opened so far"
          />
          <span className="quiet number">
            {amount(progress.done)} of {amount(progress.total)}
          </span>
          <button type="button" className="button small" onClick={work.cancel}>
            Cancel
          </button>
        </div>
      )}
      {kept && !progress && (
        <div className="row">
          <span className="kept">
            <b>{kept.name}</b>{' '}
            <span className="quiet number">
              {amount(kept.info.size)}
              {kept.info.type && `, ${kept.info.type}`}
            </span>
          </span>
          <button type="button" className="button small" disabled={work.busy} onClick={back}>
            Download it back
          </button>
          <button
            type="button"
            className="button small"
            disabled={work.busy}
            aria-label={`Delete ${kept.name}`}
            onClick={() => {
              locker.entries.delete(entry)
              locker.entries.delete(`${entry}-name`)
              work.clear()
            }}
          >
            Delete
          </button>
        </div>
      )}
      <ToldLine told={work.told} />
    </section>
  )
}

/** What is kept now, in whichever tab it was put there. */
function useKept({ locker }: Demo): Kept | undefined {
  const [kept, setKept] = useState<Kept>()
  useEffect(() => {
    let shown = true
    const look = () =>
      locker.entries.info(entry).then(
        (info) => {
          if (!shown) return
          const name = locker.entries.get<string>(`${entry}-name`)
          setKept(info && { info, name: typeof name === 'string' ? name : 'file' })
        },
        // Locked in this very moment: the card goes.
        () => {},
      )
    void look()
    const stop = locker.on('change', ({ entries }) => {
      if (entries.has(entry) || entries.has(`${entry}-name`)) void look()
    })
    return () => {
      shown = false
      stop()
    }
  }, [locker])
  return kept
}
