/** The recovery keyslot: a code that a person has on paper. Loaded when one is used or made. */
import { toJson } from './base64url.ts'
import { isFailure, LockerError, throwIfAborted } from './errors.ts'
import type { Kdf } from './format.ts'
import { startKdf } from './kdf_module.ts'
import { prepared, randomBytes } from './new_slot.ts'
import type { Prepared, SlotJob, SlotOrder, Unlocked } from './slot_modules.ts'
import { opened } from './vault.ts'

const codeSize = 16
const textSize = 32

/** What `kdf_read_recovery` answers. */
const flaws = [
  undefined,
  'A recovery code has 26 letters and digits and a check symbol; some are missing, or too many.',
  'The recovery code has a symbol that none contains; compare it with what was written down.',
  "The recovery code's check symbol does not fit: something in it is mistyped; compare it with what was written down.",
]

/** A slot for a code just drawn; `code` is the only time that it is seen. */
export async function prepare({ core }: SlotOrder): Promise<Prepared> {
  const { exports, give, take } = await startKdf(await core.kdf())
  const secret = randomBytes(codeSize)
  give(secret)
  exports.kdf_write_recovery()
  const text = take(textSize)
  const code = new TextDecoder().decode(text)
  text.fill(0)
  const kdf: Kdf = { alg: 'hkdf-sha256', salt: randomBytes(32) }
  return { ...prepared({ kind: 'recovery', kdf, label: 'Recovery code' }, secret), code }
}

/** The bytes of a code as typed. `invalid_field` for one that cannot be right, before any key work. */
async function read({ core, secret }: SlotJob): Promise<Uint8Array<ArrayBuffer>> {
  const { recovery } = secret as { recovery: string }
  // Word processors make other dashes and blanks of what they are given.
  const text = new TextEncoder().encode(recovery.replaceAll(/[\s\p{Pd}]/gu, ''))
  const { exports, give, take } = await startKdf(await core.kdf())
  give(text)
  text.fill(0)
  const flaw = flaws[exports.kdf_read_recovery()]
  if (flaw !== undefined) throw new LockerError('invalid_field', flaw, { field: 'recovery' })
  return take(codeSize)
}

export async function unlock(job: SlotJob): Promise<Unlocked> {
  const { core, header, schemaJson, signal } = job
  const code = await read(job)
  try {
    throwIfAborted(signal)
    const headerJson = toJson(header)
    for (const [index, slot] of header.slots.entries()) {
      if (slot.kind !== 'recovery') continue
      const made = core.module.Vault.unlock(headerJson, index, code, schemaJson)
      if (isFailure(made) && made.code === 'wrong_secret') continue
      return { vault: opened(core.module, made), slot }
    }
  } finally {
    code.fill(0)
  }
  throw new LockerError(
    'wrong_secret',
    'This recovery code does not open the locker: it belongs to another one, or was replaced by a newer code.',
  )
}
