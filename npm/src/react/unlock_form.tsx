/** The form that makes a locker where there is none, and opens it where it is locked. */
import { type JSX, useState } from 'react'
import type { LockerError } from '../errors.ts'
import type { Progress, Secret } from '../types.ts'
import { AccountName, type FormProps, Frame, type Problem, TextField, type Values } from './frame.tsx'
import { type UnlockHookOptions, type Unlocking, useUnlock } from './use_unlock.ts'

/** Every text of an `UnlockForm`. */
export interface UnlockLabels {
  passphrase: string
  again: string
  recovery: string
  create: string
  unlock: string
  cancel: string
  useDevice: string
  usePasskey: string
  useRecovery: string
  usePassphrase: string
  looking: string
  loading: string
  deriving: string
  opening: string
  /** What is said when the two passphrases are not the same. */
  differ: string
  wait: (seconds: number) => string
}

const english: UnlockLabels = {
  passphrase: 'Passphrase',
  again: 'The same once more',
  recovery: 'Recovery code',
  create: 'Create the locker',
  unlock: 'Unlock',
  cancel: 'Cancel',
  useDevice: 'Open with this browser',
  usePasskey: 'Use a passkey',
  useRecovery: 'Use a recovery code',
  usePassphrase: 'Use the passphrase',
  looking: 'Looking for the locker…',
  loading: 'Loading…',
  deriving: 'Working out the key from the passphrase. This is meant to take a moment.',
  opening: 'Opening…',
  differ: 'The two passphrases differ. Type the same one twice.',
  wait: (seconds) => `You can try again in ${seconds} s.`,
}

/** What `UnlockForm` takes, beside everything that `<form>` takes. */
export interface UnlockFormProps extends FormProps, UnlockHookOptions {
  /** Under which name password managers keep the passphrase; 'locker' if not said. */
  account?: string | undefined
  labels?: Partial<UnlockLabels> | undefined
  /** What is said of an error; its message if not given. */
  describe?: ((error: LockerError) => string) | undefined
  /** Called when the form has opened the locker, before it goes. */
  onOpen?: (() => void) | undefined
}

/** Creates or unlocks the locker given, or the provider's. Nothing once that is open, so it can be there always: what was
 *  typed, and what was refused, go with it. */
export function UnlockForm(props: UnlockFormProps): JSX.Element | null {
  const { locker, cost, clock, account = 'locker', labels, describe, onOpen, ...form } = props
  const text = { ...english, ...labels }
  const unlocking = useUnlock({ locker, cost, clock })
  const { status, mode, error, retryIn, busy, cancellable, progress } = unlocking
  const [found, setFound] = useState<Problem>()
  const [chosen, choose] = useState<{ way: Way }>()
  if (status.state === 'unlocked') return null

  const ways = waysOf(unlocking)
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
  const told = error && { message: describe ? describe(error) : error.message, field: way }
  const autoComplete = mode === 'create' ? 'new-password' : 'current-password'
  return (
    <Frame
      {...form}
      busy={busy}
      problem={found ?? told}
      // A locker that cannot be used at all was not asked for anything: nobody is taken anywhere.
      cue={found ?? (status.state === 'failed' ? undefined : error) ?? chosen}
      next={way}
      retryIn={way === 'passphrase' ? retryIn : 0}
      waitText={text.wait}
      doing={doing(progress, text)}
      fraction={progress?.fraction}
      send={way && (mode === 'create' ? text.create : text.unlock)}
      cancel={cancellable ? { label: text.cancel, call: unlocking.cancel } : undefined}
      onSend={onSend}
      onProblem={setFound}
      more={
        mode === 'unlock' && (
          <OtherWays
            ways={ways.filter((each) => each !== way)}
            {...{ unlocking, text, turnTo }}
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

/** What can be typed, the usual first. */
function waysOf({ mode, kinds }: Unlocking): Way[] {
  if (mode === undefined) return []
  if (mode === 'create' || !kinds) return ['passphrase']
  return (['passphrase', 'recovery'] as const).filter((kind) => kinds.includes(kind))
}

function doing(progress: Progress | undefined, text: UnlockLabels): string {
  return progress ? text[progress.step] : text.looking
}

interface OtherWaysProps {
  ways: readonly Way[]
  unlocking: Unlocking
  text: UnlockLabels
  turnTo: (way: Way) => void
  open: (secret: Secret) => void
}

/** Buttons for whatever else opens the locker. */
function OtherWays({ ways, unlocking, text, turnTo, open }: OtherWaysProps): JSX.Element {
  const { kinds = [], status, busy } = unlocking
  const buttons: [label: string, call: () => void][] = []
  if (kinds.includes('device') && status.reason !== 'no-device-key')
    buttons.push([text.useDevice, () => open({ device: true })])
  if (kinds.includes('passkey')) buttons.push([text.usePasskey, () => open({ passkey: true })])
  if (ways.includes('recovery')) buttons.push([text.useRecovery, () => turnTo('recovery')])
  if (ways.includes('passphrase')) buttons.push([text.usePassphrase, () => turnTo('passphrase')])
  return (
    <>
      {buttons.map(([label, call]) => (
        <button key={label} type="button" aria-disabled={busy} onClick={() => busy || call()}>
          {label}
        </button>
      ))}
    </>
  )
}
