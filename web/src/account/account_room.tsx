import type { Place } from '../address.ts'
import { RoomIntro } from '../components/room_intro.tsx'
import { DiskPanel } from '../disk/disk_panel.tsx'
import { demoOf } from '../lockers.ts'
import { AccountSide } from './account_side.tsx'
import '../styles/account.css'

export function AccountRoom({ place }: { place: Place }) {
  const demo = demoOf(place.mode)
  return (
    <>
      <RoomIntro
        title="Signed in, and no token in the open"
        lead="The password of an account opens this locker, and the session lies sealed in it: whoever reads localStorage, the cookies or a copy of the disk finds no token."
      />
      <div className="columns">
        <AccountSide demo={demo} />
        <DiskPanel demo={demo} />
      </div>
    </>
  )
}
