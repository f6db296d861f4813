/** A locker's options, all of them decided. */
import type { Core } from './core.ts'
import type { LocksPort } from './locks.ts'
import type { Fields } from './profile.ts'
import type { LockerName, LockerStorage } from './storage/storage.ts'
import type { ChannelPort } from './tabs.ts'
import type { Migrate } from './types.ts'

export interface Ports {
  name: LockerName
  mode: 'device' | 'ask' | 'account'
  fields: Fields
  storage: LockerStorage
  /** Milliseconds without anybody at work after which it locks. */
  idle: number | undefined
  /** Whether it stays open over a reload. */
  remember: boolean
  mirror: readonly string[]
  now: () => number
  /** Of the application's values, 0 where it does not say. */
  version: number
  migrate: Migrate | undefined
  /** Ask the browser to keep the data. */
  persist: boolean
  loadCore: () => Promise<Core>
  channel: (name: string) => ChannelPort | undefined
  locks: LocksPort | undefined
  /** Whether listening alone begins to open. On a server it must not: one locker would serve all visitors. */
  startByListening: boolean
}
