import { useStore } from '@nanostores/react'
import { addressOf, type Place, rooms } from '../address.ts'
import { type Demo, demoOf } from '../lockers.ts'
import { LockClosed, LockOpen } from './icons.tsx'

const words: Record<string, string> = {
  opening: 'Opening',
  absent: 'Empty',
  locked: 'Locked',
  unlocking: 'Unlocking',
  unlocked: 'Open',
  failed: 'Failed',
}

export function TopBar({ place }: { place: Place }) {
  const shown = rooms.find(({ room }) => room === place.room)?.modes.length
  const demo = shown ? demoOf(place.mode) : undefined
  return (
    <header className="top">
      <p className="brand">
        <span className="brand-mark">{demo ? <Mark demo={demo} /> : <LockOpen />}</span>
        <span>
          Locker <small>@kbve/locker</small>
        </span>
      </p>
      <nav className="segments" aria-label="Rooms">
        {rooms.map(({ room, label }) => (
          <a key={room} href={addressOf(room)} aria-current={room === place.room ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div className="top-end">{demo && <State demo={demo} />}</div>
    </header>
  )
}

function Mark({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  return state === 'unlocked' ? <LockOpen /> : <LockClosed />
}

function State({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  return (
    <>
      <p className="pill" data-state={state} role="status">
        {words[state]}
      </p>
      <button
        type="button"
        className="button"
        disabled={state !== 'unlocked'}
        onClick={() => demo.locker.lock()}
      >
        Lock
      </button>
    </>
  )
}
