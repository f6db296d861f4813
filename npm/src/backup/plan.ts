/** What bringing a backup into an open locker comes to: decided from what lies on the disk, and nothing else. */
import { asRecord } from '../checked.ts'
import { newerSchema } from '../errors.ts'
import { compareVersions, type RecordKind, type SealedRecord } from '../format.ts'
import { asManifest, type Manifest } from '../parts.ts'
import { serialize } from '../serialize.ts'
import type { RestoreReport } from '../types.ts'
import { schemaId, sessionPrefix } from '../values.ts'
import type { OpenVault, PlainItem } from '../vault.ts'
import type { OpenedBackup, OpenedRecord } from './opened_backup.ts'

export interface PlanHost {
  vault: OpenVault
  now: number
  mode: 'merge' | 'replace'
  /** The backup was made under this locker's own root key, so that its records open here as they are. */
  sameKey: boolean
  /** Of the application's values here, which is what the backup was brought up to. */
  version: number
  /** Where the parts of a large value lie under this locker's keys by now, by the record's id. */
  written: ReadonlyMap<string, Manifest>
  /** Whether the rules of its field say something against a value. */
  refused(item: PlainItem): boolean
}

export interface Plan {
  report: RestoreReport
  /** Records of the backup that go in as they are. */
  carried: readonly SealedRecord[]
  /** Values to be sealed anew. */
  items: readonly PlainItem[]
  /** Large values that are to be sealed anew, and those whose parts go in as they are. */
  anew: readonly Large[]
  kept: readonly Large[]
  /** Ids of records that are taken away for good, because they open no more. */
  remove: readonly string[]
  /** What was found, by id. */
  found: ReadonlyMap<string, SealedRecord>
}

/** A large value of the backup. */
export interface Large {
  record: SealedRecord
  manifest: Manifest
}

/** A version of a value; `undefined` also for one that has expired. */
type Side = OpenedRecord

const profilePrefix = 'profile/'

/** Every record found is added to the vault's sum. Throws where what lies here is of a newer version by now. */
export function planOf(records: ReadonlyMap<string, unknown>, backup: OpenedBackup, host: PlanHost): Plan {
  const { here, unopened } = openedOf(records, host)
  const number = Number(here.get(schemaId)?.value ?? 0)
  if (number > host.version) throw newerSchema()
  const there = new Map<string, Side>()
  for (const opened of backup.records) there.set(opened.record.id, sideOf(opened, host.now))
  const plan = new Planned(backup.damaged)
  for (const [id, side] of there) {
    const mine = here.get(id)
    keep(plan, mine, side, host)
    if (host.mode === 'merge') merge(plan, id, mine, unopened.has(id), side, host)
    else if (side.value !== undefined) replace(plan, id, mine, side, host)
  }
  const remove: string[] = []
  if (host.mode === 'replace') {
    for (const [id, { value }] of here) {
      // What does not open in the backup may have been what is here.
      const inBackup = there.get(id)?.value !== undefined || backup.damaged.includes(id)
      if (value === undefined || inBackup || id === schemaId || id.startsWith(sessionPrefix)) continue
      plan.items.push({ id, expires: 0, kind: 'gone' })
      plan.report.removed.push(id)
    }
    // All that is here now is of this version, also where nothing has said so.
    if (number !== host.version) plan.items.push(numberOf(host.version))
    const sealed = new Set(plan.items.map(({ id }) => id))
    for (const id of unopened) if (!sealed.has(id)) remove.push(id)
  }
  const found = new Map(
    [...records].flatMap(([id, value]) => {
      const record = asRecord(value, id)
      return record ? [[id, record]] : []
    }),
  )
  for (const ids of Object.values(plan.report)) ids.sort()
  const { report, carried, items, anew, kept } = plan
  return { report, carried, items, anew, kept, remove, found }
}

/** What is to be sealed for a value that is no large one. */
export function itemOf({ record: { id, expires }, value }: OpenedRecord): PlainItem {
  if (value === undefined) return { id, expires: 0, kind: 'gone' }
  if (value instanceof Uint8Array) return { id, expires, kind: 'bytes', bytes: value }
  return { id, expires, kind: 'json', text: serialize(value, id) }
}

/** What says of which version the application's values are. */
export function numberOf(version: number): PlainItem {
  return { id: schemaId, expires: 0, kind: 'json', text: String(version) }
}

class Planned {
  readonly carried: SealedRecord[] = []
  readonly items: PlainItem[] = []
  readonly anew: Large[] = []
  readonly kept: Large[] = []
  readonly report: { [K in keyof RestoreReport]: string[] }

