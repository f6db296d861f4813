/** Loads the WASM core: nothing at import, on demand, compiled once. */
import { instantiate } from './instantiate.ts'
import type { MainModule } from './wasm/locker.js'
import { compile, type WasmSource } from './wasm_source.ts'

export type { WasmSource }

/** An instance of the core, and the compiled module to make more of them (in a worker) without a second download. */
export interface Core {
  readonly module: MainModule
  readonly wasm: WebAssembly.Module
}

// Only the compiled code is shared between lockers, which is immutable; each has an instance of its own.
let compiledDefault: Promise<WebAssembly.Module> | undefined

/** Compiles `source`, or the package's own file once for all lockers. A failure is not remembered. */
function compiled(source?: WasmSource): Promise<WebAssembly.Module> {
  if (source !== undefined) return compile(source)
  compiledDefault ??= compile(new URL('./wasm/locker.wasm', import.meta.url)).catch((error: unknown) => {
    compiledDefault = undefined
    throw error
  })
  return compiledDefault
}

/** A new instance of the core. */
export async function loadCore(source?: WasmSource): Promise<Core> {
  const [glue, wasm] = await Promise.all([import('./wasm/locker.js'), compiled(source)])
  return { module: await instantiate(glue.default, wasm), wasm }
}
