/** `installLockerFormatter`: how Chromium's console draws a locker and an inspection ("Custom formatters" in the settings). */
import { insideOf } from '../inside.ts'
import type { Lifecycle } from '../lifecycle.ts'
import { hex } from './hex.ts'
import { writerOf } from './inspect_locker.ts'
import { inspectionMark } from './mark.ts'
import type { LockerInspection } from './types.ts'

/** JsonML as the console takes it: tag, attributes, children. */
export type JsonMl = [tag: string, attributes: { style?: string }, ...children: (JsonMl | string)[]]

/** What the console asks (Chrome's "custom object formatters", version 1). */
export interface ConsoleFormatter {
  header(value: unknown): JsonMl | null
  hasBody(value: unknown): boolean
  body(value: unknown): JsonMl | null
}

interface FormatterWindow {
  devtoolsFormatters?: ConsoleFormatter[]
}

/**
 * Draws lockers in the console as their state and a table of what they hold, and what `inspectLocker` gives as tables:
 * ids, versions, dates and sizes, never a value. What it returns takes it away again.
 */
export function installLockerFormatter(target: object = globalThis): () => void {
  const place = target as FormatterWindow
  const formatter = lockerFormatter()
  place.devtoolsFormatters = [...(place.devtoolsFormatters ?? []), formatter]
  return () => {
    place.devtoolsFormatters = (place.devtoolsFormatters ?? []).filter((one) => one !== formatter)
  }
}

/** The formatter itself. */
export function lockerFormatter(): ConsoleFormatter {
  return {
    header(value) {
      const life = lifeOf(value)
      if (life) return headerOf(life.ports.name, life.status)
      return isInspection(value) ? headerOf(value, value.status, ' on the disk') : null
    },
    hasBody: (value) => lifeOf(value) !== undefined || isInspection(value),
    body(value) {
      const life = lifeOf(value)
      if (life) return bodyOf(life)
      return isInspection(value) ? tablesOf(value) : null
    },
  }
}

function lifeOf(value: unknown): Lifecycle | undefined {
  return typeof value === 'object' && value !== null ? insideOf(value) : undefined
}

function isInspection(value: unknown): value is LockerInspection {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, inspectionMark)
}

const quiet = 'color: light-dark(#566267, #98a5aa)'
const cell = 'padding: 1px 12px 1px 0; text-align: left; vertical-align: top; font-weight: normal'
const colours: Record<string, string> = { unlocked: '#0f6e66', failed: '#b3261e' }

function headerOf(
  { tenant, name }: { tenant: string; name: string },
  { state, reason, integrity, pending, damaged }: LockerInspection['status'],
  where = '',
): JsonMl {
  const badge = `padding: 1px 6px; border-radius: 4px; color: #fff; background: ${colours[state] ?? '#566267'}`
  const more = [
    reason,
    integrity === 'ok' ? undefined : `integrity ${integrity}`,
    damaged.length > 0 ? `${damaged.length} damaged` : undefined,
    pending > 0 ? `${pending} pending` : undefined,
  ].filter((part) => part !== undefined)
  return [
    'span',
    {},
    ['span', { style: badge }, state],
    ['span', { style: 'font-weight: bold' }, ` Locker ${tenant}/${name}${where}`],
    ['span', { style: quiet }, more.length > 0 ? ` ${more.join(', ')}` : ''],
  ]
}

/** The console does not wait, so this is what this tab knows without the disk. */
function bodyOf(life: Lifecycle): JsonMl {
  const { open } = life
  const hint = 'await inspectLocker(locker) shows what lies on the disk.'
  if (!open) return ['div', {}, ['div', { style: quiet }, `Nothing of it is in memory. ${hint}`]]
  const here = writerOf(life)
  const rows: string[][] = []
  for (const id of [...open.values.ids()].sort()) {
    const held = open.values.held(id)
    if (!held) continue
    const { kind, rev, expires } = held
    const writer = hex(held.writer)
    rows.push([id, kind, when(new Date(rev / 1024)), writer === here ? 'this tab' : writer, until(expires)])
  }
  return ['div', {}, table(['id', 'kind', 'sealed', 'by', 'expires'], rows), ['div', { style: quiet }, hint]]
}

function tablesOf({
  header,
  slots,
  records,
  root,
  journals,
  cookies,
  witness,
  parts,
  unread,
}: LockerInspection): JsonMl {
  const row = (record: LockerInspection['records'][number]) => [
    record.damaged ? `${record.id} (damaged)` : record.id,
    record.kind,
    String(record.rev),
    when(record.sealed),
    record.here ? 'this tab' : record.writer,
    String(record.epoch),
    String(record.bytes),
    record.expires ? when(record.expires) : '',
  ]
  const columns = ['id', 'kind', 'rev', 'sealed', 'by', 'epoch', 'bytes', 'expires']
  const all = [...(root ? [root] : []), ...records]
  const sections: JsonMl[] = []
  const section = (title: string, content: JsonMl | string) =>
    sections.push(['div', { style: 'margin: 6px 0 2px; font-weight: bold' }, title], ['div', {}, content])
  if (unread) section('The disk could not be read', unread)
  if (header) section('Header', `rev ${header.rev}, epoch ${header.epoch}, locker ${header.lockerId}`)
  if (slots.length > 0) {
    const rows = slots.map((slot) => [slot.kind, slot.label, slot.kdf, when(slot.created)])
    section('Keyslots', table(['kind', 'label', 'key', 'made'], rows))
  }
  section('Records', table(columns, all.map(row)))
  for (const { name, records: waiting } of journals)
    section(`Journal: ${name}`, table(columns, waiting.map(row)))
  if (parts > 0) section('Parts of large values', String(parts))
  if (cookies.length > 0) {
    const rows = cookies.map(({ name, bytes, epoch }) => [name, String(bytes), String(epoch)])
    section('Sealed cookies', table(['name', 'bytes', 'epoch'], rows))
  }
  if (witness) section('Witness', `root ${witness.rootRev}; what lies there is ${witness.root}`)
  return ['div', {}, ...sections]
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): JsonMl {
  const line = (style: string, cells: readonly string[]): JsonMl => [
    'tr',
    {},
    ...cells.map((text): JsonMl => ['td', { style }, text]),
  ]
  return [
    'table',
    { style: 'border-collapse: collapse; font-size: 12px' },
    line(`${cell}; ${quiet}`, columns),
    ...rows.map((cells) => line(cell, cells)),
  ]
}

function when(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('T', ' ').slice(0, 19)
}

function until(expires: number): string {
  return expires > 0 ? when(new Date(expires)) : ''
}
