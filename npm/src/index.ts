/**
 * @kbve/locker: a sealed, typed locker in the browser.
 *
 * Importing this does nothing; `createLocker` touches nothing either. The first use opens.
 */
import { loadCore } from './core.ts'
import { makeLocker } from './locker.ts'
import { inBrowser } from './node.ts'
import { fieldsOf, type ProfileOf, type Schema } from './profile.ts'
import { indexedDBStorage } from './storage/indexeddb.ts'
import { memoryStorage } from './storage/memory.ts'
import { broadcastChannel } from './tabs.ts'
import type { Locker, LockerOptions } from './types.ts'
import { sourcesOf } from './wasm_source.ts'

export { type ErrorCode, LockerError } from './errors.ts'
export type { JournalEntry, RecordKind, SealedRecord, SlotKind } from './format.ts'
export type { LocksPort } from './locks.ts'
export type { FieldValue, kbveLocker, ProfileOf, Schema, SchemaField } from './profile.ts'
export { type IndexedDBStorageOptions, indexedDBStorage } from './storage/indexeddb.ts'
export { memoryStorage } from './storage/memory.ts'
export type {
  AtOnce,
  Changes,
  Completion,
  LockerName,
  LockerStorage,
  Orphan,
  PartStore,
  Snapshot,
  StorageEvent,
  StorageSession,
} from './storage/storage.ts'
export type { ChannelPort } from './tabs.ts'
export type {
  AddedSlot,
  BackupSecret,
  BackupSource,
  ChangeEvent,
  CreateOptions,
  CreateSecret,
  Entries,
  EntryInfo,
  ExclusiveOptions,
  Integrity,
  Json,
  LoadOptions,
  Locker,
  LockerEvents,
  LockerOptions,
  LockerState,
  Migrate,
  NewSecret,
  PassphraseCost,
  Progress,
  RekeyOptions,
  RestoreOptions,
  RestoreReport,
  Secret,
  SlotInfo,
  SlotOptions,
  Slots,
  Status,
  StatusReason,
  StoredValues,
  StoreOptions,
  StoreProgress,
  UnlockOptions,
} from './types.ts'
export type { WasmCode, WasmSource, WasmSources } from './wasm_source.ts'

function nameOf(value: unknown, option: string): string {
  if (value === undefined) return 'default'
  if (typeof value === 'string' && value !== '' && !/\p{Surrogate}/u.test(value)) return value
  throw new TypeError(`createLocker: ${option} is a text that is not empty, in well-formed Unicode.`)
}

/** Makes a locker. A mistake in the options is a `TypeError`; everything else is told by its status. */
// biome-ignore lint/complexity/noBannedTypes: no fields of its own is what {} says here
export function createLocker<const S extends Schema = {}>(
  options: LockerOptions<S> = {},
): Locker<ProfileOf<S>> {
  const { unlock = 'device', channel, wasm, locks, version = 0, migrate } = options
  if (!['device', 'ask', 'account'].includes(unlock))
    throw new TypeError("createLocker: unlock is 'device', 'ask' or 'account'.")
  const { idleLock } = options
  const idle = typeof idleLock === 'object' ? idleLock.after : idleLock
  if (idleLock !== undefined && !((idle as number) > 0))
    throw new TypeError('createLocker: idleLock is a number of seconds above 0.')
  const versioned = options.version !== undefined
  if (!Number.isSafeInteger(version) || version < Number(versioned))
    throw new TypeError('createLocker: version is a whole number from 1 on.')
  if (migrate !== undefined && (typeof migrate !== 'function' || !versioned))
    throw new TypeError('createLocker: migrate is a function, and needs the version that it leads to.')
  const name = { name: nameOf(options.name, 'name'), tenant: nameOf(options.tenant, 'tenant') }
  const locker: Locker = makeLocker({
    name,
    mode: unlock,
    fields: fieldsOf(options.schema, options.validate ?? true),
    storage: options.storage ?? (inBrowser() ? indexedDBStorage() : memoryStorage()),
    idle: idle && idle * 1000,
    remember: options.remember === 'reload',
    mirror: options.mirror ?? [],
    now: options.clock ?? Date.now,
    version,
    migrate,
    persist: options.persist === true,
    loadCore: () => loadCore(sourcesOf(wasm)),
    channel: channel === null ? () => undefined : (channel ?? broadcastChannel),
    locks,
    startByListening: options.storage !== undefined || inBrowser(),
  })
  // The fields of the schema are known to the types alone; at run time there is one kind of locker.
  return locker as unknown as Locker<ProfileOf<S>>
}
