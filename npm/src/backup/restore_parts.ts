/** The parts of large values on their way out of a backup: they lie there before the records that name them. */
import { toBase64url } from '../base64url.ts'
import { asRecord } from '../checked.ts'
import { LockerError, throwIfAborted } from '../errors.ts'
import type { SealedRecord } from '../format.ts'
import { countSeals, partsOf } from '../large.ts'
import type { OpenLocker } from '../open_locker.ts'
import { PartCipher } from '../part_cipher.ts'
import { asManifest, type Manifest, partId, partIds } from '../parts.ts'
import type { Ports } from '../ports.ts'
import { type PartStore, partsNote, type StorageSession } from '../storage/storage.ts'
import { type OpenedBackup, partSize } from './opened_backup.ts'
import type { Large, Plan } from './plan.ts'

/** What a plan needs and what there is of it, for an open locker. */
export class RestoredParts {
  /** Where large values lie under this locker's keys, by the ids of their records. */
  readonly written = new Map<string, Manifest>()
  /** Ids of parts that were not there before. */
  readonly #new = new Set<string>()
  /** Of the records that name what was written. */
  readonly #ids = new Set<string>()
  /** Kept, because a locker that is locked meanwhile has to take away what it wrote. */
  #store: PartStore | undefined
  readonly #open: OpenLocker
  readonly #opened: OpenedBackup
  readonly #ports: Pick<Ports, 'storage' | 'name'>
  readonly #signal: AbortSignal

  constructor(
    open: OpenLocker,
    opened: OpenedBackup,
    ports: Pick<Ports, 'storage' | 'name'>,
    signal: AbortSignal,
  ) {
    this.#open = open
    this.#opened = opened
    this.#ports = ports
    this.#signal = signal
  }

  /** Whether everything that the plan names was written. */
  suffice({ anew }: Plan): boolean {
    return anew.every(({ record }) => this.written.has(record.id))
  }

  /** Writes what is missing. */
  async write({ anew, kept }: Plan): Promise<void> {
    if (anew.length + kept.length === 0) return
    const { storage, name } = this.#ports
    const store = await this.#parts()
    storage.notes.set(partsNote(name), '1')
    for (const large of anew) if (!this.written.has(large.record.id)) await this.#seal(store, large)
    await this.keep(kept)
  }

  /** Writes the parts of these that are not there, as they are. */
  async keep(kept: readonly Large[]): Promise<void> {
    if (kept.length === 0) return
    const store = await this.#parts()
    for (const { record } of kept) this.#ids.add(record.id)
    for (const { manifest } of kept) await putMissing(store, manifest, this.#opened, this.#new, this.#signal)
  }

  /** Takes away what was written and no record names. `tried`: one may name it, although writing that failed. */
  async remove(tried: boolean): Promise<void> {
    const left = new Set(this.#new)
    if (left.size === 0) return
    if (tried) {
      const { session, vault } = this.#open.reader
      const { records } = await session.load([...this.#ids])
      for (const [id, value] of records) {
        const record = asRecord(value, id)
        const [result] = record ? vault.open([record]) : []
        // What does not open may name anything.
        if (!result?.opens) return
        const manifest = record?.kind === 'parts' ? asManifest(result.value) : undefined
        for (const named of manifest ? partIds(manifest) : []) left.delete(named)
      }
    }
    await this.#store?.remove([...left])
  }

  async #parts(): Promise<PartStore> {
    this.#store ??= await partsOf(this.#open)
    return this.#store
  }

  async #seal(store: PartStore, { record, manifest }: Large): Promise<void> {
    const id = toBase64url(crypto.getRandomValues(new Uint8Array(16)))
    this.#ids.add(record.id)
    await countSeals(this.#open, manifest.count)
    const from = new PartCipher(this.#opened.vault)
    const { vault, now } = this.#open.changing
    const into = new PartCipher(vault)
    for (let n = 0; n < manifest.count; n++) {
      const part = this.#opened.parts.get(partId(manifest.id, n))
      const bytes = part && (await from.open(part))
      throwIfAborted(this.#signal)
      if (bytes?.length !== partSize(manifest, n)) throw incomplete(record)
      // Throws where the locker was locked meanwhile.
      const sealed = await into.seal(partId(id, n), bytes, record.expires, now())
      this.#new.add(sealed.id)
      await store.put(sealed)
    }
    this.written.set(record.id, { ...manifest, id })
  }
}

/** A whole locker's parts, where there is no locker yet. Resolves with what takes them away again. */
export async function writeAll(
  session: StorageSession,
  opened: Pick<OpenedBackup, 'parts'>,
  { storage, name }: Pick<Ports, 'storage' | 'name'>,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  if (opened.parts.size === 0) return async () => {}
  const store = await session.parts?.()
  if (!store) throw noPlace()
  storage.notes.set(partsNote(name), '1')
  const written = new Set<string>()
  const remove = () => store.remove([...written])
  try {
    for (const part of opened.parts.values()) await putOne(store, part, written, signal)
  } catch (error) {
    await remove().catch(() => {})
    throw error
  }
  return remove
}

async function putMissing(
  store: PartStore,
  manifest: Manifest,
  opened: Pick<OpenedBackup, 'parts'>,
  written: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const id of partIds(manifest))
    await putOne(store, opened.parts.get(id) as SealedRecord, written, signal)
}

/** A part is never changed once it is written, so what lies there with its nonce is it. */
async function putOne(
  store: PartStore,
  part: SealedRecord,
  written: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const there = asRecord(await store.get(part.id), part.id)
  throwIfAborted(signal)
  if (there && equal(there.nonce, part.nonce) && equal(there.box, part.box)) return
  if (!there) written.add(part.id)
  await store.put(part)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function incomplete({ id }: SealedRecord): LockerError {
  const field = id.slice(id.indexOf('/') + 1)
  const message = `Parts of "${field}" in the backup do not open, and nothing was changed. Use another copy of it.`
  return new LockerError('tampered', message, { field })
}

function noPlace(): LockerError {
  return new LockerError(
    'unsupported',
    "This locker's storage has no place for large values; give createLocker one whose sessions have parts().",
  )
}
