/** Creating a locker where there is none, and unlocking it where it is locked. */
import { useCallback, useEffect, useState } from 'react'
import { LockerError } from '../errors.ts'
import type { SlotKind } from '../format.ts'
import type { CreateSecret, Locker, PassphraseCost, Progress, Secret, Status } from '../types.ts'
import { useLocker } from './context.tsx'
import { useSecondsUntil } from './use_seconds.ts'
import { useTask } from './use_task.ts'
import { useStatus } from './use_values.ts'

/** The part of a locker that opening it takes. */
export type Openable = Pick<Locker, 'status' | 'on' | 'ready' | 'create' | 'unlock' | 'slots'>

/** What `useUnlock` takes. */
export interface UnlockHookOptions {
  /** That of the provider, if not said. */
  locker?: Openable | undefined
  /** What a new passphrase shall cost. */
  cost?: PassphraseCost | undefined
  /** The locker's own, where it was given one; milliseconds since 1970. */
  clock?: (() => number) | undefined
}

/** What `useUnlock` answers. */
export interface Unlocking {
  readonly status: Status
  /** What `submit` would do, or is doing. `undefined`: nothing, because the locker is open, or it is not known yet, or
   *  nothing can be done. */
  readonly mode: 'create' | 'unlock' | undefined
  /** The kinds of keyslots there are, as soon as that is known of a locked locker; none where they cannot be read. */
  readonly kinds: readonly SlotKind[] | undefined
  readonly busy: boolean
  /** Whether `cancel` has something to give up. */
  readonly cancellable: boolean
  readonly progress: Progress | undefined
  /** The kind of secret that `submit` tries, or has tried last. */
  readonly by: SlotKind | undefined
  /** Why the last try failed, or the locker cannot be used at all. */
  readonly error: LockerError | undefined
  /** Whether the last try was given up by `cancel`. */
  readonly stopped: boolean
  /** Seconds until the next passphrase can be tried; 0 for at once. */
  readonly retryIn: number
  /** Creates or unlocks; a text is a passphrase. Resolves with whether the locker is open. */
  submit(secret: Secret | string): Promise<boolean>
  /** Gives up what `submit` has begun; that is no error. */
  cancel(): void
  /** Forgets what the last try ended with. */
  forget(): void
}

/** Opens the locker given, or the provider's. */
export function useUnlock(options: UnlockHookOptions = {}): Unlocking {
  const { cost, clock } = options
  const locker: Openable = useLocker(options.locker as Locker | undefined)
  const status = useStatus(locker)
  const { running, error, stopped, run, cancel, forget: forgetEnd } = useTask()
  const [by, setBy] = useState<SlotKind>()
  const retryIn = useSecondsUntil(Math.max(status.retryAt ?? 0, error?.retryAt ?? 0), clock)
  const kinds = useKinds(locker, status.state === 'locked')
  const submit = useCallback(
    async (secret: Secret | string) => {
      const given = typeof secret === 'string' ? { passphrase: secret } : secret
      const opened = await run(async (signal) => {
        setBy(kindOf(given))
        if ('passphrase' in given && given.passphrase === '')
          throw new LockerError('invalid_field', 'Type a passphrase first.', { field: 'passphrase' })
        if ('recovery' in given && given.recovery.trim() === '')
          throw new LockerError('invalid_field', 'Type the recovery code first.', { field: 'recovery' })
        const { state } = await locker.ready.then(() => locker.status)
        const how = cost ? { signal, cost } : { signal }
        if (state === 'absent') await locker.create(given as CreateSecret, how)
        else await locker.unlock(given, how)
        return true
      })
      return opened ?? false
    },
    [locker, cost, run],
  )
  const forget = useCallback(() => {
    forgetEnd()
    setBy(undefined)
  }, [forgetEnd])
  const { state } = status
  const next = state === 'absent' ? 'create' : state === 'locked' ? 'unlock' : undefined
  const [last, setLast] = useState<Unlocking['mode']>(next)
  if (next && next !== last) setLast(next)
  const mode = state === 'unlocking' ? last : next
  return {
    status,
    mode,
    kinds,
    busy: running || state === 'opening' || state === 'unlocking',
    cancellable: running,
    progress: status.progress,
    by,
    error: error ?? (state === 'failed' ? status.error : undefined),
    stopped,
    retryIn,
    submit,
    cancel,
    forget,
  }
}

function kindOf(secret: Secret): SlotKind {
  if ('passphrase' in secret) return 'passphrase'
  if ('recovery' in secret) return 'recovery'
  return 'passkey' in secret ? 'passkey' : 'device'
}

/** Looks at the keyslots each time the locker is found locked, and when another tab has changed them. */
function useKinds(locker: Pick<Locker, 'slots' | 'on'>, locked: boolean): readonly SlotKind[] | undefined {
  const [found, setFound] = useState<{ of: object; kinds: readonly SlotKind[] }>()
  useEffect(() => {
    if (!locked) return
    let last = {}
    const look = () => {
      const mine = {}
      last = mine
      const show = (kinds: readonly SlotKind[]) => last === mine && setFound({ of: locker, kinds })
      locker.slots.list().then(
        (slots) => show(slots.map(({ kind }) => kind)),
        // Whoever unlocks is told what is the matter.
        () => show([]),
      )
    }
    look()
    const stop = locker.on('slots', look)
    return () => {
      last = {}
      stop()
    }
  }, [locker, locked])
  return found?.of === locker ? found.kinds : undefined
}
