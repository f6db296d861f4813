/** The form that makes a locker where there is none, and opens it where it is locked. */
import { type JSX, useState } from 'react'
import type { LockerError } from '../errors.ts'
import type { SlotKind } from '../format.ts'
import type { Locker, Secret } from '../types.ts'
import { useLocker } from './context.tsx'
import {
  AccountName,
  type FormProps,
  Frame,
  OtherButton,
  type Problem,
  TextField,
  type Values,
} from './frame.tsx'
import { type UnlockHookOptions, type Unlocking, useUnlock } from './use_unlock.ts'
import { useStatus } from './use_values.ts'

/** Every text of an `UnlockForm`. */
export interface UnlockLabels {
  passphrase: string
  again: string
  recovery: string
  /** Of the box that shows what is typed. */
  show: string
  create: string
  unlock: string
  cancel: string
  useDevice: string
  usePasskey: string
  useRecovery: string
  usePassphrase: string
  looking: string
  loading: string
  /** Said while the key comes from a secret of this kind. */
  deriving: (kind: SlotKind) => string
  opening: string
  /** Said when the person has given up. */
  stopped: string
  /** What is said when the two passphrases are not the same. */
  differ: string
  wait: (seconds: number) => string
}

const derivings: Record<SlotKind, string> = {
  passphrase: 'Working out the key from the passphrase. This is meant to take a moment.',
  recovery: 'Working out the key from the recovery code.',
  passkey: 'Your browser asks for the passkey.',
  device: 'Getting the key of this browser.',
}

const english: UnlockLabels = {
  passphrase: 'Passphrase',
  again: 'The same once more',
  recovery: 'Recovery code',
  show: 'Show it',
  create: 'Create the locker',
  unlock: 'Unlock',
  cancel: 'Cancel',
  useDevice: 'Open with this browser',
  usePasskey: 'Use a passkey',
  useRecovery: 'Use a recovery code',
  usePassphrase: 'Use the passphrase',
  looking: 'Looking for the locker…',
  loading: 'Loading…',
  deriving: (kind) => derivings[kind],
  opening: 'Opening…',
  stopped: 'Stopped. Nothing was changed.',
  differ: 'The two passphrases differ. Type the same one twice.',
  wait: (seconds) => `You can try again in ${seconds} s.`,
}

/** What `UnlockForm` takes, beside everything that `<form>` takes. */
export interface UnlockFormProps extends FormProps, UnlockHookOptions {
  /** Takes the person to where they go on as soon as that is there; for a form that stands where somebody was at work. */
  autoFocus?: boolean | undefined
  /** Under which name password managers keep the passphrase; 'locker' if not said. */
  account?: string | undefined
  labels?: Partial<UnlockLabels> | undefined
  /** What is said of an error; its message if not given. */
  describe?: ((error: LockerError) => string) | undefined
  /** Called when the form has opened the locker. */
  onOpen?: (() => void) | undefined
}

/** Creates or unlocks the locker given, or the provider's. Nothing once that is open, so it can be there always: what was
 *  typed, and what was refused, go with it. */
export function UnlockForm(props: UnlockFormProps): JSX.Element | null {
  const { state } = useStatus(useLocker(props.locker as Locker | undefined))
  return state === 'unlocked' ? null : <ShutForm {...props} />
}

