/** From a header on the disk to decoded values: the steps of creating and unlocking that touch the storage. */
import { isOutdated } from './apply.ts'
import { toBase64url } from './base64url.ts'
import { asHeader, asRecord } from './checked.ts'
import { exists, isFailure, throwIfAborted } from './errors.ts'
import type { Header, SealedRecord } from './format.ts'
import { damagedHeader, newerFormat, sameBytes } from './header_json.ts'
import { adoptOrphans } from './orphans.ts'
import { breathe } from './page.ts'
import type { Fields } from './profile.ts'
import type { Orphan, Snapshot, StorageSession } from './storage/storage.ts'
import type { Integrity, Migrate } from './types.ts'
import { schemaId, Values } from './values.ts'
import { chunks, type OpenVault } from './vault.ts'
import { loaded as module } from './wasm_source.ts'
import type { Testimony, Witness } from './witness.ts'

/** What a locker holds once it is open. */
export interface Loaded {
  values: Values
  integrity: Integrity
  damaged: Set<string>
  /** Deletions and expired entries that need not be kept any longer. */
  outdated: readonly SealedRecord[]
  /** What came out of journals of tabs that are no more. */
  adopted: readonly SealedRecord[]
}

/** The checked header, or `undefined` where there is none. */
export function readHeader(value: unknown): Header | undefined {
  // Not null: that is something, and something is never taken for a place to write a new locker to.
  if (value === undefined) return undefined
  const header = asHeader(value)
  if (header === 'unknown') throw newerFormat()
  if (!header) throw damagedHeader()
  return header
}

/** Writes a new locker; rejects with `exists` where there is one. */
export async function writeNew(
  session: StorageSession,
  vault: OpenVault,
  now: number,
  keys: ReadonlyMap<string, CryptoKey> | undefined,
): Promise<Header> {
  const { header } = vault
  vault.beginSum()
  const root = vault.newRoot(now)
  const write = (found: { header: unknown }) => {
    if (found.header !== undefined) throw exists()
    return { header, root, ...(keys && { keys }) }
  }
  await session.transact([], write, { durability: 'strict' })
  return header
}

class HeaderChanged extends Error {}

/** What decoding takes beside the records. */
export interface LoadOptions {
  fields: Fields
  now: () => number
  version: number
  migrate: Migrate | undefined
  progress(fraction: number): void
  signal: AbortSignal
  /** Not where somebody has just accepted what is there. */
  witness?: Witness
  early?: Early | undefined
  /** For a vault that is in use, where somebody else could begin to count between two breaths of the page. */
  inOneTask?: boolean
}

/** What is being read while the journal is opened and the core compiled. Whatever other tabs change from then on, they
 *  tell. */
export interface Early {
  header: Header
  /** What the witness said before any root was read. */
  said: Testimony | undefined
  keys: Promise<CryptoKey | undefined>[]
  reading: Promise<Snapshot>
  orphans: Promise<Orphan[]>
  /** To be called when it is over: lets go of orphans nobody has taken over. */
  done(): void
}

