/** The passkey keyslot. Loaded when one is used or made. */
import { toJson } from './base64url.ts'
import { isFailure, LockerError, throwIfAborted } from './errors.ts'
import type { PasskeyKdf, Slot } from './format.ts'
import { sameBytes } from './header_json.ts'
import { prepared, randomBytes } from './new_slot.ts'
import { askPasskey, createPasskey, type PasskeyUser } from './passkey.ts'
import type { Prepared, SlotJob, SlotOrder, Unlocked } from './slot_modules.ts'
import { opened } from './vault.ts'

/** What passkey slots there are, each with its place in the header. */
function passkeys(slots: readonly Slot[]): { index: number; kdf: PasskeyKdf; slot: Slot }[] {
  return slots.flatMap((slot, index) =>
    slot.kind === 'passkey' ? [{ index, kdf: slot.kdf as PasskeyKdf, slot }] : [],
  )
}

/** Whether a page at this address may ask for a passkey of this relying party. */
function mayAsk(rpId: string): boolean {
  const host = globalThis.location?.hostname
  return host === undefined || host === rpId || host.endsWith(`.${rpId}`)
}

/** A slot for a passkey that the person makes now. */
export async function prepare({ secret, slots, signal }: SlotOrder): Promise<Prepared> {
  const { rpId, user } = (secret as { passkey: { rpId: string; user: PasskeyUser } }).passkey
  const prf_salt = randomBytes(32)
  const existing = passkeys(slots)
    .filter(({ kdf }) => kdf.rp_id === rpId)
    .map(({ kdf }) => kdf.credential_id)
  const { credential_id, output } = await createPasskey(rpId, user, prf_salt, existing, signal)
  const kdf: PasskeyKdf = { alg: 'hkdf-sha256', salt: randomBytes(32), credential_id, rp_id: rpId, prf_salt }
  return prepared({ kind: 'passkey', kdf, label: 'Passkey' }, output)
}

export async function unlock({ core, header, schemaJson, signal }: SlotJob): Promise<Unlocked> {
  const all = passkeys(header.slots)
  // Of several relying parties the first that this page may ask: one question, and not a row of them.
  const rpId = all.find(({ kdf }) => mayAsk(kdf.rp_id))?.kdf.rp_id
  if (rpId === undefined) {
    const message =
      all.length === 0
        ? 'The locker has no passkey; use another of its secrets.'
        : "The locker's passkeys belong to another address; use another of its secrets."
    throw new LockerError('wrong_secret', message)
  }
  const fitting = all.filter(({ kdf }) => kdf.rp_id === rpId)
  const { credential_id, output } = await askPasskey(
    rpId,
    fitting.map(({ kdf }) => kdf),
    signal,
  )
  try {
    throwIfAborted(signal)
    const chosen = fitting.find(({ kdf }) => sameBytes(kdf.credential_id, credential_id))
    if (chosen) {
      const made = core.module.Vault.unlock(toJson(header), chosen.index, output, schemaJson)
      if (!isFailure(made) || made.code !== 'wrong_secret')
        return { vault: opened(core.module, made), slot: chosen.slot }
    }
  } finally {
    output.fill(0)
  }
  throw new LockerError('wrong_secret', 'This passkey does not open the locker; use another one.')
}
