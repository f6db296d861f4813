/**
 * A backup's values in the form that this version of the application has, because no other is ever brought in. They are
 * made in memory, before anything is decided: nothing is sealed here, and nothing written.
 */
import { toBase64url } from '../base64url.ts'
import { newerSchema } from '../errors.ts'
import { compareVersions, type SealedRecord } from '../format.ts'
import type { Ports } from '../ports.ts'
import { schemaId } from '../values.ts'
import type { PlainItem } from '../vault.ts'
import { loaded } from '../wasm_source.ts'
import type { OpenedBackup, OpenedRecord } from './opened_backup.ts'

/** The same backup without its number. Rejects where that is a newer one, and where its values cannot be brought up. */
export async function broughtUp(
  opened: OpenedBackup,
  { version, migrate, now }: Pick<Ports, 'version' | 'migrate' | 'now'>,
): Promise<OpenedBackup> {
  const records = opened.records.filter(({ record }) => record.id !== schemaId)
  const number = opened.records.find(({ record }) => record.id === schemaId)
  const from = Number(number?.value ?? 0)
  if (from > version) throw newerSchema()
  // As at an unlocking: what is empty has nothing to be brought up, and where the number itself does not open nothing is
  // changed on a guess.
  const stays = from === version || opened.records.length === 0 || opened.damaged.includes(schemaId)
  if (stays || !migrate) return { ...opened, records }
  const { changesBy, storedOf } = await loaded('migration.js', import('../migration.ts'))
  const items = new Map<string, PlainItem>()
  for (const item of changesBy(migrate, from, version, storedOf(records, now()))) items.set(item.id, item)
  const made: OpenedRecord[] = []
  const leftOut: OpenedRecord[] = []
  for (const one of records) {
    const item = items.get(one.record.id)
    items.delete(one.record.id)
    if (item?.kind === 'gone') leftOut.push(one)
    made.push(item ? madeOf(item, one.record) : one)
  }
  const ages = agesOf(leftOut)
  for (const item of items.values()) made.push(madeOf(item, ages.get(contentOf(heldBy(item))) ?? ageless))
  return { ...opened, records: made }
}

/** The versions of these, by what they hold. */
function agesOf(records: readonly OpenedRecord[]): Map<string, SealedRecord> {
  const ages = new Map<string, SealedRecord>()
  for (const { record, value } of records) {
    const content = contentOf(value)
    const other = ages.get(content)
    if (!other || compareVersions(record, other) > 0) ages.set(content, record)
  }
  return ages
}

/** Of a value under a new id nobody can say how old it is, unless it is one that was only renamed. So whatever is there
 *  already stays. */
const ageless = {
  rev: 0,
  writer: new Uint8Array(8),
  epoch: 0,
  nonce: new Uint8Array(),
  box: new Uint8Array(),
}

/** What a migration has made of what lay under `record`. */
function madeOf(item: PlainItem, record: Omit<SealedRecord, 'id' | 'kind' | 'expires'>): OpenedRecord {
  const { id, kind, expires } = item
  return { record: { ...record, id, kind, expires }, value: heldBy(item), made: true }
}

function heldBy(item: PlainItem): unknown {
  if ('text' in item) return JSON.parse(item.text)
  return 'bytes' in item ? item.bytes : undefined
}

/** The same text for the same value. */
function contentOf(value: unknown): string {
  return value instanceof Uint8Array ? `bytes ${toBase64url(value)}` : JSON.stringify(value)
}
