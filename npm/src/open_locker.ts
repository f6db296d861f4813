/** A locker while it is open: its vault, its values, and everything that reads or writes them. */

import { Applier, type ApplierHost } from './applier.ts'
import { checkIdentity, type Merged, merge, prune, rootAfter } from './apply.ts'
import { toBase64url } from './base64url.ts'
import { asRecord } from './checked.ts'
import type { CookieKey } from './cookie_access.ts'
import { LockerError, lockedMeanwhile, newerSchema } from './errors.ts'
import type { Header, SealedRecord } from './format.ts'
import { within } from './node.ts'
import type { Opened } from './opener.ts'
import { adoptOrphans } from './orphans.ts'
import type { Fields } from './profile.ts'
import { serialize } from './serialize.ts'
import type { Snapshot, StorageSession } from './storage/storage.ts'
import { type ChangeNote, newerIds, type Tabs } from './tabs.ts'
import type { ChangeEvent, Status } from './types.ts'
import { Changed, fieldId, schemaId, type Values } from './values.ts'
import type { OpenVault, PlainItem, Sealed } from './vault.ts'
import { loaded } from './wasm_source.ts'
import type { Witness } from './witness.ts'

/** Milliseconds for applying what is pending at a lock. */
const closeLimit = 10_000
/** Milliseconds from one strict transaction for the witness to the next. */
const witnessPause = 60_000

/** Half of what the core allows. */
const mostSeals = 2 ** 30

export interface OpenLockerHost extends Pick<ApplierHost, 'now' | 'trouble' | 'recovered' | 'lost'> {
  readonly fields: Fields
  /** Which version of the application's values this is. */
  readonly version: number
  readonly tabs: Tabs
  readonly witness: Witness
  /** Values look different now. */
  changed(changed: Changed, from: ChangeEvent['from']): void
  /** Keyslots are other ones now. */
  slots(): void
  status(part: Partial<Pick<Status, 'pending' | 'damaged' | 'integrity' | 'readOnly'>>): void
  /** Large values may have been replaced on the disk: what lies there of `ids` says which parts are of no more use. */
  replaced(found: ReadonlyMap<string, unknown>): void
}

export class OpenLocker {
  readonly values: Values
  readOnly: boolean
  /** Why nothing can be written any more, although values are still shown. */
  lost: LockerError | undefined
  /** Ids of what is there and does not open. */
  damaged: Set<string>
  readonly #lockerId: string
  readonly #session: StorageSession
  #vault: OpenVault
  /** Whose the databases have to be. */
  #identity: Header
  readonly #host: OpenLockerHost
  readonly #applier: Applier
  /** Throws where the header found is not this locker's, and goes on with it where it is a newer one. */
  readonly #check: (header: unknown) => void
  #slot: Opened['slot']
  #closed = false
  /** What is on its way and must not be lost: a lock waits for all of it, up to the limit, and seals it. Each rejects
   *  where nothing came. */
  readonly coming = new Set<Promise<readonly PlainItem[]>>()
  /** When the witness was thought of last. */
  #witnessed = 0

