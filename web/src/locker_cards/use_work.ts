import { LockerError } from '@kbve/locker'
import { useRef, useState } from 'react'

export interface Told {
  tone: 'good' | 'bad'
  text: string
}

/** One piece of work at a time, which can be given up, and what became of it as a sentence. */
export function useWork() {
  const running = useRef<AbortController | null>(null)
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<Told>()

  async function run(work: (signal: AbortSignal) => Promise<string>) {
    if (running.current) return
    const controller = new AbortController()
    running.current = controller
    setBusy(true)
    setTold(undefined)
    try {
      setTold({ tone: 'good', text: await work(controller.signal) })
    } catch (caught) {
      if (!(caught instanceof LockerError)) throw caught
      setTold({
        tone: 'bad',
        text:
          caught.code === 'aborted' && controller.signal.aborted
            ? 'Stopped. Nothing was changed.'
            : caught.message,
      })
    } finally {
      running.current = null
      setBusy(false)
    }
  }

  return { busy, told, run, cancel: () => running.current?.abort(), clear: () => setTold(undefined) }
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has begun by then; the address is of no more use.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** "1.2 MB" */
export function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
