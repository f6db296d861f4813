/** Makes and opens a locker's vault: core, header, secret, storage, in this order. */
import { toBase64url } from './base64url.ts'
import type { Connection } from './connection.ts'
import type { Core } from './core.ts'
import { deviceKeys, stored } from './device_slot.ts'
import { evicted, LockerError, throwIfAborted } from './errors.ts'
import type { Header } from './format.ts'
import { checkHeader } from './header_json.ts'
import { type Early, emptyLoaded, type Loaded, load, readHeader, writeNew } from './opening.ts'
import type { Ports } from './ports.ts'
import { slotModule, type Unlocked } from './slot_modules.ts'
import { type AtOnce, releaseAll, type StorageSession } from './storage/storage.ts'
import type { CreateSecret, PassphraseCost, Progress, Secret, Status } from './types.ts'
import { type OpenVault, opened } from './vault.ts'
import { Witness } from './witness.ts'

/** Everything an open locker is made of. */
export interface Opened extends Unlocked {
  session: StorageSession
  header: Header
  loaded: Loaded
}

/** What is read as soon as there is a header. */
type Ahead = Omit<Early, 'orphans' | 'done'>

export class Opener {
  readonly ports: Ports
  readonly connection: Connection
  readonly #progress: (progress: Progress) => void
  #core: Promise<Core> | undefined
  /** Of the header last seen; `''` where there was none. */
  lockerId = ''
  readonly witness: Witness

  constructor(ports: Ports, connection: Connection, progress: (progress: Progress) => void) {
    this.ports = ports
    this.witness = new Witness(ports)
    this.connection = connection
    this.#progress = progress
  }

  session(): Promise<StorageSession> {
    return this.connection.open()
  }

  /** The header on the disk. */
  async look(): Promise<Header | undefined> {
    const session = await this.connection.open()
    return this.#header((await session.load([])).header)
  }

