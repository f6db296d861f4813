/** The passphrase keyslot. Loaded when a passphrase is used, and Argon2id with it. */
import type { Argon2idCost } from './argon2id.ts'
import { attempt } from './attempts.ts'
import { toBase64url, toJson } from './base64url.ts'
import { isFailure, LockerError } from './errors.ts'
import { report } from './events.ts'
import type { Kdf } from './format.ts'
import { argon2id } from './kdf.ts'
import { prepared, randomBytes } from './new_slot.ts'
import type { Prepared, SlotJob, SlotOrder, Unlocked } from './slot_modules.ts'
import type { PassphraseCost } from './types.ts'
import { opened } from './vault.ts'
import { loaded } from './wasm_source.ts'

const defaultCost: Argon2idCost = { memoryKib: 65_536, passes: 3 }

/** The key that a passphrase (NFKC, UTF-8) stretches to. The caller zeroes it. */
async function stretched(
  { core, secret, signal }: Pick<SlotJob, 'core' | 'signal'> & { secret: object },
  salt: Uint8Array<ArrayBuffer>,
  cost: Argon2idCost,
): Promise<Uint8Array<ArrayBuffer>> {
  const { passphrase } = secret as { passphrase: string }
  const bytes = new TextEncoder().encode(passphrase.normalize('NFKC'))
  try {
    return await argon2id(await core.kdf(), bytes, salt, cost, signal)
  } finally {
    bytes.fill(0)
  }
}

/** A slot for a passphrase. Costs outside the limits are refused before any memory is taken. */
export async function prepare(order: SlotOrder): Promise<Prepared> {
  const cost = { ...defaultCost, ...order.cost }
  const salt = randomBytes(16)
  const secret = await stretched(order, salt, cost)
  const { memoryKib: memory_kib, passes } = cost
  const kdf: Kdf = { alg: 'argon2id13', memory_kib, passes, lanes: 1, salt }
  return prepared({ kind: 'passphrase', kdf, label: 'Passphrase' }, secret)
}

/** Opens the header with the first passphrase slot that this passphrase opens. Rejects with `too_many_attempts`. */
export async function unlock(job: SlotJob): Promise<Unlocked> {
  // Where no passphrase can be right, none is guessed at.
  if (!job.header.slots.some(({ kdf }) => kdf.alg === 'argon2id13')) throw wrong(0)
  const { retryAt, succeeded, givenBack } = await attempt(await job.opening, job.now)
  let unlocked: Unlocked | undefined
  try {
    unlocked = await opening(job)
  } catch (error) {
    // Aborted, or not enough memory: nothing was found out.
    await givenBack()
    throw error
  }
  if (!unlocked) throw wrong(retryAt)
  // Where it cannot be noted, what was counted stays; the passphrase is right all the same.
  await succeeded().catch(() => {})
  return unlocked
}

function wrong(retryAt: number): LockerError {
  const message = 'This passphrase does not open the locker; check it and try again.'
  return new LockerError('wrong_secret', message, { retryAt })
}

async function opening(job: SlotJob): Promise<Unlocked | undefined> {
  const { core, header, schemaJson } = job
  const headerJson = toJson(header)
  for (const [index, slot] of header.slots.entries()) {
    const { id, kdf } = slot
    if (kdf.alg !== 'argon2id13') continue
    const cost = { memoryKib: kdf.memory_kib, passes: kdf.passes }
    const key = await stretched(job, kdf.salt, cost)
    let made: ReturnType<typeof core.module.Vault.unlock>
    try {
      made = core.module.Vault.unlock(headerJson, index, key, schemaJson)
    } finally {
      key.fill(0)
    }
    if (isFailure(made) && made.code === 'wrong_secret') continue
    return { vault: opened(core.module, made), slot, behind: upgradeOf(job, toBase64url(id), cost) }
  }
  return undefined
}

/** What replaces a slot that costs less than is wanted today; nothing where it costs as much. */
function upgradeOf(job: SlotJob, id: string, { memoryKib, passes }: Argon2idCost): Unlocked['behind'] {
  const wanted = { ...defaultCost, ...job.cost }
  if (memoryKib >= wanted.memoryKib && passes >= wanted.passes) return undefined
  const cost: PassphraseCost = {
    memoryKib: Math.max(memoryKib, wanted.memoryKib),
    passes: Math.max(passes, wanted.passes),
  }
  const { core, secret } = job
  return async (open) => {
    try {
      const { replace } = await loaded('slots.js', import('./slots.ts'))
      const { signal } = new AbortController()
      await replace(open, id, (slots) =>
        prepare({
          core,
          vault: open.changing.vault,
          secret: secret as { passphrase: string },
          cost,
          signal,
          slots,
        }),
      )
    } catch (error) {
      // The locker is open all the same, and the next unlocking tries again. What is no answer is a mistake.
      if (!(error instanceof LockerError)) report(error)
    }
  }
}
