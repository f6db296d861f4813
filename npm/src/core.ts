/** Loads the WASM core: nothing at import, on demand, compiled once. */
import type { MainModule } from './wasm/locker.js'
import { compile, loaded, once, type WasmSources } from './wasm_source.ts'

/** An instance of the core, and the module for secrets that a person types. */
export interface Core {
  readonly module: MainModule
  /** What reads and stretches secrets that a person types. Downloads and compiles it at the first call. */
  readonly kdf: () => Promise<WebAssembly.Module>
}

// Only compiled code is shared between lockers, which is immutable; each has an instance of its own.
const defaultCore = once(() => compile(new URL('./wasm/locker.wasm', import.meta.url), 'locker.wasm'))
const defaultKdf = once(() => compile(new URL('./wasm/kdf.wasm', import.meta.url), 'kdf.wasm'))

/** A new instance of the core. */
export async function loadCore({ locker, kdf }: WasmSources = {}): Promise<Core> {
  const [glue, wasm] = await Promise.all([
    loaded('locker.js', import('./wasm/locker.js')),
    locker ? compile(locker, 'locker.wasm') : defaultCore(),
  ])
  return {
    module: await instantiate(glue.default, wasm),
    kdf: kdf ? once(() => compile(kdf, 'kdf.wasm')) : defaultKdf,
  }
}

/** An instance of compiled code; `createModule` is the default export of `./wasm/locker.js`. */
async function instantiate(
  createModule: (options?: unknown) => Promise<MainModule>,
  wasm: WebAssembly.Module,
): Promise<MainModule> {
  // The glue waits for ever for an instance that cannot be made, so a failure is told beside it.
  let fail: (reason: unknown) => void
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const made = createModule({
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: unknown) => void,
    ) {
      WebAssembly.instantiate(wasm, imports).then(
        (instance) => done(instance, wasm),
        (error: unknown) => fail(error),
      )
      return {}
    },
  })
  return Promise.race([made, failed])
}