  constructor(damaged: readonly string[]) {
    this.report = { added: [], changed: [], removed: [], unchanged: [], damaged: [...damaged], unfit: [] }
  }

  /** Notes what becomes of a value where `after` takes the place of `before`. */
  note(id: string, before: unknown, after: unknown): void {
    const { added, changed, removed, unchanged } = this.report
    if (before === undefined && after === undefined) return
    if (sameValue(before, after)) unchanged.push(id)
    else (before === undefined ? added : after === undefined ? removed : changed).push(id)
  }
}

/** The same parts are named on both sides: those that are missing here come back. */
function keep(plan: Planned, mine: Side | undefined, { record, value }: Side, host: PlanHost): void {
  const manifest = record.kind === 'parts' ? asManifest(value) : undefined
  if (!manifest || !host.sameKey || mine?.record.kind !== 'parts') return
  if (asManifest(mine.value)?.id === manifest.id) plan.kept.push({ record, manifest })
}

function merge(
  plan: Planned,
  id: string,
  mine: Side | undefined,
  unopened: boolean,
  side: Side,
  host: PlanHost,
): void {
  const { record, value, made } = side
  // Nobody has deleted what a migration leaves out: it takes nothing away here.
  if (made && value === undefined) return
  if (mine && compareVersions(record, mine.record) <= 0) {
    if (value !== undefined) plan.report.unchanged.push(id)
    return
  }
  if (host.sameKey && !made && record.epoch <= host.vault.header.epoch) {
    plan.carried.push(record)
    const manifest = record.kind === 'parts' ? asManifest(value) : undefined
    if (manifest) plan.kept.push({ record, manifest })
    plan.note(id, mine?.value, value)
    return
  }
  if (value === undefined) {
    if (mine?.value !== undefined) plan.items.push({ id, expires: 0, kind: 'gone' })
    plan.note(id, mine?.value, undefined)
  } else if (!unopened && same(mine, side)) plan.report.unchanged.push(id)
  else seal(plan, id, mine, side, host)
}

function replace(plan: Planned, id: string, mine: Side | undefined, side: Side, host: PlanHost): void {
  if (same(mine, side)) plan.report.unchanged.push(id)
  else seal(plan, id, mine, side, host)
}

function seal(plan: Planned, id: string, mine: Side | undefined, side: Side, host: PlanHost): void {
  const { record, value } = side
  if (record.kind === 'parts') {
    const { expires } = record
    const manifest = value as Manifest
    plan.anew.push({ record, manifest })
    plan.items.push({ id, expires, kind: 'parts', text: serialize(host.written.get(id) ?? manifest, id) })
  } else {
    const item = itemOf(side)
    if (item.kind === 'json' && id.startsWith(profilePrefix) && host.refused(item)) {
      plan.report.unfit.push(id)
      return
    }
    plan.items.push(item)
  }
  plan.note(id, mine?.value, value)
  // Another date of expiry is a change as well, although it shows the same now.
  if (mine && sameValue(mine.value, value)) plan.report.changed.push(plan.report.unchanged.pop() as string)
}

/** What lies here, opened, and the ids of what does not open. */
function openedOf(records: ReadonlyMap<string, unknown>, { vault, now }: PlanHost) {
  const here = new Map<string, Side>()
  const unopened = new Set<string>()
  const sealed: SealedRecord[] = []
  for (const [id, value] of records) {
    const record = asRecord(value, id)
    if (record) sealed.push(record)
    else unopened.add(id)
  }
  for (const [i, result] of vault.open(sealed, true).entries()) {
    const record = sealed[i] as SealedRecord
    if (result.opens) here.set(record.id, sideOf({ record, value: result.value }, now))
    else unopened.add(record.id)
  }
  return { here, unopened }
}

function sideOf(opened: OpenedRecord, now: number): Side {
  const { expires } = opened.record
  return expires !== 0 && expires <= now ? { ...opened, value: undefined } : opened
}

function same(mine: Side | undefined, { record, value }: Side): boolean {
  const kind = (side: RecordKind) => (side === 'gone' ? 'json' : side)
  return (
    mine !== undefined &&
    mine.record.expires === record.expires &&
    kind(mine.record.kind) === kind(record.kind) &&
    sameValue(mine.value, value)
  )
}

function sameValue(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array))
    return Object.is(a, b) || (isJson(a) && isJson(b) && JSON.stringify(a) === JSON.stringify(b))
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function isJson(value: unknown): boolean {
  return value !== undefined && !(value instanceof Uint8Array)
}
