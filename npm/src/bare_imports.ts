/** What the modules without glue (jose.wasm, kdf.wasm) ask of the world around them: random bytes, and that is all. */

const mostAtOnce = 65_536

/** `memory` is there once the module is instantiated; `grown` is told when its buffer is another one. */
export function importsFor(memory: () => WebAssembly.Memory, grown = () => {}): WebAssembly.Imports {
  return {
    env: { emscripten_notify_memory_growth: grown },
    wasi_snapshot_preview1: {
      random_get(at: number, size: number): number {
        const target = new Uint8Array(memory().buffer, at, size)
        for (let from = 0; from < size; from += mostAtOnce) {
          crypto.getRandomValues(target.subarray(from, from + mostAtOnce))
        }
        return 0
      },
    },
  }
}
