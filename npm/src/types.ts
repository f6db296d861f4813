/// <reference lib="esnext.disposable" preserve="true" />
/** The public types of a locker. */

import type { LockerError } from './errors.ts'
import type { SlotKind } from './format.ts'
import type { LocksPort } from './locks.ts'
import type { kbveLocker, ProfileOf, Schema } from './profile.ts'
import type { LockerStorage } from './storage/storage.ts'
import type { ChannelPort } from './tabs.ts'
import type { WasmSource, WasmSources } from './wasm_source.ts'

/** What a locker is doing, or why it is not open. */
export type LockerState = 'opening' | 'absent' | 'locked' | 'unlocking' | 'unlocked' | 'failed'

/**
 * How far what was read agrees with what was last sealed; until `repair()` it stays so.
 * `'header'`: the header was changed, or is an older one; the locker is open for reading only.
 * `'records'`: single records, or the root, were replaced by older ones, removed or added.
 * `'rolled_back'`: all of it is whole, but an older copy of itself.
 */
export type Integrity = 'ok' | 'header' | 'records' | 'rolled_back'

/** Why the state is `locked` or `absent`, or the locker empty, where there is more to say than the state itself. */
export type StatusReason =
  /** `lock()` was called, here or in another tab, or the locker was disposed of. */
  | 'lock'
  /** Nobody was at work for as long as `idleLock` says. */
  | 'idle'
  /** Only another secret opens it here: this browser has no device key for it. */
  | 'no-device-key'
  /** The database belongs to another locker now, or another tab gave this one other keys (`rekey`). */
  | 'conflict'
  /** `destroy()` was called, here or in another tab. */
  | 'destroyed'
  /** There was a locker, and its data was deleted by something else than `destroy()`. With `'device'` the state is then
   *  `unlocked`: what is open is a new, empty one, and an `error` event with the code `evicted` has told so. */
  | 'evicted'
  /** With `unlock: 'account'`: nothing that the person has opens what was here, or it was another person's. It was
   *  emptied when they signed in, and an `error` event with the code `evicted` has told so. */
  | 'account'

/** Which step of creating or unlocking is under way. */
export interface Progress {
  readonly step: 'loading' | 'deriving' | 'opening'
  /** 0 to 1, only where it is really known. */
  readonly fraction?: number
}

/** An immutable snapshot; the same object as long as nothing in it changes. */
export interface Status {
  readonly state: LockerState
  readonly reason?: StatusReason
  /** Why the state is `failed`, or what keeps pending values from being applied. */
  readonly error?: LockerError
  readonly progress?: Progress
  /** When the locker is locked if nobody is at work until then (`idleLock`), in milliseconds since 1970. It moves on in
   *  steps; it is never later than said. */
  readonly lockAt?: number
  /** After too many wrong passphrases: none is tried before then, in milliseconds since 1970. */
  readonly retryAt?: number
  readonly integrity: Integrity
  /** Ids of records that are there but do not open. */
  readonly damaged: readonly string[]
  /** Writes handed over to the journal and not yet applied to the main database. */
  readonly pending: number
  /** Whether the browser promised not to evict this origin's data (`navigator.storage.persist()`). */
  readonly persisted: boolean
  /** Open, but nothing can be written before `repair()`: the header is not the one that was sealed last. */
  readonly readOnly: boolean
}

/** Which values look different now. */
export interface ChangeEvent {
  readonly fields: ReadonlySet<string>
  /** Names of entries, without `entry/`. */
  readonly entries: ReadonlySet<string>
  /** `'expiry'`: their time has come. */
  readonly from: 'here' | 'elsewhere' | 'unlock' | 'lock' | 'expiry'
}

/** What `on(event, …)` tells. */
export interface LockerEvents {
  status: Status
  change: ChangeEvent
  /** Something that went wrong when nobody was waiting for it, such as a full disk. */
  error: LockerError
  /** The keyslots were changed, in this tab or in another one, whether the locker is open or not: `slots.list()` has them. */
  slots: undefined
}

/** What a locker can be made with; more is added with `slots.add`. */
export type CreateSecret = { passphrase: string } | { device: true }

/** What opens a locker: a passphrase, this browser's key, a recovery code as it was written down, or one of the
 *  locker's passkeys, which the browser asks the person for. */
export type Secret = CreateSecret | { recovery: string } | { passkey: true }

/** What a keyslot is made for. A passkey belongs to `rpId`, the page's domain or one above it. */
export type NewSecret =
  | CreateSecret
  | { recovery: true }
  | { passkey: { rpId: string; user: { name: string; displayName: string } } }

/** How much work a guess at a passphrase costs. */
export interface PassphraseCost {
  /** 19,456 to 262,144; 65,536 if not said. */
  memoryKib?: number
  /** 2 to 16; 3 if not said. */
  passes?: number
}

