/** Runs Argon2id (kdf.wasm). An instance's memory goes when nobody holds it any more. */
import { importsFor } from './bare_imports.ts'

/** How much work a guess at a passphrase costs. */
export interface Argon2idCost {
  memoryKib: number
  passes: number
}

/** What `wasm/kdf_door.cpp` exports. */
interface KdfExports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  kdf_input(size: number): number
  kdf_argon2id(memoryKib: number, passes: number): number
  kdf_key(): number
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
  // libsodium draws a canary for its guarded memory, although nothing here uses that.
  const instance: WebAssembly.Instance = await WebAssembly.instantiate(
    wasm,
    importsFor(() => kdf.memory),
  )
  const kdf = instance.exports as unknown as KdfExports
  kdf._initialize()
  return (secret, salt, { memoryKib, passes }) => {
    const input = kdf.kdf_input(salt.length + secret.length)
    const memory = new Uint8Array(kdf.memory.buffer)
    memory.set(salt, input)
    memory.set(secret, input + salt.length)
    const failure = outcomes[kdf.kdf_argon2id(memoryKib, passes)]
    if (failure) return failure
    // Looked at anew: the memory has grown, and the old view with it is gone.
    const key = new Uint8Array(kdf.memory.buffer, kdf.kdf_key(), 32)
    const copy = key.slice()
    key.fill(0)
    return copy
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
