/**
 * Who opens the locker where that is the account (`unlock: 'account'`): the password by a passphrase slot, everybody
 * else by a key of this browser. And what becomes of a locker that the person who has signed in cannot open, or that is
 * another person's.
 */
import { toBase64url } from '../base64url.ts'
import { hasCode, LockerError } from '../errors.ts'
import type { Header, SlotKind } from '../format.ts'
import { databaseName } from '../storage/storage.ts'
import type { PassphraseCost } from '../types.ts'
import { sessionPrefix } from '../values.ts'
import type { PlainItem } from '../vault.ts'
import { loaded } from '../wasm_source.ts'
import type { Conductor } from './conductor.ts'
import type { IdentityRule } from './public.ts'
import type { MachineState, Session } from './types.ts'

/** The backend has said yes; the locker is still to be opened. */
export interface Waiting {
  readonly session: Session
  readonly sent: number
  readonly password: string | undefined
  readonly opensWith: readonly SlotKind[]
}

/** Beside the state, sealed: the keyslots of the account's password. */
interface AccountSlots {
  readonly slots: readonly string[]
}

const slots = () => loaded('slots.js', import('../slots.ts'))
/** Records in one call into the core. */
const batch = 256

export class Account {
  readonly #on: Conductor
  readonly #cost: PassphraseCost | undefined
  waiting: Waiting | undefined

  constructor(on: Conductor, cost: PassphraseCost | undefined) {
    this.#on = on
    this.#cost = cost
  }

