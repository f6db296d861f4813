import { useStore } from '@nanostores/react'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { $view } from './address.ts'
import { Gate } from './components/gate.tsx'
import { Intro } from './components/intro.tsx'
import { Notes } from './components/notes.tsx'
import { ProfileCard } from './components/profile_card.tsx'
import { StatusCard } from './components/status_card.tsx'
import { TopBar } from './components/top_bar.tsx'
import { DiskPanel } from './disk/disk_panel.tsx'
import { type Demo, demoOf } from './lockers.ts'
import { TokenLab } from './tokens/token_lab.tsx'

/** Whoever does not look at it does not download it. */
const AccountSide = lazy(() =>
  import('./account/account_side.tsx').then((module) => ({ default: module.AccountSide })),
)

export function App() {
  const view = useStore($view)
  const demo = view === 'tokens' ? undefined : demoOf(view)
  return (
    <>
      <button type="button" className="button skip" onClick={jumpToMain}>
        {demo ? 'Skip to the profile' : 'Skip to the token'}
      </button>
      <TopBar key={view} view={view} demo={demo} />
      <main id="main" tabIndex={-1}>
        {demo ? <LockerView key={view} demo={demo} /> : <TokenLab />}
      </main>
    </>
  )
}

function LockerView({ demo }: { demo: Demo }) {
  return (
    <>
      <Intro demo={demo} />
      <div className="columns">
        {demo.mode === 'account' ? (
          <Suspense fallback={<p className="card quiet">Loading what signs you in …</p>}>
            <AccountSide demo={demo} />
          </Suspense>
        ) : (
          <OpenSide demo={demo} />
        )}
        <DiskPanel demo={demo} />
      </div>
    </>
  )
}

/** A button, because a link would change the address's hash, which chooses the locker. */
function jumpToMain() {
  document.getElementById('main')?.focus()
}

function OpenSide({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  const side = useRef<HTMLElement>(null)
  const before = useRef<'open' | 'closed'>(undefined)

  // What was focused is gone when a person opens or closes the locker, so the focus goes where the work
  // goes on. Not at the first opening, which nobody asked for.
  useEffect(() => {
    if (state !== 'unlocked' && state !== 'locked' && state !== 'absent') return
    const now = state === 'unlocked' ? 'open' : 'closed'
    const moved = before.current !== undefined && before.current !== now
    before.current = now
    if (moved) side.current?.querySelector<HTMLElement>('input:not([hidden], [type=radio]), button')?.focus()
  }, [state])

  return (
    <section className="side" aria-labelledby="open-title" ref={side}>
      <div className="side-head">
        <h2 id="open-title">This page</h2>
        <p>knows what is in the locker while it is open</p>
      </div>
      {state === 'unlocked' ? (
        <>
          <ProfileCard demo={demo} />
          <Notes demo={demo} />
        </>
      ) : (
        <Gate demo={demo} />
      )}
      <StatusCard demo={demo} />
    </section>
  )
}
