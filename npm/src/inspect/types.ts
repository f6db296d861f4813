/** What `inspectLocker` gives. Nothing in it is secret, and nothing of it is a value. */
import type { RecordKind, SlotKind } from '../format.ts'
import type { Status } from '../types.ts'

/** A record as anybody with the disk sees it. */
export interface InspectedRecord {
  /** `profile/<field>`, `entry/<name>`, or what else the package keeps. */
  readonly id: string
  readonly kind: RecordKind
  /** Its place in the order of versions. */
  readonly rev: number
  /** When it was sealed, by the clock of the tab that did it; `rev` says so. Later than the truth where a clock was set
   *  back. */
  readonly sealed: Date
  /** The tab that sealed it, 16 hexadecimal digits. */
  readonly writer: string
  /** Whether that was this tab, as far as it is open. */
  readonly here: boolean
  /** Which data key sealed it. */
  readonly epoch: number
  /** Of the box: padded ciphertext and tag. 0 where it has expired and was swept. */
  readonly bytes: number
  readonly expires?: Date
  /** It is there and did not open. */
  readonly damaged: boolean
}

/** A keyslot as it lies in the header. */
export interface InspectedSlot {
  /** As in `locker.slots`. */
  readonly id: string
  readonly kind: SlotKind
  /** What the person calls it, in clear on the disk. */
  readonly label: string
  readonly created: Date
  /** How its key comes from the secret, in words. */
  readonly kdf: string
  /** Of the wrapped root key. */
  readonly bytes: number
  /** Of a device slot: whether this browser has its key, and whether a script could read that. */
  readonly key?: 'absent' | 'not extractable' | 'extractable'
}

/** What a tab has handed over and what is not applied yet. */
export interface InspectedJournal {
  /** The database, or where else it lies. */
  readonly name: string
  readonly records: readonly InspectedRecord[]
}

/** A sealed cookie, by its protected header. */
export interface InspectedCookie {
  readonly name: string
  /** Of names and values, as the browser counts them. */
  readonly bytes: number
  /** Cookies that hold it: 1, or 2 where one was too short. */
  readonly parts: number
  readonly epoch: number
}

export interface InspectedHeader {
  readonly format: number
  readonly rev: number
  /** 32 hexadecimal digits. */
  readonly lockerId: string
  /** 32 hexadecimal digits; another one after `rekey()`. */
  readonly keyId: string
  readonly created: Date
  /** Which data key seals now. */
  readonly epoch: number
  readonly slots: number
}

/** The number beside the databases that tells an old copy of them. */
export interface InspectedWitness {
  readonly rootRev: number
  /** Of the root on the disk: `'behind'` is an older copy of it. `'other'`: it is another locker's witness. */
  readonly root: 'level' | 'ahead' | 'behind' | 'absent' | 'other'
  /** An older copy was found and nobody has accepted it yet. */
  readonly rolledBack: boolean
}

/** Everything that is known of a locker without a key. */
export interface LockerInspection {
  readonly at: Date
  readonly tenant: string
  readonly name: string
  readonly database: string
  readonly status: Status
  /** Why the disk could not be read: the code of the error. */
  readonly unread?: string
  readonly header?: InspectedHeader
  readonly slots: readonly InspectedSlot[]
  readonly root?: InspectedRecord
  /** By id. `console.table(records)` shows them. */
  readonly records: readonly InspectedRecord[]
  /** Large values: how many parts there are of all of them. */
  readonly parts: number
  /** With something in them, this tab's first. */
  readonly journals: readonly InspectedJournal[]
  readonly witness?: InspectedWitness
  /** Wrong passphrases, and until when none is tried. */
  readonly attempts?: { readonly failed: number; readonly last: Date; readonly until: Date }
  /** Sealed cookies of this locker. Those that are not sealed say nothing of where they come from. */
  readonly cookies: readonly InspectedCookie[]
  /** Profile fields of which a plain copy is kept on purpose (`mirror`). */
  readonly mirrored: readonly string[]
}
