/** In which state a locker is, what brings it into another, and who is told. */
import { isLoss } from './applier.ts'
import { Connection } from './connection.ts'
import { abortedError, closed, disposed, evicted, exists, hasCode, LockerError } from './errors.ts'
import { Audience, report } from './events.ts'
import type { Header } from './format.ts'
import { Jobs } from './jobs.ts'
import { Mirror } from './mirror.ts'
import { onOpen, onReplaced } from './on_open.ts'
import { OpenLocker } from './open_locker.ts'
import { type Opened, Opener } from './opener.ts'
import type { Early } from './opening.ts'
import { isPersisted } from './page.ts'
import type { Ports } from './ports.ts'
import { notOpen, statusAfter } from './refusals.ts'
import { StatusKeeper } from './status.ts'
import type { StorageEvent } from './storage/storage.ts'
import type { ChangeNote } from './tabs.ts'
import type {
  ChangeEvent,
  CreateOptions,
  CreateSecret,
  PassphraseCost,
  Secret,
  Status,
  StatusReason,
  UnlockOptions,
} from './types.ts'
import { Changed } from './values.ts'
import { loaded as fetched } from './wasm_source.ts'

export class Lifecycle {
  readonly audience = new Audience()
  /** Looks whether it is time to lock, before the open locker is used; `true`: somebody is at work. */
  guard: ((atWork?: true) => void) | undefined
  /** Hears of other tabs' answers when this one asks them to apply what they have: +1 begun, -1 done. */
  answer: ((by: number) => void) | undefined
  /** Each is called before the keys become others, and what it gives after it. */
  readonly rekeying = new Set<() => () => void>()
  /** Hears how long something took, where /inspect measures: its name, and when it began (`performance.now()`). Only
   *  declared, so that it costs nothing where nobody does. */
  declare timed: ((what: string, start: number, details: Record<string, string>) => void) | undefined
  #open: OpenLocker | undefined
  /** Resolves when what was pending at the last `lock()` is applied as far as it can be. */
  closing: Promise<void> = Promise.resolve()
  readonly ports: Ports
  readonly #connection: Connection
  readonly opener: Opener
  readonly #mirror: Mirror
  readonly #status: StatusKeeper
  #ready: Promise<Status> | undefined
  /** What other tabs changed while this one was still reading. */
  #heard: ChangeNote[] = []
  /** And whether one has ended. */
  #left = false
  readonly #jobs = new Jobs()
  #disposed = false
  /** False as soon as it is being disposed of. */
  lives = true
  #sweeping = false
  #askedToPersist = false
  /** What this application wants a passphrase to cost, as far as it has said so. */
  cost: PassphraseCost = {}

