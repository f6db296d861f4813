import { useStore } from '@nanostores/react'
import { type ComponentType, lazy, Suspense, useEffect } from 'react'
import { $place, type Place, type Room, rooms } from './address.ts'
import { RoomBoundary } from './components/room_boundary.tsx'
import { TopBar } from './components/top_bar.tsx'
import { LockerRoom } from './rooms/locker_room.tsx'

/** What a room is given. */
export type RoomView = ComponentType<{ place: Place }>

/** The first one is what most people come for; of the others, nobody downloads what they do not open. */
const views: Record<Room, RoomView> = {
  locker: LockerRoom,
  inspector: lazy(async () => ({ default: (await import('./rooms/inspector_room.tsx')).InspectorRoom })),
  tokens: lazy(async () => ({ default: (await import('./tokens/token_lab.tsx')).TokenLab })),
  account: lazy(async () => ({ default: (await import('./account/account_room.tsx')).AccountRoom })),
  uptime: lazy(async () => ({ default: (await import('./uptime/uptime_room.tsx')).UptimeRoom })),
  bench: lazy(async () => ({ default: (await import('./bench/bench_room.tsx')).BenchRoom })),
}

export function App() {
  const place = useStore($place)
  const View = views[place.room]
  const key = `${place.room}/${place.mode}`
  useEffect(() => {
    document.title = rooms.find(({ room }) => room === place.room)?.title ?? document.title
  }, [place.room])
  return (
    <>
      <button type="button" className="button skip" onClick={jumpToMain}>
        Skip to the content
      </button>
      <TopBar key={key} place={place} />
      <main id="main" tabIndex={-1}>
        <RoomBoundary key={key}>
          <Suspense fallback={<p className="quiet">Loading this room …</p>}>
            <View place={place} />
          </Suspense>
        </RoomBoundary>
      </main>
      <footer className="foot quiet">
        All of this runs in your browser. No analytics, and no request to anybody else unless you name an
        address to be looked at.
      </footer>
    </>
  )
}

/** A button, because a link would change the address's hash, which chooses the room. */
function jumpToMain() {
  document.getElementById('main')?.focus()
}
