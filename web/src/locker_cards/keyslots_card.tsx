import type { SlotInfo } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { useEffect, useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'
import { NewCode } from './new_code.tsx'
import { addPasskey } from './passkey.ts'
import { RemoveSlotDialog } from './remove_slot_dialog.tsx'
import { ToldLine } from './told_line.tsx'
import { useWork } from './use_work.ts'
import '../styles/locker_cards.css'

const doings = {
  code: 'Drawing a code…',
  passkey: 'Your browser asks for a passkey…',
  device: 'Making a key…',
  removal: 'Removing it…',
}
type Doing = keyof typeof doings

/** What opens the locker: listed, added and removed. */
export function KeyslotsCard({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  return state === 'unlocked' ? <Open demo={demo} /> : null
}

function Open({ demo }: { demo: Demo }) {
  const { locker, slots } = demo
  const found = useStore(slots.$slots)
  const work = useWork()
  const { card, leave } = useReturningFocus(work.busy)
  const [code, setCode] = useState('')
  const [doing, setDoing] = useState<Doing>('code')
  const [removing, askToRemove] = useState<SlotInfo>()

  const change = (what: Doing, call: (signal: AbortSignal) => Promise<string>) => {
    setDoing(what)
    leave()
    return work.run(async (signal) => {
      const told = await call(signal)
      await slots.refresh()
      return told
    })
  }
  const dismiss = () => {
    setCode('')
    card.current?.querySelector<HTMLElement>('.slots button')?.focus()
  }
  const addCode = () =>
    change('code', async (signal) => {
      const added = await locker.slots.add({ recovery: true }, { signal })
      setCode(added.code)
      return 'Added. The code opens this locker from now on.'
    })
  const addOfPasskey = () =>
    change('passkey', async (signal) => {
      await addPasskey(demo, signal)
      return 'Added. The passkey opens this locker from now on.'
    })
  const addDevice = () =>
    change('device', async (signal) => {
      await locker.slots.add({ device: true }, { signal, label: 'This device' })
      return 'Added. A key that this browser keeps opens this locker from now on, with nothing to type.'
    })
  const remove = ({ id, label }: SlotInfo) => {
    askToRemove(undefined)
    return change('removal', async () => {
      await locker.slots.remove(id)
      return `Removed: ${label}.`
    })
  }

  return (
    <section className="card tool" aria-labelledby="keyslots-title" ref={card}>
      <h3 id="keyslots-title">Keyslots</h3>
      <p className="quiet">Each of these opens the locker by itself.</p>
      <ul className="slots" aria-labelledby="keyslots-title">
        {found?.map((slot) => (
          <li key={slot.id}>
            <span className="kept">
              <b>{slot.label}</b>
              <span className="tag">{slot.kind}</span>
              <time className="quiet number" dateTime={new Date(slot.created).toISOString()}>
                {new Date(slot.created).toLocaleDateString([], { dateStyle: 'medium' })}
              </time>
            </span>
            <button
              type="button"
              className="button small"
              aria-label={`Remove ${slot.label}`}
              disabled={work.busy}
              onClick={() => askToRemove(slot)}
            >
              Remove…
            </button>
          </li>
        ))}
      </ul>
      {code && <NewCode code={code} done={dismiss} />}
      <div className="row">
        <button type="button" className="button" disabled={work.busy || code !== ''} onClick={addCode}>
          Add a recovery code
        </button>
        <button type="button" className="button" disabled={work.busy} onClick={addOfPasskey}>
          Add a passkey
        </button>
        {found?.every(({ kind }) => kind !== 'device') && (
          <button type="button" className="button" disabled={work.busy} onClick={addDevice}>
            Add this device
          </button>
        )}
      </div>
      {work.busy && (
        <div className="row">
          <progress aria-label={doings[doing]} />
          <span className="quiet">{doings[doing]}</span>
          {doing !== 'removal' && (
            <button type="button" className="button small" data-cancel onClick={work.cancel}>
              Cancel
            </button>
          )}
        </div>
      )}
      <ToldLine told={work.told} />
      {removing && (
        <RemoveSlotDialog
          slot={removing}
          keep={() => askToRemove(undefined)}
          remove={() => remove(removing)}
        />
      )}
    </section>
  )
}

/** While it works the buttons cannot be pressed, so the focus goes to the one that gives up, and then back. */
function useReturningFocus(busy: boolean) {
  const card = useRef<HTMLElement>(null)
  const pressed = useRef<Element>(null)

  useEffect(() => {
    const find = (selector: string) => card.current?.querySelector<HTMLElement>(selector)
    if (busy) return find('[data-cancel]')?.focus()
    const before = pressed.current
    pressed.current = null
    if (!before) return
    if (before instanceof HTMLElement && before.isConnected && !before.matches(':disabled')) before.focus()
    // The last slot stays, so there is one to go to.
    else (find('.new-code') ?? find('.slots button'))?.focus()
  }, [busy])

  return {
    card,
    leave: () => {
      pressed.current = document.activeElement
    },
  }
}