  constructor(ports: Ports) {
    this.ports = ports
    this.#mirror = new Mirror(ports)
    this.#connection = new Connection(ports, {
      storage: (event) => this.#storageEvent(event),
      changed: (lockerId, notes) => this.#changedElsewhere(lockerId, notes),
      destroyed: (lockerId) => this.#destroyedElsewhere(lockerId),
      locked: (lockerId) => lockerId === this.opener.lockerId && this.lock(true),
      apply: (lockerId) => this.#behind((open) => open.handOver(), lockerId),
      begun: () => this.answer?.(1),
      applied: () => this.answer?.(-1),
      header: (lockerId) => this.#newSlots((open) => open.refresh([]), lockerId),
      repaired: (lockerId) =>
        this.#newSlots(async (open) => (await repairing()).follow(this, open), lockerId),
      left: (lockerId) => this.#adopt(lockerId),
      restored: () => this.#behind((open) => open.refresh('all')),
      visible: () => {
        this.#open?.values.dated?.()
        this.#behind((open) => open.adopt())
      },
    })
    this.opener = new Opener(ports, this.#connection, (progress) => {
      // Of a check on an open locker the status says nothing; at the start it stays `opening`.
      if (!this.#open)
        this.#status.change({ progress, ...(this.status.state === 'opening' ? {} : { state: 'unlocking' }) })
    })
    this.#status = new StatusKeeper((status) => {
      this.audience.tellStatus(status)
      if (status.state === 'locked') this.#sweep()
    })
  }

  /** The open locker, if it still may be open. */
  get open(): OpenLocker | undefined {
    this.guard?.()
    return this.#open
  }

  get status(): Status {
    return this.#status.current
  }

  get profile(): Readonly<Record<string, unknown>> {
    return this.open?.values.profile ?? this.#mirror.profile
  }

  get ready(): Promise<Status> {
    this.#ready ??= this.#start()
    return this.#ready
  }

  /** Begins to open because somebody listens. */
  startByListening(): void {
    if (this.ports.startByListening && !this.#disposed) void this.ready
  }

  /** The open locker, or the reason why there is none. */
  writable(): OpenLocker {
    this.guard?.(true)
    if (this.#open) return this.#open
    this.mustLive()
    throw notOpen(this.status)
  }

  async create(secret: CreateSecret, { signal, cost }: CreateOptions): Promise<void> {
    if (cost) this.cost = cost
    await this.make(signal, (abort) => this.opener.make(secret, abort, cost ?? {}))
  }

  /** Opens what `work` makes where there is nothing yet. */
  async make(signal: AbortSignal | undefined, work: (abort: AbortSignal) => Promise<Opened>): Promise<void> {
    await this.settled()
    // Where something is under way, `#run` says so.
    if (this.status.state !== 'absent' && !this.#jobs.current) throw exists()
    await this.#run({ signal }, async (abort) => {
      try {
        this.#opened(await work(abort), abort)
      } catch (error) {
        const state = hasCode(error, 'exists') ? ({ state: 'locked' } as const) : this.opener.absent
        if (this.status.state === 'unlocking') this.#status.change(state)
        throw error
      }
    })
  }

  async unlock(secret: Secret, { signal, cost = this.cost }: UnlockOptions): Promise<void> {
    await this.settled()
    const device = 'device' in secret
    // Two callers who want the same of this browser's key get one answer.
    if (device && this.#jobs.current?.device) return this.#jobs.current.done
    await this.#run({ signal, device }, async (abort) => {
      if (this.#open) return this.opener.verify(secret, abort)
      try {
        this.#opened(await this.opener.unlock(secret, abort, cost), abort)
      } catch (error) {
        this.#notOpened(error, true)
        throw error
      }
    })
  }

  /** `here`: other tabs go on. */
  lock(here?: boolean, reason: StatusReason = 'lock'): void {
    const { lockerId } = this.opener
    if (!here && lockerId) this.#connection.tabs.tell('locked', lockerId)
    this.#jobs.abort()
    if (this.#open) this.#shut('locked', reason, true)
  }

  async destroy(): Promise<void> {
    // Also what cannot be opened can be destroyed.
    await this.settled().catch(() => {})
    this.#jobs.abort()
    await this.#jobs.current?.done.catch(() => {})
    await this.#run({}, async () => {
      const session = await this.#connection.open()
      // First of all: a destroyed locker is not one that was lost.
      this.opener.witness.write(undefined)
      // Before, so that they let go of the databases that are to be deleted.
      if (this.opener.lockerId) this.#connection.tabs.tell('destroyed', this.opener.lockerId)
      this.#shut('absent', 'destroyed', false)
      await this.closing
      try {
        await session.destroy()
        this.#connection.drop()
      } catch (error) {
        // Something of it is still there, and the next call looks what.
        this.#connection.dropAfter(this.closing)
        this.#notOpened(error, false)
        throw error
      }
    })
  }

  dispose(): void {
    if (this.#disposed) return
    this.lives = false
    this.lock(true)
    this.#disposed = true
    this.audience.clear()
    const last = Promise.allSettled([this.#jobs.current?.done, this.closing])
    void this.#connection.close(last, this.opener.lockerId)
    this.opener.forget()
  }

  // Opening

  async #start(): Promise<Status> {
    try {
      this.mustLive()
      const device = this.ports.mode === 'device'
      // While the databases are opened; what goes wrong is told when the core is asked for.
      if (device) this.opener.core().catch(() => {})
      if (device) {
        await this.#attend()
        const ahead = await this.opener.lookAhead()
        await this.#run({ device: true }, (abort) => this.#startWithDevice(ahead, abort)).finally(ahead?.done)
      } else {
        const header = await this.#look()
        if (header && this.ports.remember) await this.#run({}, (abort) => this.#reopen(abort)).catch(() => {})
        if (this.status.state === 'opening')
          this.#status.change(header ? { state: 'locked' } : this.opener.absent)
      }
    } catch (error) {
      if (this.status.state === 'opening') this.#notOpened(error, false)
    }
    return this.status
  }

  /** The header on the disk. What locks by itself opens only where it is sure that it will. */
  async #look(): Promise<Header | undefined> {
    await this.#attend()
    return this.opener.look()
  }

  /** Begins to look for somebody's absence, where that is wanted. */
  async #attend(): Promise<void> {
    if (this.ports.idle) (await fetched('idle.js', import('./idle.ts'))).attend(this)
  }

  /** As it was before the page was loaded again. */
  async #reopen(signal: AbortSignal): Promise<void> {
    this.#opened(await this.opener.unlock({ reload: this.ports }, signal, {}), signal)
  }

  async #startWithDevice(ahead: Early | undefined, signal: AbortSignal): Promise<void> {
    try {
      if (!ahead) {
        const { reason } = this.opener.absent
        this.#opened(await this.opener.make({ device: true }, signal, {}), signal)
        if (!reason) return
        // The application goes on, with a locker that is empty; nobody may take that for the old one.
        this.#status.change({ reason })
        this.audience.error.tell(evicted())
        return
      }
    } catch (error) {
      // Another tab was quicker: its locker is the locker.
      if (!hasCode(error, 'exists')) throw error
    }
    this.#opened(await this.opener.unlock({ device: true }, signal, {}, ahead), signal)
  }

  /** After the first opening; and where that failed, after another look at the disk. */
  async settled(): Promise<void> {
    this.mustLive()
    await this.ready
    if (this.status.state !== 'failed' || this.#jobs.current) return
    const error = this.status.error
    this.#shut('locked', undefined, false)
    this.#status.change({ state: 'opening' })
    try {
      this.#status.change((await this.#look()) ? { state: 'locked' } : this.opener.absent)
    } catch (again) {
      this.#notOpened(again, false)
      throw this.status.error ?? error ?? again
    }
  }

  async #run(
    options: { signal?: AbortSignal | undefined; device?: boolean },
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.mustLive()
    await this.#jobs.run({ ...options, after: this.closing }, work)
  }

  #opened(opened: Opened, signal: AbortSignal): void {
    const { vault, loaded } = opened
    if (signal.aborted || this.#disposed) {
      // Made, and given up or locked in the same moment: it is there, and shut.
      vault.wipe()
      this.#givenUp()
      throw abortedError(signal)
    }
    const shown = this.#mirror.profile
    const open = new OpenLocker(opened, {
      fields: this.ports.fields,
      version: this.ports.version,
      tabs: this.#connection.tabs,
      witness: this.opener.witness,
      now: this.ports.now,
      changed: (changed, from) => this.#changed(changed, from),
      slots: () => this.audience.slots.tell(undefined),
      status: (part) => this.#open === open && this.#status.change(part),
      trouble: (error) => this.#trouble(open, error),
      recovered: () => this.#open === open && this.#status.change({ error: undefined }),
      lost: (error) => this.#lost(open, error),
      replaced: (found) => onReplaced(found, (work) => this.#behind(work)),
    })
    this.#open = open
    this.#mirror.keep(open.values)
    this.#status.change({
      state: 'unlocked',
      integrity: loaded.integrity,
      damaged: [...loaded.damaged],
      readOnly: open.readOnly,
      pending: open.pending,
    })
    // Whoever heard of it may have locked it again.
    if (this.#open !== open) return
    this.audience.tellChange(open.values.differences(shown), 'unlock')
    open.settle(loaded)
    if (!open.readOnly) {
      void opened.behind?.(open)
      this.keep()
    }
    onOpen(open, this.ports, (work) => this.#behind(work))
    const heard = this.#heard.splice(0)
    if (heard.length > 0) this.#behind((still) => still.heard(heard))
    if (this.#left) this.#adopt()
    this.#left = false
    this.#persist(open)
  }

  /** Keeps it open over a reload, where that is wanted. */
  keep(): void {
    // Without it there is one question more after the reload.
    if (this.ports.remember)
      fetched('remember.js', import('./remember.ts'))
        .then(({ keep }) => keep(this))
        .catch(() => {})
  }

  /** Shows something more of the present state. */
  show(part: Pick<Status, 'lockAt' | 'reason'>): void {
    this.#status.change(part)
  }

  /** Asks for the data to be kept as soon as there is something worth it. */
  #persist(open: OpenLocker): void {
    const worth = () => open.values.differences(this.ports.fields.initial).any
    const ask = this.ports.persist && !this.#askedToPersist && worth()
    this.#askedToPersist ||= ask
    void isPersisted(ask).then((persisted) => this.#open === open && this.#status.change({ persisted }))
  }

  /** Takes away what has expired while the locker is locked. */
  #sweep(): void {
    if (this.#sweeping) return
    this.#sweeping = true
    fetched('sweep.js', import('./sweep.ts'))
      .then(({ whileLocked }) => whileLocked(this, this.ports))
      // Nobody asked for it, and whoever unlocks finds the same things again.
      .catch(() => {})
      .finally(() => {
        this.#sweeping = false
      })
  }

  #notOpened(error: unknown, asked: boolean): void {
    if (this.#disposed) return
    if (!(error instanceof LockerError)) report(error)
    if (hasCode(error, 'aborted')) this.#givenUp()
    else this.#status.change(statusAfter(error, asked))
  }

  /** As it was before, unless something else has become of it meanwhile. */
  #givenUp(): void {
    if (this.status.state !== 'opening' && this.status.state !== 'unlocking') return
    this.#status.change(this.opener.lockerId ? { state: 'locked', reason: 'lock' } : this.opener.absent)
  }

  // Closing

  /** Closes what is open and shows what a locker that is not open shows. */
  #shut(state: Status['state'], reason: StatusReason | undefined, apply: boolean): void {
    const open = this.#open
    this.#open = undefined
    this.#heard = []
    const pending = apply && open ? open.pending : 0
    const shown = this.#mirror.profile
    if (reason === 'destroyed') this.#mirror.remove()
    const changed = open?.values.differences(this.#mirror.profile) ?? new Changed()
    // A copy that was all there was to see may have gone.
    if (!open) changed.compare(shown, this.#mirror.profile)
    if (open) {
      const closing = open.close({ apply })
      this.closing = closing.then(
        () =>
          this.#open ||
          this.#status.change({ pending: apply && this.status.state === 'locked' ? open.pending : 0 }),
        report,
      ) as Promise<void>
    }
    this.#status.change({
      state,
      reason,
      integrity: 'ok',
      damaged: [],
      readOnly: false,
      pending,
      error: undefined,
      progress: undefined,
    })
    this.audience.tellChange(changed, 'lock')
  }

  /** Throws where the locker was disposed of. */
  mustLive(): void {
    if (this.#disposed) throw disposed()
  }

  // What comes from outside

  #storageEvent(event: StorageEvent): void {
    if (event.type === 'orphans') this.#adopt()
    else if (event.type === 'reopened') this.#behind((open) => open.refresh([]))
    else {
      const error = event.type === 'evicted' ? evicted() : closed()
      if (this.#open) this.#open.lose(error)
      else this.#lost(undefined, error)
    }
  }

  #changedElsewhere(lockerId: string, notes: readonly ChangeNote[]): void {
    if (lockerId !== this.opener.lockerId) return
    if (this.#open) this.#behind((open) => open.heard(notes))
    else if (this.#opening) this.#heard.push(...notes)
  }

  /** Applies what tabs that are no more have left; while this one is still reading, after that. */
  #adopt(lockerId = this.opener.lockerId): void {
    if (this.#opening && lockerId === this.opener.lockerId) this.#left = true
    this.#behind((open) => open.adopt(), lockerId)
  }

  /** Whether something of the disk may have been read already that is not shown yet. */
  get #opening(): boolean {
    return !this.#open && (this.#jobs.current !== undefined || this.status.state === 'opening')
  }

  #destroyedElsewhere(lockerId: string): void {
    if (lockerId !== this.opener.lockerId || this.#disposed) return
    this.#jobs.abort()
    this.#shut('absent', 'destroyed', false)
    this.#connection.dropAfter(this.closing)
  }

  /** Another tab has changed the keyslots, which also concerns whoever has not opened the locker. */
  #newSlots(work: (open: OpenLocker) => Promise<void>, lockerId: string): void {
    this.#behind(work, lockerId)
    if (lockerId === this.opener.lockerId) this.audience.slots.tell(undefined)
  }

  /** Work nobody waits for, because of what was heard of this locker. */
  #behind(work: (open: OpenLocker) => Promise<void>, lockerId = this.opener.lockerId): void {
    const open = this.#open
    if (!open || open.lost || lockerId !== this.opener.lockerId) return
    work(open).catch((error: unknown) => {
      if (this.#open !== open || open.lost) return
      if (isLoss(error)) open.lose(error)
      else if (error instanceof LockerError) this.audience.error.tell(error)
      else report(error)
    })
  }

  // Who is told

  #changed(changed: Changed, from: ChangeEvent['from']): void {
    if (changed.fields.size > 0 && this.#open) this.#mirror.keep(this.#open.values)
    this.audience.tellChange(changed, from)
    if (this.#open && this.ports.persist && !this.#askedToPersist) this.#persist(this.#open)
  }

  #trouble(open: OpenLocker, error: LockerError): void {
    if (this.#open === open) this.#status.change({ error })
    this.audience.error.tell(error)
  }

  /** The disk is not ours any more. Values stay readable, except where another locker took its place. */
  #lost(open: OpenLocker | undefined, error: LockerError): void {
    if (this.#disposed || this.#open !== open) return
    if (error.code === 'conflict') this.#shut('locked', 'conflict', false)
    else this.#status.change({ state: 'failed', error })
    this.#connection.dropAfter(this.closing)
    this.audience.error.tell(error)
  }
}

export function repairing() {
  return fetched('repair.js', import('./repair.ts'))
}
