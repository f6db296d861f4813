/** Makes an instance of the core. Apart from core.ts, so that the worker's bundle has no dynamic import. */
import type { MainModule } from './wasm/locker.js'

/** An instance of compiled code; `createModule` is the default export of `./wasm/locker.js`. */
export async function instantiate(
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
