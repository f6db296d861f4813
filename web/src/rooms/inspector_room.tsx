import type { Place } from '../address.ts'
import { LockerChoice } from '../components/locker_choice.tsx'
import { RoomIntro } from '../components/room_intro.tsx'
import { Inspector } from '../inspector/inspector.tsx'
import { demoOf } from '../lockers.ts'

export function InspectorRoom({ place }: { place: Place }) {
  return (
    <>
      <RoomIntro
        title="What lies on the disk"
        lead="Every byte that this browser keeps of a locker and what it is for, read with plain IndexedDB and taken apart by the published format, without a key. Change any of them and open the locker again: it says what it found, and the byte can be put back."
      >
        <LockerChoice place={place} />
      </RoomIntro>
      <Inspector demo={demoOf(place.mode)} />
    </>
  )
}