/** How an unlocking can be given up, and what a passphrase shall cost. */
export interface UnlockOptions {
  /** Gives up: rejects with `aborted`, and ends the work. */
  signal?: AbortSignal
  /** A passphrase whose keyslot costs less than this is wrapped anew behind the unlocking, never made cheaper. If not
   *  said: what this locker object was given in `create` or `slots.add`, or else the usual cost. */
  cost?: PassphraseCost
}

/** How a new locker is made. */
export interface CreateOptions extends Pick<UnlockOptions, 'signal'> {
  /** Of the passphrase; nothing for a device key. */
  cost?: PassphraseCost
}

/** How a keyslot is made. */
export interface SlotOptions extends CreateOptions {
  /** What the person calls it, 256 bytes at most, in clear. */
  label?: string
}

/** A keyslot, as anybody may see it. */
export interface SlotInfo {
  readonly id: string
  readonly kind: SlotKind
  readonly label: string
  /** Milliseconds since 1970. */
  readonly created: number
}

/** A keyslot just made. */
export interface AddedSlot extends SlotInfo {
  /** Of a recovery slot, to be written down: the only time that it is seen. */
  readonly code?: string
}

/** What opens the locker. All but `list` need it open and writable: `locked`, `read_only`. A change of keyslots is one
 *  transaction; no value is sealed anew, and who has an old copy of the disk and the old secret still opens that. */
export interface Slots {
  /** Nothing secret. While the locker is locked this is what lies on the disk, which only unlocking can check. */
  list(): Promise<SlotInfo[]>
  /** Rejects with `unsupported` where this browser cannot have one, `aborted`, `exists` (the authenticator has a passkey
   *  for the locker already), `too_large` over 64. */
  add(secret: { recovery: true }, options?: SlotOptions): Promise<AddedSlot & { readonly code: string }>
  add(secret: NewSecret, options?: SlotOptions): Promise<AddedSlot>
  /** Rejects with `last_slot`, or `absent` for one that is not there. */
  remove(id: string): Promise<void>
  /** Another slot in its place, with its label if none is given. The old secret opens the locker no more. */
  change(id: string, secret: NewSecret, options?: SlotOptions): Promise<AddedSlot>
}

/** How a locker is given other keys. `label` is that of every slot, where one is given. */
export type RekeyOptions = SlotOptions

/** How long `exclusive` may take. */
export interface ExclusiveOptions {
  /** Seconds for waiting and work together, 10 if not said; then `aborted`, and the lock is let go. */
  timeout?: number
  signal?: AbortSignal
}

/** What a backup comes in. */
export type BackupSource = Blob | ArrayBuffer | Uint8Array | string

/** What opened the locker when the backup was made. */
export type BackupSecret = { passphrase: string } | { recovery: string } | { passkey: true }

/** How a backup is brought in. */
export interface RestoreOptions {
  /** `'merge'` (default): of two versions of a value the newer one stays. What `migrate` has made of a backup is as old
   *  as what it was made from; under a new name it is that only where it is the same value, and else older than
   *  whatever is here. `'replace'`: exactly the backup's values, and everything else is deleted. */
  mode?: 'merge' | 'replace'
  /** Only tells what would become of it. */
  dryRun?: boolean
  /** Gives up: rejects with `aborted`, and nothing is changed. */
  signal?: AbortSignal
}

/** What a restore did, or would do, by record: `profile/<field>` and `entry/<name>`. */
export interface RestoreReport {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** In the backup, and without effect: the same here, or newer. */
  readonly unchanged: readonly string[]
  /** In the backup, but they do not open; what is here was left as it was. */
  readonly damaged: readonly string[]
  /** Fields that this application does not have, or whose rules the value breaks; left as they were here. */
  readonly unfit: readonly string[]
}

/** What JSON can say. `undefined` properties are left out. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** How far a large entry is sealed or opened, in bytes. */
export interface StoreProgress {
  readonly done: number
  readonly total: number
}

/** How a large entry is read. */
export interface LoadOptions {
  /** Gives up: rejects with `aborted`. */
  signal?: AbortSignal
  /** Called after every MiB or so, and with `done` equal to `total` at the end. */
  onProgress?: (progress: StoreProgress) => void
}

/** How a large entry is kept. */
export interface StoreOptions extends LoadOptions {
  /** Seconds after which it counts as gone. */
  expiresIn?: number
}

/** What is known of an entry without reading it. */
export interface EntryInfo {
  readonly kind: 'json' | 'bytes' | 'blob'
  /** Bytes of the value, or of its JSON text. */
  readonly size: number
  /** Of a `Blob`: its media type. */
  readonly type?: string
  /** Kept in parts: `load` gives it, `get` does not. */
  readonly large: boolean
}