  get #life() {
    return this.#on.host.life
  }

  /** Whether signing in opens the locker. */
  get opens(): boolean {
    return this.#life.ports.mode === 'account'
  }

  /** With this browser's key, where the locker has a slot for it. */
  async openByItself(): Promise<void> {
    if (!this.opens || this.#life.status.state !== 'locked') return
    const header = await this.#life.opener.look()
    if (header && kindsOf(header).includes('device'))
      await this.#life.unlock({ device: true }, {}).catch(() => {})
  }

  /** Opens the locker for whoever this session is of. What else would open it, where this does not. */
  async openFor(
    session: Session,
    sent: number,
    password: string | undefined,
    rule: IdentityRule,
  ): Promise<readonly SlotKind[] | undefined> {
    const header = await this.#life.opener.look()
    if (!header) {
      await this.#make(password)
      return undefined
    }
    const theirs = this.#isTheirs(session)
    if (theirs === false && rule === 'refuse') throw otherPerson()
    if (theirs === false && rule === 'empty') {
      await this.startOver(password)
      return undefined
    }
    const kinds = kindsOf(header)
    if (password && kinds.includes('passphrase') && (await this.#tryToOpen({ passphrase: password }))) {
      await this.#tidy()
      return undefined
    }
    if (kinds.includes('device') && (await this.#tryToOpen({ device: true }))) {
      if (password) await this.useAsPassword(password)
      return undefined
    }
    // Of whom nobody knows whose it is: they may know an older password.
    const may = (kind: SlotKind) =>
      kind === 'recovery' ||
      kind === 'passkey' ||
      (kind === 'passphrase' && (!password || theirs === undefined))
    const opensWith = [...new Set(kinds)].filter(may)
    if (opensWith.length === 0) {
      await this.startOver(password)
      return undefined
    }
    this.waiting = { session, sent, password, opensWith }
    return opensWith
  }

  /** Whether it is what the locker on this device was opened for last; `undefined` where nobody knows. */
  #isTheirs({ proof }: Session): boolean | undefined {
    const noted = this.#life.ports.storage.notes.get(this.#note)
    return noted === null ? undefined : noted === this.#mark(proof.userId ?? '')
  }

  /** For a locker that is not open: whose it is, without saying who. */
  remember(userId: string): void {
    if (!this.opens) return
    try {
      this.#life.ports.storage.notes.set(this.#note, this.#mark(userId))
    } catch {
      // Where nothing can be noted, nobody knows.
    }
  }

  get #note(): string {
    return `${databaseName(this.#life.ports.name)}/account`
  }

  #mark(userId: string): string {
    return this.#on.host.door().fingerprint(`${this.#life.opener.lockerId} ${userId}`)
  }

  async #tryToOpen(secret: { passphrase: string } | { device: true }): Promise<boolean> {
    try {
      await this.#life.unlock(secret, this.#cost ? { cost: this.#cost } : {})
      return true
    } catch (error) {
      if (hasCode(error, 'wrong_secret', 'tampered', 'too_many_attempts')) return false
      throw error
    }
  }

  async #make(password: string | undefined): Promise<void> {
    const secret = password ? { passphrase: password } : ({ device: true } as const)
    await this.#life.create(secret, this.#cost ? { cost: this.#cost } : {})
    if (password) await this.#tidy()
  }

  /** Empties the locker, and says so. A sign-out that the backend has not heard of stays to be told. */
  async startOver(password: string | undefined, carried?: MachineState): Promise<void> {
    if (this.opens) {
      await this.#life.destroy()
      await this.#make(password)
    } else this.#deleteAll()
    if (carried) await this.#on.host.record.change((kept) => ({ ...kept, state: carried }))
    this.#life.show({ reason: 'account' })
    const message =
      'What this locker held was another person’s, or nothing opens it any more: it was emptied, and is filled again from the server.'
    this.#life.audience.error.tell(new LockerError('evicted', message))
  }

  /** Every value, but not the keyslots: those are the application's. */
  #deleteAll(): void {
    const { open } = this.#on.host.record
    const items: PlainItem[] = []
    for (const id of open.values.ids()) {
      const own = id.startsWith('profile/') || id.startsWith('entry/') || id.startsWith(sessionPrefix)
      if (own && id !== this.#on.host.record.id && open.values.visible(id) !== undefined)
        items.push({ id, expires: 0, kind: 'gone' })
    }
    for (let from = 0; from < items.length; from += batch) open.write(items.slice(from, from + batch))
  }

  /** Which slots the account's password has, and no others of its own any more. */
  async #tidy(): Promise<void> {
    const { record } = this.#on.host
    const { slot, vault } = record.open.all
    const used =
      slot?.kind === 'passphrase' ? slot : vault.header.slots.find((one) => one.kind === 'passphrase')
    if (!used) return
    const id = toBase64url(used.id)
    await this.#removeBut(id)
    record.note('account', { slots: [id] } satisfies AccountSlots)
  }

  get #known(): readonly string[] {
    return (this.#on.host.record.value('account') as AccountSlots | undefined)?.slots ?? []
  }

  async #removeBut(id: string): Promise<void> {
    for (const other of this.#known) {
      if (other === id) continue
      // Gone already, or the last one: nothing to be done about it here.
      await (await slots()).remove(this.#life, other).catch(() => {})
    }
  }

  /** A password that the backend takes, in an open locker: from now on it opens that, too. */
  async useAsPassword(password: string): Promise<void> {
    if (!this.opens || !this.#life.open) return
    const [known] = this.#known
    if (known !== undefined) {
      if (await this.#tryToOpen({ passphrase: password })) return
      const { id } = await (await slots()).replaceWith(
        this.#life,
        known,
        { passphrase: password },
        this.#slotOptions,
      )
      this.#on.host.record.note('account', { slots: [id] } satisfies AccountSlots)
      return
    }
    const { id } = await (await slots()).add(this.#life, { passphrase: password }, this.#slotOptions)
    this.#on.host.record.note('account', { slots: [id] } satisfies AccountSlots)
  }

  get #slotOptions() {
    return this.#cost ? { cost: this.#cost } : {}
  }

  /**
   * Before a changed password is sent: there is a slot for it beside the old one, so that whatever happens meanwhile one
   * of the two opens. Gives what is to be called with what became of it; `undefined`: nobody knows, and both stay.
   */
  async changing(password: string): Promise<(accepted: boolean | undefined) => Promise<void>> {
    if (!this.opens || !this.#life.open || this.#known.length === 0) return async () => {}
    const old = this.#known
    const { add, remove } = await slots()
    const { id } = await add(this.#life, { passphrase: password }, this.#slotOptions)
    const { record } = this.#on.host
    record.note('account', { slots: [...old, id] } satisfies AccountSlots)
    return async (accepted) => {
      if (accepted === undefined) return
      if (accepted) await this.#removeBut(id)
      else await remove(this.#life, id)
      record.note('account', { slots: accepted ? [id] : old } satisfies AccountSlots)
    }
  }

  /** After signing out: what only the password opens is shut again. */
  async shut(): Promise<void> {
    const { open } = this.#life
    if (!this.opens || !open) return
    if (!kindsOf(open.all.vault.header).includes('device')) this.#life.lock()
  }
}

function kindsOf(header: Header): SlotKind[] {
  return header.slots.map(({ kind }) => kind)
}

export function otherPerson(): LockerError {
  return new LockerError(
    'identity_mismatch',
    'This locker belongs to somebody else; use another one, or empty it first.',
  )
}
