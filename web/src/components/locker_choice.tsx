import { addressOf, type Place, rooms } from '../address.ts'
import type { Mode } from '../lockers.ts'

const labels: Record<Mode, string> = { device: 'This device', passphrase: 'Passphrase', account: 'Account' }

/** Which of the page's lockers the room shows. */
export function LockerChoice({ place }: { place: Place }) {
  const modes = rooms.find(({ room }) => room === place.room)?.modes ?? []
  return (
    <nav className="segments choice" aria-label="Which locker">
      {modes.map((mode) => (
        <a
          key={mode}
          href={addressOf(place.room, mode)}
          aria-current={mode === place.mode ? 'page' : undefined}
        >
          {labels[mode]}
        </a>
      ))}
    </nav>
  )
}