/** Reads everything; the session is needed when what was read before is decoded. `'changed'` when the header is another one by now, and all has to start over. */
export async function load(
  opening: StorageSession | Promise<StorageSession>,
  vault: OpenVault,
  header: Header,
  options: LoadOptions,
): Promise<Loaded | 'changed'> {
  const mustBeSame = (again: unknown) => {
    const found = asHeader(again)
    if (!found || found === 'unknown' || found.rev !== header.rev || !sameBytes(found.mac, header.mac))
      throw new HeaderChanged()
  }
  const { early, witness } = options
  // Read before any root: whatever is read after it is as new, unless the databases are a copy.
  const said = early ? early.said : witness?.of(toBase64url(header.locker_id))
  let rolledBack = said?.rolled_back
  let oldHeader = false
  const look = (root: SealedRecord | undefined) => {
    if (!root || !said || rolledBack || root.rev >= said.root_rev) return
    rolledBack = true
    // At once: the first thing that is written gives the root a number beyond what the witness knows.
    witness?.write({ ...said, rolled_back: true })
  }
  const mayAdopt = (header: unknown, found: unknown) => {
    mustBeSame(header)
    const root = asRecord(found, 'root')
    look(root)
    oldHeader = root !== undefined && vault.checkRoot(root) === 'header'
    if (oldHeader) throw new HeaderChanged()
  }
  let isEmpty = false
  const opened = async (found: Snapshot): Promise<Loaded> => {
    mustBeSame(found.header)
    isEmpty = found.records.size === 0
    const loaded = emptyLoaded(options)
    await decode(vault, found.records, loaded, options)
    const root = asRecord(found.root, 'root')
    look(root)
    loaded.integrity = integrityOf(vault, root)
    // Records that do not fit their root are no copy, or not a whole one.
    if (loaded.integrity === 'ok' && rolledBack) loaded.integrity = 'rolled_back'
    return loaded
  }
  try {
    // What was read before is what there is, unless something is found to have been left behind.
    let before = early && (await opened(await early.reading))
    const session = await opening
    let adopted: SealedRecord[] = []
    let left: Iterable<string> = []
    // Under a header that is not genuine nothing is written, not even what other tabs left behind.
    if (vault.genuine) {
      try {
        const { handed, damaged } = await adoptOrphans(
          session,
          vault,
          options.now,
          mayAdopt,
          false,
          early?.orphans,
        )
        adopted = [...handed]
        left = damaged
      } catch (error) {
        if (!oldHeader) throw error
      }
    }
    for (;;) {
      const loaded = (adopted.length === 0 && before) || (await opened(await session.load('all')))
      before = undefined
      loaded.adopted = adopted
      for (const id of left) loaded.damaged.add(id)
      const from = Number(loaded.values.visible(schemaId) ?? 0)
      // A new locker has nothing to be brought up to anything; it is given its number when it is open.
      // One whose number cannot be read is shown as it is: nothing is changed on a guess.
      if (from === options.version || isEmpty || loaded.damaged.has(schemaId)) return loaded
      // Nothing is written under a header that does not hold; once it is repaired, the next unlocking brings them up.
      if (loaded.integrity === 'header' && from < options.version) return loaded
      const { bringUp } = await module('migration.js', import('./migration.ts'))
      adopted.push(...(await bringUp(session, vault, mustBeSame, options)))
    }
  } catch (error) {
    if (error instanceof HeaderChanged) return 'changed'
    throw error
  }
}

/** What a new locker holds. */
export function emptyLoaded({ fields, now }: Pick<LoadOptions, 'fields' | 'now'>): Loaded {
  return { values: new Values(fields, now), integrity: 'ok', damaged: new Set(), outdated: [], adopted: [] }
}

/** Work on this thread between two breaths of the page, in milliseconds. */
const slice = 40

async function decode(
  vault: OpenVault,
  found: ReadonlyMap<string, unknown>,
  into: Loaded,
  { now, progress, signal, inOneTask }: LoadOptions,
): Promise<void> {
  const records: SealedRecord[] = []
  for (const [id, value] of found) {
    const record = asRecord(value, id)
    if (record) records.push(record)
    else into.damaged.add(id)
  }
  const outdated: SealedRecord[] = []
  let [done, newest, since] = [0, 0, performance.now()]
  vault.beginSum()
  for (const chunk of chunks(records)) {
    for (const [i, result] of vault.openChunk(chunk, true).entries()) {
      const record = chunk[i] as SealedRecord
      if (!result.opens) {
        into.damaged.add(record.id)
        continue
      }
      into.values.take(record, result.value)
      newest = Math.max(newest, record.rev)
      if (isOutdated(record, now())) outdated.push(record)
    }
    done += chunk.length
    if (!inOneTask && performance.now() - since > slice && done < records.length) {
      progress(done / records.length)
      await breathe()
      throwIfAborted(signal)
      since = performance.now()
    }
  }
  vault.observe(newest)
  into.outdated = outdated
}

function integrityOf(vault: OpenVault, root: SealedRecord | undefined): Integrity {
  if (!vault.genuine) return 'header'
  const check = root ? vault.checkRoot(root) : 'records'
  // A root that does not open vouches for nothing.
  return isFailure(check) ? 'records' : check
}
