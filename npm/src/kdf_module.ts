/** An instance of kdf.wasm. Its memory goes when nobody holds it any more. */
import { importsFor } from './bare_imports.ts'

/** What `wasm/kdf_door.cpp` exports, and says of each. */
export interface KdfExports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  kdf_input(size: number): number
  kdf_argon2id(memoryKib: number, passes: number): number
  kdf_read_recovery(): number
  kdf_write_recovery(): number
  kdf_key(): number
}

export interface Kdf {
  readonly exports: KdfExports
  /** Hands these over, one after the other, as the input of the next call. */
  give(...parts: Uint8Array[]): void
  /** A copy of what the last call made; what it was copied from is zeroed. */
  take(size: number): Uint8Array<ArrayBuffer>
}

export async function startKdf(wasm: WebAssembly.Module): Promise<Kdf> {
  // libsodium draws a canary for its guarded memory, although nothing here uses that.
  const instance: WebAssembly.Instance = await WebAssembly.instantiate(
    wasm,
    importsFor(() => exports.memory),
  )
  const exports = instance.exports as unknown as KdfExports
  // Looked at anew each time: when the memory grows, an old view is gone.
  const view = (at: number, size: number) => new Uint8Array(exports.memory.buffer as ArrayBuffer, at, size)
  exports._initialize()
  return {
    exports,
    give(...parts) {
      let at = exports.kdf_input(parts.reduce((sum, part) => sum + part.length, 0))
      for (const part of parts) {
        view(at, part.length).set(part)
        at += part.length
      }
    },
    take(size) {
      const made = view(exports.kdf_key(), size)
      // With a buffer of its own: engines keep short arrays without one among their objects, and move them about, which
      // leaves copies that nobody can fill with zeros.
      const copy = new Uint8Array(new ArrayBuffer(size))
      copy.set(made)
      made.fill(0)
      return copy
    },
  }
}
