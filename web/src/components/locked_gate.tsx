import type { SlotKind } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { useState } from 'react'
import type { Opening } from '../hooks/use_opening.ts'
import type { Demo, Mode } from '../lockers.ts'
import { DirectGate } from './direct_gate.tsx'
import { OtherWays } from './other_ways.tsx'
import { PassphraseForm } from './passphrase_form.tsx'
import { Progress } from './progress.tsx'
import { RecoveryForm } from './recovery_form.tsx'

/** What is offered first, of what there is. */
const orders: Record<Mode, readonly SlotKind[]> = {
  device: ['device', 'passphrase', 'recovery', 'passkey'],
  passphrase: ['passphrase', 'recovery', 'passkey', 'device'],
  account: ['passphrase', 'recovery', 'passkey', 'device'],
}

/** A locked locker, with a way in for each kind of keyslot that it has. */
export function LockedGate({ demo, opening }: { demo: Demo; opening: Opening }) {
  const ways = useWays(demo)
  const [chosen, choose] = useState<SlotKind>()
  const [code, setCode] = useState('')
  const way = chosen && ways.includes(chosen) ? chosen : ways[0]

  if (opening.busy) return <Progress demo={demo} creating={false} by={opening.by} cancel={opening.cancel} />

  const others = (
    <OtherWays
      ways={ways.filter((each) => each !== way)}
      refusal={opening.refusal}
      take={(kind) => {
        if (kind === 'passkey') return void opening.unlockPasskey()
        if (kind === 'device') return void opening.unlockDevice()
        opening.forget()
        choose(kind)
      }}
    />
  )
  const refusal = opening.refusal?.by === way ? opening.refusal : undefined
  if (way === 'recovery')
    return (
      <RecoveryForm code={code} setCode={setCode} opening={opening} focused={chosen === way}>
        {others}
      </RecoveryForm>
    )
  if (way === 'passkey')
    return (
      <DirectGate
        title="Locked"
        text="Your passkey opens the locker."
        label="Open with a passkey"
        open={opening.unlockPasskey}
        refusal={refusal}
      >
        {others}
      </DirectGate>
    )
  if (way === 'device')
    return (
      <DirectGate
        title="Locked"
        text="The keys are wiped from memory. The key of this device opens the locker again."
        label="Open with this device"
        open={opening.unlockDevice}
        refusal={refusal}
      >
        {others}
      </DirectGate>
    )
  return (
    <PassphraseForm creating={false} name={demo.name} opening={opening} focused={chosen === way}>
      {others}
    </PassphraseForm>
  )
}

/** The kinds of keyslots that can be tried, each once, the usual one first. */
function useWays({ mode, stores, slots }: Demo): readonly SlotKind[] {
  const { reason } = useStore(stores.$status)
  const found = useStore(slots.$slots)
  const [usual = 'passphrase'] = orders[mode]
  // Before they are known, and where the header cannot be read: the try says what is the matter.
  const ways = orders[mode].filter(
    (kind) => found?.some((slot) => slot.kind === kind) && !(kind === 'device' && reason === 'no-device-key'),
  )
  return ways.length > 0 ? ways : [usual]
}
