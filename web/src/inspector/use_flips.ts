import { LockerError } from '@kbve/locker'
import { useCallback, useState } from 'react'
import type { Demo } from '../lockers.ts'
import { cookiesOf } from './demo_cookies.ts'
import { applyFlip, type Flip, keepFlips, readFlips, undoFlip } from './flip.ts'

export type Reading = { state: string; error?: LockerError }

/** What has been changed of a locker, and what it said when it was opened again. */
export function useFlips(demo: Demo, refresh: () => Promise<void>) {
  const { locker, mode, name } = demo
  const [flips, setFlips] = useState(() => readFlips(name))
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<LockerError>()
  const [cookie, setCookie] = useState<Reading>()
  const [tried, setTried] = useState(false)
  const [note, setNote] = useState('')

  const keep = useCallback(
    (next: Flip[]) => {
      keepFlips(name, next)
      setFlips(next)
    },
    [name],
  )

  /** Everything is on the disk, and nothing in memory, before a byte is changed: what is handed over is not lost. */
  async function shut() {
    if (locker.status.state !== 'unlocked') return
    await locker.flush()
    locker.lock()
    await locker.flush()
  }

  /** Opens again what opens by itself; the others ask the person. */
  async function reopen() {
    setRefused(undefined)
    if (mode !== 'device' || locker.status.state === 'unlocked') return
    try {
      await locker.unlock({ device: true })
    } catch (error) {
      if (!(error instanceof LockerError)) throw error
      setRefused(error)
    }
  }

  async function work(change: () => Promise<void>, store: Flip['place']['store']) {
    if (busy) return
    setBusy(true)
    setNote('')
    try {
      if (store === 'cookie') {
        await change()
        const cookies = cookiesOf(demo)
        await cookies.ready
        setCookie(cookies.read('token'))
      } else {
        await shut()
        await change()
        await reopen()
        setTried(true)
      }
      await refresh()
    } finally {
      setBusy(false)
    }
  }

  return {
    flips,
    busy,
    refused,
    cookie,
    note,
    /** Whether there is something to say of an opening. */
    tried: tried || flips.some(({ place }) => place.store !== 'cookie'),
    flip: (one: Flip) =>
      work(async () => {
        if (await applyFlip(one)) keep([...readFlips(name), one])
        else setNote('It was written anew in this moment; nothing was changed. Choose the byte again.')
      }, one.place.store),
    restore: (one: Flip) =>
      work(async () => {
        const undone = await undoFlip(one)
        keep(readFlips(name).filter(({ id }) => id !== one.id))
        if (!undone) setNote(`${one.title} was written anew since; there is nothing left to restore.`)
      }, one.place.store),
    reopen: () => work(async () => {}, 'records'),
    sealCookie: async () => {
      const cookies = cookiesOf(demo)
      await cookies.ready
      cookies.set('token', `sealed at ${new Date().toLocaleTimeString()}`)
      await cookies.flush()
      setCookie(cookies.read('token'))
      // A new one: what was changed in the old is gone.
      keep(readFlips(name).filter(({ place }) => place.store !== 'cookie'))
      await refresh()
    },
  }
}

export type Flips = ReturnType<typeof useFlips>
