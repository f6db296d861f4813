import { useStore } from '@nanostores/react'
import { useEffect, useRef, useState } from 'react'
import type { Place } from '../address.ts'
import { Gate } from '../components/gate.tsx'
import { Intro } from '../components/intro.tsx'
import { Notes } from '../components/notes.tsx'
import { ProfileCard } from '../components/profile_card.tsx'
import { StatusCard } from '../components/status_card.tsx'
import { DiskPanel } from '../disk/disk_panel.tsx'
import { LockerCards } from '../locker_cards/locker_cards.tsx'
import { type Demo, demoOf } from '../lockers.ts'

export function LockerRoom({ place }: { place: Place }) {
  const demo = demoOf(place.mode)
  return (
    <>
      <Intro place={place} demo={demo} />
      <div className="columns">
        <OpenSide demo={demo} />
        <DiskPanel demo={demo} />
      </div>
    </>
  )
}

function OpenSide({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  const side = useRef<HTMLElement>(null)
  const wasShut = useRef(false)
  const [wasOpen, setWasOpen] = useState(false)
  if (state === 'unlocked' && !wasOpen) setWasOpen(true)

  // What was focused is gone when a person opens the locker, so the focus goes where the work goes on. Not at the
  // first opening, which nobody asked for.
  useEffect(() => {
    if (state === 'locked' || state === 'absent') wasShut.current = true
    if (state !== 'unlocked' || !wasShut.current) return
    wasShut.current = false
    side.current?.querySelector<HTMLElement>('input:not([hidden], [type=radio]), button')?.focus()
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
        <Gate demo={demo} autoFocus={wasOpen} />
      )}
      <LockerCards demo={demo} />
      <StatusCard demo={demo} />
    </section>
  )
}
