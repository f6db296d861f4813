/** Lets values go when their time comes: out of memory, out of what stores show, off the disk. */
import { unref } from './node.ts'
import type { OpenLocker } from './open_locker.ts'
import { sweepParts, sweepRecords } from './sweep.ts'
import { Changed } from './values.ts'

/** Milliseconds. Clocks are set, and timers sleep with the machine: looked at again after this time at the latest. */
const longest = 600_000

/** Watches over the values of an open locker until it is closed. */
export async function watch(open: OpenLocker, now: () => number): Promise<void> {
  const { values } = open
  /** Which versions were taken from the disk, or found gone. */
  const swept = new Map<string, number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = (wait: number) => {
    clearTimeout(timer)
    timer = setTimeout(look, Math.max(0, Math.min(wait, longest)))
    unref(timer)
  }
  function look(): void {
    if (open.closed) return
    const changed = new Changed()
    const { over, next } = values.expire(changed)
    if (changed.any) open.reader.changed(changed, 'expiry')
    // Whoever heard of it may have locked it.
    if (open.closed) return
    if (next < Number.POSITIVE_INFINITY) again(next - now())
    const rev = (id: string) => values.held(id)?.rev ?? 0
    const fresh = over.filter((id) => swept.get(id) !== rev(id))
    if (fresh.length === 0 || open.readOnly) return
    for (const id of fresh) swept.set(id, rev(id))
    const large = fresh.some((id) => values.kind(id) === 'parts')
    // Nobody waits for it: what stays is taken away the next time the locker is unlocked, or while it is locked.
    void sweep(open, now, fresh, large).catch(() => {})
  }
  values.dated = () => again(0)
  look()
}

async function sweep(open: OpenLocker, now: () => number, ids: string[], large: boolean): Promise<void> {
  // What was put a moment ago may still be on its way there.
  await open.flush()
  const { session } = open.reader
  await sweepRecords(session, now, ids)
  if (large) await sweepParts(session, now)
}
