/** What is the same for every slot that a person has the secret of. */
import { toJson } from './base64url.ts'
import { orThrow } from './errors.ts'
import type { Slot } from './format.ts'
import type { Prepared } from './slot_modules.ts'

export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** A slot whose key the core makes of `secret`. */
export function prepared(
  { kind, kdf, label: usual }: Pick<Slot, 'kind' | 'kdf' | 'label'>,
  secret: Uint8Array<ArrayBuffer>,
): Prepared {
  const id = randomBytes(16)
  return {
    kind,
    into(vault, created, label = usual) {
      const slot: Omit<Slot, 'nonce' | 'wrapped'> = { id, kind, label, created, kdf }
      orThrow(vault.core.wrapSlot(toJson(slot), secret))
      return id
    },
    wipe: () => void secret.fill(0),
  }
}
