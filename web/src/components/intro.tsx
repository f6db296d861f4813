import { LockerError } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { useState } from 'react'
import { addressOf, type Place } from '../address.ts'
import type { Demo } from '../lockers.ts'
import { CodeExample } from './code_example.tsx'
import { LockerChoice } from './locker_choice.tsx'
import { RoomIntro } from './room_intro.tsx'

const opens = {
  device: 'This one opens by itself, with a key this browser keeps.',
  passphrase:
    'A passphrase opens this one, through Argon2id with 64 MiB, and whatever keyslot you add. Nobody can reset it.',
  account: '',
}

const sample = {
  username: 'ann',
  last: 'Example',
  email: 'ann@example.com',
  phone: '+49 151 1234567',
  github: 'ann-example',
  instagram: 'ann.example',
  uuid: '9b2f0c1e-7c39-4a40-9f0e-8d0b6f3f4a11',
}

/** What this is, and the three things to try. */
export function Intro({ place, demo }: { place: Place; demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  return (
    <RoomIntro
      title="What you type, and what the disk keeps"
      lead={
        <>
          <strong>@kbve/locker</strong> keeps a profile, drafts and sessions in the visitor’s own browser,
          sealed with AES-256-GCM by C++ in WebAssembly before they leave the page. {opens[demo.mode]}
        </>
      }
    >
      <LockerChoice place={place} />
      <ol className="tries">
        {state === 'unlocked' ? (
          <Fill demo={demo} />
        ) : (
          <li>
            <span>
              {state === 'absent'
                ? 'Choose a passphrase below, and the locker is made.'
                : 'Open the locker below.'}
            </span>
          </li>
        )}
        <li>
          <button type="button" className="link" onClick={() => window.location.reload()}>
            Reload the page
          </button>{' '}
          <span>Nothing is lost{demo.mode === 'device' && ', and there is nothing to type'}.</span>
        </li>
        <li>
          <a href={addressOf(place.room, place.mode)} target="_blank" rel="noopener">
            Open a second tab
          </a>{' '}
          <span>Edit there: this one follows.</span>
        </li>
      </ol>
      <CodeExample mode={demo.mode} />
    </RoomIntro>
  )
}

function Fill({ demo }: { demo: Demo }) {
  const [told, tell] = useState('Seven fields, sealed before the click is over.')

  function fill() {
    const from = performance.now()
    try {
      demo.locker.patch(sample)
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      return tell(caught.message)
    }
    tell(`Seven fields sealed and handed over in ${(performance.now() - from).toFixed(1)} ms.`)
  }

  return (
    <li>
      <button type="button" className="link" onClick={fill}>
        Fill in a sample
      </button>{' '}
      <span aria-live="polite">{told}</span>
    </li>
  )
}
