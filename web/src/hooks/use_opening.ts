import { LockerError, type SlotKind } from '@kbve/locker'
import { useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'

export interface Refusal {
  /** What was to open the locker. */
  by: SlotKind
  /** Given up by the person, which is no error. */
  stopped: boolean
  message: string
}

/** Creating or unlocking: one at a time, can be cancelled, and a refusal comes back as a sentence. */
export function useOpening({ locker }: Demo) {
  const running = useRef<AbortController | null>(null)
  const [busy, setBusy] = useState(false)
  const [creating, setCreating] = useState(false)
  const [by, setBy] = useState<SlotKind>('passphrase')
  const [refusal, setRefusal] = useState<Refusal>()

  async function attempt(kind: SlotKind, open: (signal: AbortSignal) => Promise<unknown>) {
    if (running.current) return
    const controller = new AbortController()
    running.current = controller
    setCreating(locker.status.state === 'absent')
    setBy(kind)
    setBusy(true)
    setRefusal(undefined)
    try {
      await open(controller.signal)
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      const stopped = caught.code === 'aborted' && controller.signal.aborted
      setRefusal({ by: kind, stopped, message: stopped ? 'Stopped. Nothing was changed.' : caught.message })
    } finally {
      running.current = null
      setBusy(false)
    }
  }

  return {
    busy,
    /** Whether the attempt makes a new locker. */
    creating,
    /** What the attempt opens the locker with. */
    by,
    refusal,
    createDevice: () => attempt('device', (signal) => locker.create({ device: true }, { signal })),
    create: (passphrase: string) =>
      attempt('passphrase', (signal) => locker.create({ passphrase }, { signal })),
    unlock: (passphrase: string) =>
      attempt('passphrase', (signal) => locker.unlock({ passphrase }, { signal })),
    unlockRecovery: (recovery: string) =>
      attempt('recovery', (signal) => locker.unlock({ recovery }, { signal })),
    unlockPasskey: () => attempt('passkey', (signal) => locker.unlock({ passkey: true }, { signal })),
    unlockDevice: () => attempt('device', () => locker.unlock({ device: true })),
    forget: () => setRefusal(undefined),
    cancel: () => running.current?.abort(),
  }
}

export type Opening = ReturnType<typeof useOpening>
