/** From a header on the disk to decoded values: the steps of creating and unlocking that touch the storage. */
import { isOutdated, merge } from './apply.ts'
import { toJson } from './base64url.ts'
import { asHeader, asRecord } from './checked.ts'
import type { Core } from './core.ts'
import { isFailure, LockerError, orThrow } from './errors.ts'
import type { Header, SealedRecord } from './format.ts'
import { sameBytes } from './header_json.ts'
import { type Adopted, adoptOrphans } from './orphans.ts'
import { breathe } from './page.ts'
import type { Fields } from './profile.ts'
import type { LockerName, Snapshot, StorageSession } from './storage/storage.ts'
import type { Integrity } from './types.ts'
import { Values } from './values.ts'
import { chunks, type OpenVault, opened } from './vault.ts'

/** What a locker holds once it is open. */
export interface Loaded {
  values: Values
  integrity: Integrity
  damaged: string[]
  /** Deletions and expired entries that need not be kept any longer. */
  outdated: SealedRecord[]
  /** What came out of journals of tabs that are no more. */
  adopted: readonly SealedRecord[]
}

/** The checked header, or `undefined` where there is none. */
export function readHeader(value: unknown): Header | undefined {
  // Not null: that is something, and something is never taken for a place to write a new locker to.
  if (value === undefined) return undefined
  const header = asHeader(value)
  if (header === 'unknown') {
    const message =
      'This locker was written by a newer version of the application; reload the page to get it. Nothing was touched.'
    throw new LockerError('unsupported_format', message)
  }
  if (header === undefined) {
    throw new LockerError(
      'tampered',
      "The locker's header is damaged. Restore a backup, or destroy the locker to begin anew.",
    )
  }
  return header
}

/** What only the core knows of a header, before any key exists: KDF costs within their limits. */
export function checkHeader(core: Core, header: Header): void {
  orThrow(core.module.checkHeader(toJson(header)))
}

/** Writes a new locker; rejects with `exists` where there is one. */
export async function writeNew(
  session: StorageSession,
  vault: OpenVault,
  now: number,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<Header> {
  const header = vault.header
  vault.beginSum()
  const root = vault.newRoot(now)
  await session.transact(
    [],
    (found) => {
      if (found.header !== undefined) {
        throw new LockerError(
          'exists',
          'There is a locker of this name already; unlock it, or destroy it first.',
        )
      }
      return { header, root, keys }
    },
    { durability: 'strict' },
  )
  return header
}

class HeaderChanged extends Error {}

function mustBe(header: Header, again: unknown): void {
  const found = asHeader(again)
  if (
    found === undefined ||
    found === 'unknown' ||
    found.rev !== header.rev ||
    !sameBytes(found.mac, header.mac)
  ) {
    throw new HeaderChanged()
  }
}

/** Reads everything; `'changed'` when the header is another one by now, and all has to start over. */
export async function load(
  session: StorageSession,
  vault: OpenVault,
  header: Header,
  options: { fields: Fields; now: () => number; progress(fraction: number): void; signal?: AbortSignal },
): Promise<Loaded | 'changed'> {
  // Under a header that is not genuine nothing is written, not even what other tabs left behind.
  const orphans = vault.genuine ? await adoptOrphans(session, vault) : undefined
  try {
    const { found, won, root } = await readMain(session, vault, header, orphans, options.now)
    await orphans?.finish()
    const loaded = await decode(vault, found, won, options)
    for (const id of orphans?.damaged ?? []) if (!loaded.damaged.includes(id)) loaded.damaged.push(id)
    return { ...loaded, integrity: integrityOf(vault, root), adopted: won }
  } catch (error) {
    orphans?.release()
    if (error instanceof HeaderChanged) return 'changed'
    throw error
  }
}

async function readMain(
  session: StorageSession,
  vault: OpenVault,
  header: Header,
  orphans: Adopted | undefined,
  now: () => number,
): Promise<{ found: Snapshot; won: readonly SealedRecord[]; root: unknown }> {
  if (!orphans || orphans.records.length === 0) {
    const found = await session.load('all')
    mustBe(header, found.header)
    return { found, won: [], root: found.root }
  }
  let won: SealedRecord[] = []
  let root: unknown
  const found = await session.transact('all', (snapshot) => {
    mustBe(header, snapshot.header)
    const merged = merge(snapshot, orphans.records, vault, now())
    won = merged.won
    root = merged.root ?? snapshot.root
    return merged.changes
  })
  return { found, won, root }
}

/** Work on this thread between two breaths of the page, in milliseconds. */
const slice = 40

async function decode(
  vault: OpenVault,
  found: Snapshot,
  won: readonly SealedRecord[],
  {
    fields,
    now,
    progress,
    signal,
  }: { fields: Fields; now: () => number; progress(fraction: number): void; signal?: AbortSignal },
): Promise<Omit<Loaded, 'integrity' | 'adopted'>> {
  const records = new Map<string, SealedRecord>()
  const damaged: string[] = []
  for (const [id, value] of found.records) {
    const record = asRecord(value, id)
    if (record) records.set(id, record)
    else damaged.push(id)
  }
  for (const record of won) records.set(record.id, record)

  const values = new Values(fields, now)
  const outdated: SealedRecord[] = []
  let [done, newest, since] = [0, 0, performance.now()]
  vault.beginSum()
  for (const chunk of chunks([...records.values()])) {
    for (const [i, result] of vault.openChunk(chunk, true).entries()) {
      const record = chunk[i] as SealedRecord
      if (!result.opens) {
        damaged.push(record.id)
        continue
      }
      values.take(record, result.value)
      newest = Math.max(newest, record.rev)
      if (isOutdated(record, now())) outdated.push(record)
    }
    done += chunk.length
    if (performance.now() - since > slice && done < records.size) {
      progress(done / records.size)
      await breathe()
      if (signal?.aborted)
        throw new LockerError('aborted', 'Unlocking was given up.', { cause: signal.reason })
      since = performance.now()
    }
  }
  vault.observe(newest)
  return { values, damaged, outdated }
}

function integrityOf(vault: OpenVault, value: unknown): Integrity {
  if (!vault.genuine) return 'header'
  const root = asRecord(value, 'root')
  const check = root ? vault.checkRoot(root) : 'records'
  // A root that does not open vouches for nothing.
  return isFailure(check) ? 'records' : check
}

/** A new vault of the core, without slots. */
export function newVault(core: Core, name: LockerName, fields: Fields, now: number): OpenVault {
  return opened(core.module, core.module.Vault.create(name.tenant, name.name, now, fields.schemaJson))
}
