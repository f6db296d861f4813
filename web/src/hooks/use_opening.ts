import { LockerError } from '@kbve/locker'
import { useRef, useState } from 'react'
import type { Demo } from '../lockers.ts'

export interface Refusal {
  code: string
  message: string
}

/** Creating or unlocking: one at a time, can be cancelled, and a refusal comes back as a sentence. */
export function useOpening({ locker }: Demo) {
  const running = useRef<AbortController | null>(null)
  const [busy, setBusy] = useState(false)
  const [creating, setCreating] = useState(false)
  const [refusal, setRefusal] = useState<Refusal>()

  async function attempt(open: (signal: AbortSignal) => Promise<unknown>) {
    if (running.current) return
    const controller = new AbortController()
    running.current = controller
    setCreating(locker.status.state === 'absent')
    setBusy(true)
    setRefusal(undefined)
    try {
      await open(controller.signal)
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setRefusal({ code: caught.code, message: caught.message })
    } finally {
      running.current = null
      setBusy(false)
    }
  }

  return {
    busy,
    /** Whether the attempt makes a new locker. */
    creating,
    refusal,
    createDevice: () => attempt((signal) => locker.create({ device: true }, { signal })),
    create: (passphrase: string) => attempt((signal) => locker.create({ passphrase }, { signal })),
    unlock: (passphrase: string) => attempt((signal) => locker.unlock({ passphrase }, { signal })),
    unlockDevice: () => attempt(() => locker.unlock({ device: true })),
    cancel: () => running.current?.abort(),
  }
}

export type Opening = ReturnType<typeof useOpening>
