/** What tabs tell each other: which records changed, never their values. */
import { compareVersions, type Version } from './format.ts'
import { unref } from './node.ts'

/** A way to reach every other tab that has the same name open, and no echo. */
export interface ChannelPort {
  post(message: unknown): void
  listen(take: (message: unknown) => void): void
  close(): void
}

/** A record's new version. */
export interface ChangeNote extends Version {
  id: string
}

/** What other tabs say; `lockerId` so that two databases of one name (in memory, or made anew) never mix. */
export interface TabEvents {
  /** Another tab has applied changes. */
  changed(lockerId: string, notes: readonly ChangeNote[]): void
  destroyed(lockerId: string): void
  /** `lock()` was called in another tab. */
  locked(lockerId: string): void
  /** Another tab is about to give the locker other keys: what is pending here has to be applied before. */
  apply(lockerId: string): void
  /** Answers to that: another tab has begun, and has done it. */
  begun(lockerId: string): void
  applied(lockerId: string): void
  /** Another tab has changed the keyslots. */
  header(lockerId: string): void
  /** Another tab has accepted what lies on the disk. */
  repaired(lockerId: string): void
  /** Another tab is gone, and its journal is there for whoever takes it. */
  left(lockerId: string): void
}

/** The default channel; `undefined` where the environment has none. */
export function broadcastChannel(name: string): ChannelPort | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  let take: (message: unknown) => void = () => {}
  let channel: BroadcastChannel | undefined
  const open = () => {
    channel ??= new BroadcastChannel(name)
    channel.onmessage = (event: MessageEvent) => take(event.data)
    // In node, listening keeps the process alive again.
    unref(channel)
  }
  const rest = () => {
    channel?.close()
    channel = undefined
  }
  open()
  const stop = new AbortController()
  if (typeof document !== 'undefined') {
    // The first message to a page in the back/forward cache would end it there. What it misses, it reads when it is back.
    addEventListener('pagehide', rest, stop)
    addEventListener('pageshow', open, stop)
  }
  return {
    post(message) {
      const present = channel ?? new BroadcastChannel(name)
      present.postMessage(message)
      if (!channel) present.close()
    },
    listen(to) {
      take = to
    },
    close() {
      stop.abort()
      rest()
    },
  }
}

function isNote(value: unknown): value is ChangeNote {
  const { id, rev, writer } = (value ?? {}) as Record<string, unknown>
  return typeof id === 'string' && Number.isSafeInteger(rev) && writer instanceof Uint8Array
}

type Plain = Exclude<keyof TabEvents, 'changed'>
const plain: readonly Plain[] = [
  'destroyed',
  'locked',
  'header',
  'left',
  'apply',
  'begun',
  'applied',
  'repaired',
]

export class Tabs {
  readonly #port: ChannelPort | undefined

  constructor(port: ChannelPort | undefined, on: TabEvents) {
    this.#port = port
    port?.listen((message) => {
      const { type, locker, changes } = (message ?? {}) as Record<string, unknown>
      if (typeof locker !== 'string') return
      if (type === 'changed' && Array.isArray(changes)) on.changed(locker, changes.filter(isNote))
      else if (plain.includes(type as Plain)) on[type as Plain](locker)
    })
  }

  tell(type: keyof TabEvents, locker: string, changed: readonly ChangeNote[] = []): void {
    if (type === 'changed' && changed.length === 0) return
    this.#port?.post({ type, locker, changes: changed.map(({ id, rev, writer }) => ({ id, rev, writer })) })
  }

  close(): void {
    this.#port?.close()
  }
}

/** The ids of what is newer elsewhere than here. */
export function newerIds(notes: readonly ChangeNote[], held: (id: string) => Version | undefined): string[] {
  const newer = notes.filter(({ id, rev, writer }) => {
    const version = held(id)
    return !version || compareVersions({ rev, writer }, version) > 0
  })
  return [...new Set(newer.map((note) => note.id))]
}