/** An application's own values, sealed like the profile. */
export interface Entries {
  /** Seals and hands over, like `set`. Throws `not_serializable` for what does not come back from JSON as it
   *  was: functions, cycles, BigInt, NaN, dates, class instances. */
  put(name: string, value: unknown, options?: { expiresIn?: number }): void
  /** Up to 64 MiB: bytes, a `Blob` or `File` (which comes back as a `Blob`), or what `put` takes. All of it is on the
   *  disk when it resolves, or nothing has changed: rejects with `storage_full`, `aborted`, `too_large`,
   *  `not_serializable`, `locked`. Bytes and JSON up to 64 KiB become an entry like those of `put`; larger bytes are
   *  read while they are stored, so leave them as they are until then. */
  store(name: string, value: unknown, options?: StoreOptions): Promise<void>
  /** Any entry, as it was put or stored; `undefined` where there is none. Rejects with `tampered` where parts of it are
   *  missing or changed, and with `aborted`. */
  load<T = Json | Uint8Array | Blob>(name: string, options?: LoadOptions): Promise<T | undefined>
  info(name: string): Promise<EntryInfo | undefined>
  /** A deeply frozen value, the same object until it changes; bytes as a copy; `undefined` where there is none, and for
   *  a large one, which takes `load`. */
  get<T = Json | Uint8Array>(name: string): T | undefined
  delete(name: string): void
  /** The names of what is there and has not expired, sorted. */
  list(): string[]
}

/** All plain values of a locker: profile fields, also such as the schema does not name any more, and entries. Large
 *  entries are not among them, and stay. */
export interface StoredValues {
  profile: Record<string, unknown>
  entries: Record<string, unknown>
}

/** Makes the values of this version of the application out of those of version `from`, 0 where none was ever said.
 *  What it leaves out is deleted. Synchronous; it may be called again when the disk has to be asked again. */
export type Migrate = (from: number, values: StoredValues) => StoredValues

/** How a locker is made; every port can be replaced. */
export interface LockerOptions<S extends Schema = Schema> {
  /** Which of the application's lockers; `'default'` if not said. */
  name?: string
  /** Whose lockers, for a page that serves several; `'default'` if not said. */
  tenant?: string
  /** `'device'` (default) opens by itself with a key of this browser; `'ask'` waits for `create` or `unlock`;
   *  `'account'` is opened by signing in (`/auth`). */
  unlock?: 'device' | 'ask' | 'account'
  /** Locks where nobody was at work for so many seconds, in any tab: neither at the page (pointer, keys, wheel) nor
   *  by a call that writes. Decided by the clock, and so also after the device slept. */
  idleLock?: number | { after: number }
  /** `'reload'` keeps a locker that was opened with a secret open over reloads in the same tab, until it is locked.
   *  Whoever copies the browser's profile meanwhile can open it. Where the browser cannot keep keys, nothing is kept. */
  remember?: 'reload'
  /** The application's own profile fields. */
  schema?: S
  /** Of the application's values, a whole number from 1 on. Raise it when they change their form: the first unlocking
   *  under the new number calls `migrate`. A page of an older version does not open the locker any more then:
   *  `unsupported_format`. */
  version?: number
  /** Called in the transaction that writes what it returns, before the first value is shown. What it throws is the
   *  cause of an `unsupported_format` that unlocking rejects with, and nothing has changed. `restore` calls it, too, with
   *  the values of a backup that is older, and takes in what it returns. */
  migrate?: Migrate
  /** Asks the browser not to evict this origin's data, once something was written and the locker is open. Some
   *  browsers ask the person. `status.persisted` tells the answer. */
  persist?: boolean
  /** `indexedDBStorage()` in a browser, `memoryStorage()` elsewhere, if not said. */
  storage?: LockerStorage
  /** Profile fields kept also as a plain copy, so that they can be shown before unlocking. */
  mirror?: readonly (keyof ProfileOf<S> & string)[]
  /** `false` keeps only the size and Unicode rules of profile fields. */
  validate?: boolean
  /** Milliseconds since 1970; `Date.now` if not said. */
  clock?: () => number
  /** Where the WASM comes from, one source for `locker.wasm` or both; the files beside the package if not said. */
  wasm?: WasmSource | WasmSources
  /** How tabs talk; a `BroadcastChannel` if not said, `null` for not at all. */
  channel?: ((name: string) => ChannelPort) | null
  /** What `exclusive` waits on; Web Locks if not said. */
  locks?: LocksPort
}

