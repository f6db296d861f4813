/** Runs Argon2id (kdf.wasm). */
import { startKdf } from './kdf_module.ts'

/** How much work a guess at a passphrase costs. */
export interface Argon2idCost {
  memoryKib: number
  passes: number
}

export type KdfFailure = 'kdf_out_of_range' | 'too_large' | 'out_of_memory'

const outcomes: readonly (KdfFailure | undefined)[] = [
  undefined,
  'kdf_out_of_range',
  'too_large',
  'out_of_memory',
]

type Derive = (
  secret: Uint8Array,
  salt: Uint8Array,
  cost: Argon2idCost,
) => Uint8Array<ArrayBuffer> | KdfFailure

/** An instance that can derive again and again; it keeps the memory of the dearest derivation. */
export async function startArgon2id(wasm: WebAssembly.Module): Promise<Derive> {
  const { exports, give, take } = await startKdf(wasm)
  return (secret, salt, { memoryKib, passes }) => {
    give(salt, secret)
    return outcomes[exports.kdf_argon2id(memoryKib, passes)] ?? take(32)
  }
}

/** 32 bytes, derived in an instance of its own. The caller zeroes them and the secret. Rejects only with what the
 *  engine says when there is no memory for an instance. */
export async function runArgon2id(
  wasm: WebAssembly.Module,
  secret: Uint8Array,
  salt: Uint8Array,
  cost: Argon2idCost,
): Promise<Uint8Array<ArrayBuffer> | KdfFailure> {
  const derive = await startArgon2id(wasm)
  return derive(secret, salt, cost)
}
