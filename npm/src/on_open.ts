/** What an open locker needs that is loaded on demand: values that expire, values in parts, the version of them all. */
import type { OpenLocker } from './open_locker.ts'
import type { Ports } from './ports.ts'
import { partsNote } from './storage/storage.ts'
import { schemaId } from './values.ts'
import { loaded } from './wasm_source.ts'

/** Work nobody waits for. */
export type Behind = (work: (open: OpenLocker) => Promise<void>) => void

export function onOpen(open: OpenLocker, ports: Ports, behind: Behind): void {
  const { version, storage, name, now } = ports
  // Before the first value: a locker that holds some is brought up to the version instead.
  if (version > 0 && !open.readOnly && !open.anyDamaged && !open.values.held(schemaId))
    open.write([{ id: schemaId, expires: 0, kind: 'json', text: String(version) }])
  const expiry = () => {
    open.values.dated = undefined
    behind(async (still) => (await loaded('expiry.js', import('./expiry.ts'))).watch(still, now))
  }
  open.values.dated = expiry
  if (open.values.hasDates) expiry()
  behind(async (still) => {
    if (storage.notes.get(partsNote(name))) await (await parts()).sweep(still, ports)
  })
}

/** Of what lay there before a transaction some may be in parts that are of no more use. */
export function onReplaced(found: ReadonlyMap<string, unknown>, behind: Behind): void {
  behind(async (open) => (await parts()).removeReplaced(open, found))
}

const parts = () => loaded('parts.js', import('./parts.ts'))
