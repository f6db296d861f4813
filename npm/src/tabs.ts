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

/** `locker`: the locker_id, so that two databases of one name (in memory, or made anew) never mix. */
type Message =
  | { type: 'changed'; locker: string; changes: readonly ChangeNote[] }
  | { type: 'destroyed'; locker: string }
  | { type: 'left'; locker: string }

/** The default channel; `undefined` where the environment has none. */
export function broadcastChannel(name: string): ChannelPort | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  const channel = new BroadcastChannel(name)
  unref(channel)
  return {
    post: (message) => channel.postMessage(message),
    listen(take) {
      channel.onmessage = (event: MessageEvent) => take(event.data)
      // In node, listening keeps the process alive again.
      unref(channel)
    },
    close: () => channel.close(),
  }
}

function isNote(value: unknown): value is ChangeNote {
  if (typeof value !== 'object' || value === null) return false
  const { id, rev, writer } = value as Record<string, unknown>
  return typeof id === 'string' && Number.isSafeInteger(rev) && writer instanceof Uint8Array
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false
  const { type, locker, changes } = value as Record<string, unknown>
  if (typeof locker !== 'string') return false
  return (
    type === 'destroyed' ||
    type === 'left' ||
    (type === 'changed' && Array.isArray(changes) && changes.every(isNote))
  )
}

export class Tabs {
  readonly #port: ChannelPort | undefined

  constructor(
    port: ChannelPort | undefined,
    on: {
      changed(locker: string, notes: readonly ChangeNote[]): void
      destroyed(locker: string): void
      /** A tab is gone, and its journal is there for whoever takes it. */
      left(locker: string): void
    },
  ) {
    this.#port = port
    port?.listen((message) => {
      if (!isMessage(message)) return
      if (message.type === 'changed') on.changed(message.locker, message.changes)
      else if (message.type === 'left') on.left(message.locker)
      else on.destroyed(message.locker)
    })
  }

  tellChanged(locker: string, versions: readonly ChangeNote[]): void {
    if (versions.length === 0) return
    const changes = versions.map(({ id, rev, writer }) => ({ id, rev, writer }))
    this.#port?.post({ type: 'changed', locker, changes } satisfies Message)
  }

  tellDestroyed(locker: string): void {
    this.#port?.post({ type: 'destroyed', locker } satisfies Message)
  }

  tellLeft(locker: string): void {
    this.#port?.post({ type: 'left', locker } satisfies Message)
  }

  close(): void {
    this.#port?.close()
  }
}

/** The ids of what is newer elsewhere than here. */
export function newerIds(notes: readonly ChangeNote[], held: (id: string) => Version | undefined): string[] {
  const ids = new Set<string>()
  for (const note of notes) {
    const version = held(note.id)
    if (version === undefined || compareVersions(note, version) > 0) ids.add(note.id)
  }
  return [...ids]
}