  constructor({ session, vault, header, loaded, slot }: Opened, host: OpenLockerHost) {
    this.values = loaded.values
    this.readOnly = loaded.integrity === 'header'
    this.#lockerId = toBase64url(header.locker_id)
    this.#session = session
    this.#vault = vault
    this.#host = host
    this.#slot = slot
    this.damaged = loaded.damaged
    this.#identity = header
    // A number that nobody signed must not hide the next header.
    vault.headerRev = vault.genuine ? header.rev : 0
    this.#check = (found) => {
      checkIdentity(found, this.#identity)
      this.#vault.follow(found)
    }
    this.#applier = new Applier(session, vault, {
      ...host,
      check: this.#check,
      applied: (merged, found) => this.#applied(merged, found),
      lost: (error) => this.lose(error),
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Whether there are records that do not open. */
  get anyDamaged(): boolean {
    return this.damaged.size > 0
  }

  get pending(): number {
    return this.#session.pending().length
  }

  /** What a change of the header works with; throws where nothing can be written. */
  get changing() {
    this.#mustWrite()
    const { now } = this.#host
    return {
      ...this.all,
      now,
      told: () => this.tell('header'),
      /** Tells other tabs, and shows, what was written. */
      show: (merged: Merged) => this.#show(merged),
      /** All that is there now was looked at, and this is its root. */
      whole: (root_rev: number) => {
        this.#host.witness.write({ locker_id: this.#lockerId, root_rev })
        this.damaged.clear()
        this.#host.status({ integrity: 'ok', damaged: [] })
      },
    }
  }

  /** What repairing works with. */
  get all() {
    if (this.lost) throw this.lost
    return {
      session: this.#session,
      vault: this.#vault,
      host: this.#host,
      check: this.#check,
      slot: this.#slot,
      lockerId: this.#lockerId,
    }
  }

  /** What reading works with, also where nothing can be written. */
  get reader() {
    if (this.#closed) throw lockedMeanwhile()
    return { session: this.#session, vault: this.#vault, changed: this.#host.changed }
  }

  /** What unlocking leaves to be done behind it: tell other tabs, apply what is pending, throw old things away. */
  settle({ adopted, outdated }: Opened['loaded']): void {
    this.#host.tabs.tell('changed', this.#lockerId, adopted)
    if (this.readOnly) return
    if (this.pending > 0) this.#applier.start()
    void this.#witness()
    if (outdated.length === 0) return
    // Nobody asked for it and nobody waits: the next unlock will find the same things again.
    prune(this.#session, this.#vault, outdated, this.#host.now(), this.#check).catch(() => {})
  }

  /** Seals in one call, hands over in the same task; then the values, then whoever listens. */
  write(items: readonly PlainItem[]): void {
    this.#mustWrite()
    this.#take(items, this.#append(items))
    this.#host.status({ pending: this.pending })
  }

  #append(items: readonly PlainItem[]): Sealed[] {
    const sealed = this.#vault.seal(items, this.#host.now())
    this.#applier.append({ records: sealed.map(({ record }) => record) })
    return sealed
  }

  /** Read, change and write in one transaction, in which nothing but the storage is waited for. */
  update(name: string, change: (value: unknown) => unknown): Promise<unknown> {
    const id = fieldId(name)
    const { fields } = this.#host
    return this.replace(id, (newer) => {
      // Values that are handed over but not applied yet are among ours, and newer than what lies there.
      let current = this.values.field(name)
      if (newer) current = fields.plausible(name, newer.value) ? newer.value : fields.initial[name]
      const next = change(current)
      if (typeof next === 'object' && next !== null && 'then' in next) {
        throw new TypeError('update: the function has to return the value, not a promise; await first.')
      }
      return { id, expires: 0, kind: 'json', text: serialize(next, name) }
    })
  }

  /** Writes what `make` makes of the value that lies there, if that is newer than ours; in one transaction. */
  async replace(
    id: string,
    make: (newer: { value: unknown } | undefined) => PlainItem,
    durability: 'strict' | 'relaxed' = 'relaxed',
  ): Promise<unknown> {
    let items: PlainItem[] = []
    let sealed: Sealed[] = []
    let merged: Merged = { won: [] }
    const write = (found: Snapshot) => {
      this.#mustWrite()
      this.#check(found.header)
      let newer: { value: unknown } | undefined
      const there = asRecord(found.records.get(id), id)
      if (there && this.values.isNewer(there)) {
        const [result] = this.#vault.open([there])
        if (result?.opens) {
          newer = result
          this.#vault.observe(there.rev)
        }
      }
      items = [make(newer)]
      sealed = this.#vault.seal(items, this.#host.now())
      const records = sealed.map(({ record }) => record)
      const outcome = merge(found, records, this.#vault, this.#host.now())
      merged = outcome
      return outcome.changes
    }
    const { records } = await this.#session.transact([id], write, { durability })
    if (!this.#closed) this.#take(items, sealed)
    this.#told(merged)
    this.#replaced(records)
    const [item] = items
    return item && decoded(item, sealed[0]?.normalized)
  }

  flush(): Promise<void> {
    return this.#applier.flush().catch((error: unknown) => {
      throw this.lost ?? error
    })
  }

  /** Tells the other tabs. */
  tell(type: 'header' | 'apply' | 'begun' | 'applied'): void {
    this.#host.tabs.tell(type, this.#lockerId)
    if (type === 'header') this.#host.slots()
  }

  /** Applies what is pending because another tab asks for it. */
  async handOver(): Promise<void> {
    this.tell('begun')
    await this.flush()
    this.tell('applied')
  }

  /** Has this called with every entry in the task in which it is handed over. */
  listen(appended: Applier['appended']): void {
    this.#applier.appended = appended
  }

  /** Runs `work` while nothing else is applied. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#applier.alone(work)
  }

  /** Goes on with other keys, which are on the disk by now, or ends with them. */
  goOn(vault: OpenVault, header: Header): void {
    this.#vault.wipe()
    this.#vault = vault
    this.#identity = header
    this.#slot = header.slots[0]
    vault.headerRev = header.rev
    if (this.#closed) vault.wipe()
    else {
      this.#host.status({ pending: this.pending })
      this.#applier.goOn(vault)
    }
  }

  /** The key of cookies: of one epoch to open with, or without a number the present one to seal with. */
  cookieKey(epoch?: number): CookieKey {
    if (epoch === undefined) this.#mustWrite()
    const { key_id: keyId, epoch: present } = this.#vault.header
    return { key: this.#vault.cookieKey(epoch ?? present), keyId, epoch: epoch ?? present }
  }

  get keyId(): Uint8Array {
    return this.#vault.header.key_id
  }

  /** Reads again what other tabs say they changed. */
  async heard(notes: readonly ChangeNote[]): Promise<void> {
    const ids = newerIds(notes, (id) => this.values.held(id))
    if (ids.length > 0) await this.refresh(ids)
  }

  /** Takes in what lies in the main database and is newer than what is held. */
  async refresh(ids: readonly string[] | 'all'): Promise<void> {
    const found = await this.#session.load(ids)
    if (this.#closed || this.lost) return
    this.#check(found.header)
    this.#absorb(found.records)
  }

  /** Applies what tabs that are no more have left. */
  async adopt(): Promise<void> {
    if (this.readOnly) return
    const { damaged, handed, found, ...merged } = await this.alone(() =>
      adoptOrphans(this.#session, this.#vault, this.#host.now, (header) => {
        this.#mustWrite()
        this.#check(header)
      }),
    )
    // Applied before its tab ended, perhaps, and nobody was told: not this tab either.
    if (!this.#closed) this.#absorb(found)
    this.#show(merged, handed)
    if (!this.#closed) this.#noteDamaged(damaged, [])
  }

  /** The disk under it is gone; values stay readable. */
  lose(error: LockerError): void {
    if (this.lost || this.#closed) return
    this.lost = error
    void this.#applier.abandon()
    // Sealed with keys that are no more: it opens nowhere, and would be found damaged for ever.
    if (error.code === 'conflict') void this.#session.settle(this.#session.pending())
    this.#host.lost(error)
  }

  /** Out of use at once. Resolves when pending values are applied, as far as possible, and the keys wiped. */
  async close(options: { apply: boolean }): Promise<void> {
    this.#closed = true
    try {
      const apply = options.apply && !this.lost && !this.readOnly
      // Each as it comes. What comes later than that finds a vault that is wiped.
      const sealing = apply
        ? [...this.coming].map((coming) => coming.then((items) => this.#append(items)))
        : []
      if (sealing.length > 0) await within(closeLimit, Promise.allSettled(sealing))
      const end = apply ? this.#applier.finish().then(() => this.#witness()) : this.#applier.abandon()
      // A disk that does not answer must not keep the keys in memory; what is pending stays in the journal.
      await within(closeLimit, end)
    } finally {
      this.#vault.wipe()
    }
  }

  /** Has the root written so that it surely is on the disk, and lets the witness know it. */
  async #witness(): Promise<void> {
    const { witness, now } = this.#host
    this.#witnessed = now()
    let root: SealedRecord | undefined
    const write = (found: { header: unknown; root: unknown }) => {
      this.#check(found.header)
      root = witness.lags(this.#lockerId, asRecord(found.root, 'root')?.rev)
        ? rootAfter(found.root, [], this.#vault, now())
        : undefined
      return root && { root }
    }
    try {
      await this.#session.transact([], write, { durability: 'strict' })
      if (root) witness.raise(this.#lockerId, root.rev)
    } catch {
      // Nobody asked for it: the next one will do.
    }
  }

  #mustWrite(): void {
    if (this.lost) throw this.lost
    if (this.#closed) throw lockedMeanwhile()
    if (!this.readOnly) return
    const message =
      "The locker's header is not the one that was sealed last, so it is open for reading only. Repair it, or restore a backup."
    throw new LockerError('read_only', message)
  }

  #take(items: readonly PlainItem[], sealed: readonly Sealed[]): void {
    const changed = new Changed()
    for (const [i, { record, normalized }] of sealed.entries()) {
      this.values.take(record, decoded(items[i] as PlainItem, normalized), changed)
    }
    this.#noteDamaged([], items)
    if (changed.any) this.#host.changed(changed, 'here')
  }

  #applied(merged: Merged, found: ReadonlyMap<string, unknown>): void {
    this.#told(merged)
    this.#replaced(found)
    this.#host.status({ pending: this.pending })
    if (this.#closed) return
    // What was found newer than ours is also announced by the tab that wrote it; reading it now costs nothing.
    const replaced = new Set(merged.won.map((record) => record.id))
    this.#absorb([...found].filter(([id]) => !replaced.has(id)))
  }

  #replaced(found: ReadonlyMap<string, unknown>): void {
    const large = [...found.values()].some((record) => (record as SealedRecord).kind === 'parts')
    if (large) this.#host.replaced(found)
  }

  #told({ won, root }: Merged, news: readonly SealedRecord[] = won): void {
    this.#host.tabs.tell('changed', this.#lockerId, news)
    if (this.#closed || won.length === 0) return
    if (root === undefined) this.#host.status({ integrity: 'records' })
    else if (Math.abs(this.#host.now() - this.#witnessed) > witnessPause) void this.#witness()
    // A data key may seal only so often: long before that there is another one. Where it fails, the next one tries.
    if (this.#vault.core.sealed() >= mostSeals)
      loaded('slots.js', import('./slots.ts'))
        .then(({ raiseEpoch }) => raiseEpoch(this))
        .catch(() => {})
  }

  #show(merged: Merged, handed?: readonly SealedRecord[]): void {
    this.#told(merged, handed)
    if (!this.#closed) this.#absorb(merged.won.map((record) => [record.id, record]))
  }

  #absorb(found: Iterable<readonly [string, unknown]>): void {
    const records: SealedRecord[] = []
    for (const [id, value] of found) {
      const record = asRecord(value, id)
      if (record && this.values.isNewer(record)) records.push(record)
    }
    if (records.length === 0) return
    const changed = new Changed()
    const good: SealedRecord[] = []
    const bad: string[] = []
    for (const [i, result] of this.#vault.open(records).entries()) {
      const record = records[i] as SealedRecord
      if (!result.opens) {
        bad.push(record.id)
        continue
      }
      good.push(record)
      this.#vault.observe(record.rev)
      if (record.id === schemaId && Number(result.value) > this.#host.version) this.lose(newerSchema())
      this.values.take(record, result.value, changed)
    }
    this.#noteDamaged(bad, good)
    if (changed.any) this.#host.changed(changed, 'elsewhere')
  }

  #noteDamaged(bad: readonly string[], healed: readonly { id: string }[]): void {
    if (bad.length + this.damaged.size === 0) return
    // In this order: a new version that opens heals, whatever else was found of its id.
    for (const id of bad) this.damaged.add(id)
    for (const { id } of healed) this.damaged.delete(id)
    this.#host.status({ damaged: [...this.damaged] })
  }
}

/** The value as it will be read from now on: never the caller's own object, which may still change. */
function decoded(item: PlainItem, normalized: string | undefined): unknown {
  if ('text' in item) return JSON.parse(normalized ?? item.text)
  return 'bytes' in item ? item.bytes.slice() : undefined
}