/** A locker. Make one with `createLocker`. */
export interface Locker<P extends kbveLocker = kbveLocker> extends Disposable {
  /** The first status that is not `'opening'`. Starts opening; never rejects. */
  readonly ready: Promise<Status>
  readonly status: Status
  /** What every field is as long as nothing is stored, frozen. */
  readonly initial: Readonly<P>
  /** Every field, frozen; the same object until one changes. While it is not open: initial values, and what `mirror` keeps. */
  readonly profile: Readonly<P>
  readonly entries: Entries
  readonly slots: Slots
  /** Makes the locker, with this browser's key where no passphrase is given. Rejects with `exists`. */
  create(secret?: CreateSecret, options?: CreateOptions): Promise<void>
  /** Rejects with `wrong_secret`, `absent`, `aborted`, `too_many_attempts` (passphrases: five are free, then each wrong
   *  one costs twice the time of the one before, 15 minutes at most; `retryAt` says when); `invalid_field` for a recovery code that cannot be right,
   *  `unsupported` for passkeys where there are none. On an open locker it checks the secret and changes nothing. */
  unlock(secret: Secret, options?: UnlockOptions): Promise<void>
  /** The whole locker as a file to keep elsewhere, `.kbve`, with everything applied that was handed over: sealed as it
   *  lies on the disk, and opened by every passphrase, recovery code and passkey that opens the locker now. Rejects with
   *  `no_portable_slot` where there is none of these, and with `tampered` where the locker is damaged: a backup is whole,
   *  or there is none. */
  backup(): Promise<Blob>
  /** Brings in a backup: into this locker while it is open, or, where there is none, as the locker, which is then open
   *  with the backup's keyslots. All in one transaction, or nothing. Rejects with `wrong_secret`; `tampered`,
   *  `unsupported_format`, `too_large` for what is no backup or not as it was written; `unsupported_format` also for
   *  values of a newer version of the application, or that `migrate` cannot bring up to this one; `locked` for a locker
   *  that is there and not open, because what cannot be opened is never overwritten. */
  restore(backup: BackupSource, secret: BackupSecret, options?: RestoreOptions): Promise<RestoreReport>
  get<K extends keyof P & string>(field: K): P[K]
  /** Sealed and handed over when it returns. Throws `locked`, `invalid_field`, `too_large`, `read_only`. */
  set<K extends keyof P & string>(field: K, value: P[K]): void
  /** Several fields at once, all or none. */
  patch(values: Partial<P>): void
  /** Read-modify-write in one transaction over all tabs. `change` is synchronous. Resolves with the new value. */
  update<K extends keyof P & string>(field: K, change: (value: P[K]) => P[K]): Promise<P[K]>
  /** Resolves when everything is applied to the main database; rejects when it cannot be (it stays pending). */
  flush(): Promise<void>
  /** Runs `work` while no other tab runs one for this locker, on values just read. */
  exclusive<T>(work: (signal: AbortSignal) => T | Promise<T>, options?: ExclusiveOptions): Promise<T>
  on<E extends keyof LockerEvents>(event: E, listener: (value: LockerEvents[E]) => void): () => void
  /** Calls `listener` after every change of a value or of the status. */
  subscribe(listener: () => void): () => void
  /** Accepts what lies on the disk, because the person says so: after it `integrity` is `'ok'`, nothing is `damaged`
   *  and everything can be written, in every tab. Values that an older copy or a removed record took away do not come
   *  back. What does not open is deleted, and `removed` has its ids. Of a header whose seal does not hold only the slot
   *  that opened it stays; an older one brings back the slots it had, so look at `slots.list()`. Rejects with `locked`,
   *  and with `read_only` where no slot has opened the header. */
  repair(): Promise<{ readonly removed: readonly string[] }>
  /** At once, to the outside, and in every other tab; what is pending is still applied behind it. */
  lock(): void
  /** A new root key, under which everything is sealed anew, and keyslots only for the secrets given: whatever opened
   *  the locker before opens nothing of it any more, not even with an old copy of its header. Other tabs lock with the
   *  reason `'conflict'`; what one of them could not apply before that, it is told as an error of that code. Rejects
   *  like `slots.add`; with `tampered` where something does not open (repair it first), `storage_closed` where a tab
   *  does not let go of the database. What rejects has changed nothing. */
  rekey(secret: { recovery: true }, options?: RekeyOptions): Promise<AddedSlot & { readonly code: string }>
  rekey(secret: NewSecret, options?: RekeyOptions): Promise<AddedSlot>
  rekey(secrets: readonly NewSecret[], options?: RekeyOptions): Promise<AddedSlot[]>
  /** Deletes everything of this locker, in every tab. */
  destroy(): Promise<void>
  /** Locks here, and lets go of databases, channel and listeners. Other tabs stay open, and what `remember` keeps
   *  stays kept. The object is of no more use. */
  [Symbol.dispose](): void
}
