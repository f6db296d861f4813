import { useStore } from '@nanostores/react'
import type { Demo, Mode } from '../lockers.ts'
import { LockClosed, LockOpen } from './icons.tsx'

const modes: { mode: Mode; label: string }[] = [
  { mode: 'device', label: 'This device' },
  { mode: 'passphrase', label: 'Passphrase' },
]

const words: Record<string, string> = {
  opening: 'Opening',
  absent: 'Empty',
  locked: 'Locked',
  unlocking: 'Unlocking',
  unlocked: 'Open',
  failed: 'Failed',
}

export function TopBar({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  const open = state === 'unlocked'
  return (
    <header className="top">
      <p className="brand">
        <span className="brand-mark">{open ? <LockOpen /> : <LockClosed />}</span>
        <span>
          Locker <small>@kbve/locker</small>
        </span>
      </p>
      <nav className="segments" aria-label="What opens the locker">
        {modes.map(({ mode, label }) => (
          <a key={mode} href={`#${mode}`} aria-current={mode === demo.mode ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div className="top-end">
        <p className="pill" data-state={state} role="status">
          {words[state]}
        </p>
        <button type="button" className="button" disabled={!open} onClick={() => demo.locker.lock()}>
          Lock
        </button>
      </div>
    </header>
  )
}
