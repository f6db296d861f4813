/** What a transaction on the main database writes so that records, and the root with them, move forward. */
import { asHeader, asRecord } from './checked.ts'
import { evicted, isFailure, LockerError } from './errors.ts'
import { compareVersions, type Header, type SealedRecord } from './format.ts'
import { newerFormat, sameBytes } from './header_json.ts'
import type { Changes, Snapshot, StorageSession } from './storage/storage.ts'
import type { OpenVault, RootChange } from './vault.ts'

/** Whose the databases are: these two never change while a locker is open. */
export type Identity = Pick<Header, 'locker_id' | 'key_id'>

/** Throws `evicted` where there is no locker any more, and `conflict` where there is another one. */
export function checkIdentity(header: unknown, identity: Identity): void {
  if (header === undefined) throw evicted()
  const found = asHeader(header)
  if (found === 'unknown') throw newerFormat()
  // A damaged one proves nothing, and what is open needs no header.
  if (!found || (sameBytes(found.locker_id, identity.locker_id) && sameBytes(found.key_id, identity.key_id)))
    return
  throw new LockerError(
    'conflict',
    'Another locker was made under this name, or this one was given other keys in another tab; what was not applied before that is lost. Unlock it again.',
  )
}

/** A transaction's outcome. */
export interface Merged {
  /** What was written; the others lost to newer ones. */
  won: SealedRecord[]
  /** The root that was written; `undefined` where the present one does not open, and so cannot be continued. */
  root?: SealedRecord
}

/** Inside a transaction: `records` over what was found, each where it is the newer one. */
export function merge(
  found: Snapshot,
  records: Iterable<SealedRecord>,
  vault: OpenVault,
  now: number,
): Merged & { changes: Changes | undefined } {
  const won: SealedRecord[] = []
  const changes: RootChange[] = []
  const newest = new Map<string, SealedRecord>()
  for (const record of records) {
    const other = newest.get(record.id)
    if (!other || compareVersions(record, other) > 0) newest.set(record.id, record)
  }
  for (const record of newest.values()) {
    const there = asRecord(found.records.get(record.id), record.id)
    if (there && compareVersions(there, record) >= 0) {
      // A damaged record's rev proves nothing, and must not stand in the way for ever.
      const same = compareVersions(there, record) === 0
      if (same || vault.open([there])[0]?.opens) continue
    }
    won.push(record)
    changes.push({ id: record.id, after: record, ...(there ? { before: there } : {}) })
  }
  if (won.length === 0) return { won, changes: undefined }
  const root = rootAfter(found.root, changes, vault, now)
  // Without a root to continue the values are kept all the same; integrity stays `records`.
  return root ? { won, root, changes: { put: won, root } } : { won, changes: { put: won } }
}

/** One transaction that merges these records in. `check` throws where the header is not the one expected. */
export async function apply(
  session: StorageSession,
  vault: OpenVault,
  records: readonly SealedRecord[],
  now: number,
  check: (header: unknown, root: unknown) => void,
): Promise<Merged & { found: Snapshot['records'] }> {
  let merged: Merged = { won: [] }
  const ids = [...new Set(records.map((record) => record.id))]
  const found = await session.transact(ids, (snapshot) => {
    check(snapshot.header, snapshot.root)
    const outcome = merge(snapshot, records, vault, now)
    merged = outcome
    return outcome.changes
  })
  return { ...merged, found: found.records }
}

/** `undefined` where the root does not open. It is never made anew here: that would hide what happened to it. */
export function rootAfter(
  found: unknown,
  changes: RootChange[],
  vault: OpenVault,
  now: number,
): SealedRecord | undefined {
  const root = asRecord(found, 'root')
  const next = root && vault.nextRoot(root, changes, now)
  return next === undefined || isFailure(next) ? undefined : next
}

/** Deletions are kept for 30 days, so that an older version in a forgotten journal does not come back. */
const keepGone = 30 * 24 * 3600 * 1000

/** Whether a record has been a deletion, or expired, for so long that it can go. */
export function isOutdated({ kind, rev, expires }: SealedRecord, now: number): boolean {
  const goneSince = kind === 'gone' ? rev / 1024 : expires
  return goneSince > 0 && goneSince < now - keepGone
}

/** Removes outdated records, each only if it is still the version that was seen. */
export async function prune(
  session: StorageSession,
  vault: OpenVault,
  outdated: readonly SealedRecord[],
  now: number,
  check: (header: unknown) => void,
): Promise<void> {
  const ids = outdated.map((record) => record.id)
  await session.transact(ids, (found) => {
    check(found.header)
    const changes: RootChange[] = []
    for (const record of outdated) {
      const there = asRecord(found.records.get(record.id), record.id)
      if (there && compareVersions(there, record) === 0) changes.push({ id: record.id, before: there })
    }
    const root = changes.length > 0 ? rootAfter(found.root, changes, vault, now) : undefined
    return root && { root, remove: changes.map((change) => change.id) }
  })
}
