/** The keyslots that few use: each is loaded by itself. */
import type { Prepared, SlotJob, SlotOrder, Unlocked } from './slot_modules.ts'
import { loaded } from './wasm_source.ts'

function slot(secret: object) {
  return 'recovery' in secret
    ? loaded('recovery_slot.js', import('./recovery_slot.ts'))
    : loaded('passkey_slot.js', import('./passkey_slot.ts'))
}

export async function unlock(job: SlotJob): Promise<Unlocked> {
  if ('reload' in job.secret) return (await loaded('remember.js', import('./remember.ts'))).unlock(job)
  return (await slot(job.secret)).unlock(job)
}

export async function prepare(order: SlotOrder): Promise<Prepared> {
  return (await slot(order.secret)).prepare(order)
}