  #header(found: unknown): Header | undefined {
    const header = readHeader(found)
    this.lockerId = header ? toBase64url(header.locker_id) : ''
    return header
  }

  /** The same where this browser's key will open it: reads at once what that takes. It is to be given to `unlock`. */
  async lookAhead(): Promise<Early | undefined> {
    // A storage that does not call back is asked when it is open; one that does is not waited for.
    const early = await new Promise<Ahead | undefined>((resolve, reject) => {
      const begin = (read: () => AtOnce) => resolve(this.#readAhead(read))
      const all = (session: StorageSession) => ({
        header: session.load([]).then(({ header }) => header),
        key: (name: string) => session.key(name),
        all: session.load('all'),
      })
      let begun = false
      this.connection
        .open((read) => {
          begun = true
          begin(read)
        })
        .then((session) => begun || begin(() => all(session)), reject)
    })
    if (!early) return undefined
    const orphans = this.connection.open().then((session) => session.orphans())
    orphans.catch(() => {})
    return { ...early, orphans, done: () => void orphans.then(releaseAll, () => {}) }
  }

  async #readAhead(read: () => AtOnce): Promise<Ahead | undefined> {
    // Before any root is read.
    const witness = this.witness.read()
    const disk = read()
    disk.all.catch(() => {})
    const header = this.#header(await disk.header)
    if (!header) return undefined
    const said = witness?.locker_id === this.lockerId ? witness : undefined
    const early = { header, said, keys: deviceKeys(disk, header), reading: disk.all }
    // Told where they are waited for.
    for (const key of early.keys) key.catch(() => {})
    return early
  }

  /** What a locker is of which no header is there. One that a witness remembers was not there never: its data is gone. */
  get absent(): Pick<Status, 'state' | 'reason'> {
    return { state: 'absent', ...(this.witness.read() && { reason: 'evicted' }) }
  }

  /** A new locker, on the disk when it resolves. Rejects with `exists`. */
  async make(secret: CreateSecret, signal: AbortSignal, cost: PassphraseCost): Promise<Opened> {
    const { name, fields, now } = this.ports
    const core = await this.#loadedCore()
    const session = await this.connection.open()
    const { Vault } = core.module
    const vault = opened(core.module, Vault.create(name.tenant, name.name, now(), fields.schemaJson))
    return orWiped(vault, async () => {
      const { prepare } = await this.#slots(secret)
      const slot = await prepare({ core, vault, secret, cost, signal, slots: [] })
      try {
        throwIfAborted(signal)
        slot.into(vault, now())
      } finally {
        slot.wipe()
      }
      vault.now = now
      const header = await stored(writeNew(session, vault, now(), slot.keys))
      this.lockerId = toBase64url(header.locker_id)
      return { session, vault, header, loaded: emptyLoaded(this.ports) }
    })
  }

  /** `cost`: what a passphrase's slot is brought up to. `ahead`: what is being read already. */
  async unlock(
    secret: Secret | { reload: Ports },
    signal: AbortSignal,
    cost: PassphraseCost,
    ahead?: Early,
  ): Promise<Opened> {
    for (let early = ahead; ; early = undefined) {
      const { vault, header, opening, ...more } = await this.#vault(secret, signal, cost, early)
      const loaded = await orWiped(vault, () => {
        throwIfAborted(signal)
        this.#progress({ step: 'opening' })
        const progress = (fraction: number) => this.#progress({ step: 'opening', fraction })
        const { ports, witness } = this
        return load(opening, vault, header, { ...ports, progress, signal, witness, early })
      })
      if (loaded !== 'changed') return { session: await opening, vault, header, loaded, ...more }
      vault.wipe()
    }
  }

  /** Whether the secret is right, and nothing else. */
  async verify(secret: Secret, signal: AbortSignal): Promise<void> {
    const { vault } = await this.#vault(secret, signal, {})
    vault.wipe()
  }

  /** Lets the core's memory go. */
  forget(): void {
    this.#core = undefined
  }

  #loadedCore(): Promise<Core> {
    this.#progress({ step: 'loading' })
    return this.core()
  }

  /** The core, loaded at the first call. */
  core(): Promise<Core> {
    this.#core ??= this.ports.loadCore().catch((error: unknown) => {
      this.#core = undefined
      throw error
    })
    return this.#core
  }

  /** The vault for the header that lies on the disk now. */
  async #vault(secret: Secret | { reload: Ports }, signal: AbortSignal, cost: PassphraseCost, early?: Early) {
    const core = await this.#loadedCore()
    const found = early?.header ?? (await this.look())
    if (!found)
      throw this.absent.reason
        ? evicted()
        : new LockerError('absent', 'There is no locker yet; create it first.')
    const header = checkHeader(core, found)
    const opening = this.connection.open()
    // What was read before it is open needs no waiting.
    if (!early) await opening
    const { schemaJson } = this.ports.fields
    const { unlock } = await this.#slots(secret)
    const { vault, ...more } = await unlock({
      now: this.ports.now,
      core,
      opening,
      header,
      schemaJson,
      secret,
      signal,
      cost,
      keys: early?.keys,
    })
    vault.now = this.ports.now
    const { name, tenant } = this.ports.name
    // A header changed in place opens for reading; a whole one from elsewhere does not belong here.
    if (!vault.genuine || (header.name === name && header.tenant === tenant))
      return { vault, header, opening, ...more }
    vault.wipe()
    const message =
      'The data under this name belongs to another locker. Restore a backup, or destroy the locker.'
    throw new LockerError('tampered', message)
  }

  #slots(secret: Secret | { reload: Ports }) {
    if (!('device' in secret)) this.#progress({ step: 'deriving' })
    return slotModule(secret)
  }
}

/** What `work` gives; where it fails, the vault is wiped. */
async function orWiped<T>(vault: OpenVault, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    vault.wipe()
    throw error
  }
}