function ShutForm(props: UnlockFormProps): JSX.Element {
  const { locker, cost, clock, autoFocus, account = 'locker', labels, describe, onOpen, ...form } = props
  const text = { ...english, ...labels }
  const unlocking = useUnlock({ locker, cost, clock })
  const { status, mode, by, error, retryIn, busy, cancellable, progress } = unlocking
  const [found, setFound] = useState<Problem>()
  const [chosen, choose] = useState<{ way: Way }>()
  const [arrival] = useState({})
  const ways = waysOf(unlocking)
  const others = mode === 'unlock' ? otherWaysOf(unlocking) : []
  // Until it is known what opens it, nothing is asked for.
  const looking = busy || (mode === 'unlock' && !unlocking.kinds)
  const way = chosen && ways.includes(chosen.way) ? chosen.way : ways[0]
  const open = async (secret: Secret | string) => {
    setFound(undefined)
    if (await unlocking.submit(secret)) onOpen?.()
  }
  const onSend = (values: Values) => {
    if (way === 'recovery') return void open({ recovery: values('recovery') })
    const passphrase = values('passphrase')
    if (mode === 'create' && passphrase !== '') {
      const again = values('again')
      if (again !== passphrase) return { message: text.differ, field: 'again', gently: again === '' }
    }
    return void open(passphrase)
  }
  const turnTo = (to: Way) => {
    setFound(undefined)
    unlocking.forget()
    choose({ way: to })
  }
  // A passkey that was refused says nothing against the passphrase that stands there.
  const at = by ?? way ?? others[0]
  const told = error && { message: describe ? describe(error) : error.message, field: at }
  // A locker that cannot be used at all was not asked for anything: nobody is taken anywhere.
  const refused = status.state === 'failed' ? undefined : error
  // Once: whoever has begun to try something is where they want to be.
  const arriving = autoFocus && at && !by ? arrival : undefined
  const autoComplete = mode === 'create' ? 'new-password' : 'current-password'
  return (
    <Frame
      {...form}
      busy={looking}
      problem={found ?? told}
      cue={found ?? refused ?? chosen ?? arriving}
      next={at}
      retryIn={way === 'passphrase' ? retryIn : 0}
      waitText={text.wait}
      doing={doing(unlocking, text)}
      notice={unlocking.stopped && text.stopped}
      fraction={progress?.fraction}
      reveal={way === 'passphrase' ? text.show : undefined}
      send={way && (mode === 'create' ? text.create : text.unlock)}
      cancel={cancellable ? { label: text.cancel, call: unlocking.cancel } : undefined}
      onSend={onSend}
      onProblem={setFound}
      more={
        mode === 'unlock' && (
          <OtherWays
            ways={[...others, ...ways.filter((each) => each !== way)]}
            {...{ text, turnTo }}
            open={(secret) => void open(secret)}
          />
        )
      }
    >
      {way === 'passphrase' && (
        <>
          <AccountName name={account} />
          <TextField name="passphrase" label={text.passphrase} type="password" autoComplete={autoComplete} />
        </>
      )}
      {mode === 'create' && (
        <TextField name="again" label={text.again} type="password" autoComplete="new-password" />
      )}
      {way === 'recovery' && (
        <TextField
          name="recovery"
          label={text.recovery}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
    </Frame>
  )
}

/** A secret that is typed. */
type Way = 'passphrase' | 'recovery'

/** A way in that takes a button alone. */
type OtherWay = 'device' | 'passkey'

/** What can be typed, the usual first. */
function waysOf({ mode, kinds }: Unlocking): Way[] {
  if (mode === 'create' || (mode && kinds?.length === 0)) return ['passphrase']
  if (mode === undefined || !kinds) return []
  return (['passphrase', 'recovery'] as const).filter((kind) => kinds.includes(kind))
}

function otherWaysOf({ kinds = [], status }: Unlocking): OtherWay[] {
  return (['device', 'passkey'] as const).filter(
    (kind) => kinds.includes(kind) && !(kind === 'device' && status.reason === 'no-device-key'),
  )
}

function doing({ progress, by, cancellable }: Unlocking, text: UnlockLabels): string {
  if (!progress) return text.looking
  if (progress.step !== 'deriving') return text[progress.step]
  // What somebody else has begun may come from any secret.
  return by && cancellable ? text.deriving(by) : text.opening
}

interface OtherWaysProps {
  ways: readonly (Way | OtherWay)[]
  text: UnlockLabels
  turnTo: (way: Way) => void
  open: (secret: Secret) => void
}

/** Buttons for whatever else opens the locker. */
function OtherWays({ ways, text, turnTo, open }: OtherWaysProps): JSX.Element[] {
  const buttons = {
    device: [text.useDevice, () => open({ device: true })],
    passkey: [text.usePasskey, () => open({ passkey: true })],
    recovery: [text.useRecovery, () => turnTo('recovery')],
    passphrase: [text.usePassphrase, () => turnTo('passphrase')],
  } as const
  return ways.map((way) => (
    <OtherButton key={way} name={way} label={buttons[way][0]} call={buttons[way][1]} />
  ))
}
