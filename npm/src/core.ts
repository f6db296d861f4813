/** Loads the WASM core: nothing at import, on demand, compiled once. */
import { LockerError } from './errors.ts'
import { instantiate } from './instantiate.ts'
import { nodeModule } from './node.ts'
import type { MainModule } from './wasm/locker.js'

/** Where the WASM comes from, if not from the file beside this one. */
export type WasmSource = URL | Response | BufferSource | WebAssembly.Module

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

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  try {
    if (source instanceof WebAssembly.Module) return source
    if (source instanceof URL) {
      const fs = source.protocol === 'file:' ? nodeModule('node:fs') : undefined
      return fs
        ? await WebAssembly.compile(fs.readFileSync(source))
        : await compileResponse(await fetch(source))
    }
    if (typeof Response !== 'undefined' && source instanceof Response) return await compileResponse(source)
    return await WebAssembly.compile(source as BufferSource)
  } catch (cause) {
    const message =
      'The core (locker.wasm) could not be loaded. Check that the file is served, that the content security ' +
      "policy has 'wasm-unsafe-eval' in script-src, or pass it as the option wasm."
    throw new LockerError('unsupported', message, { cause })
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url || 'locker.wasm'} was answered with ${response.status}.`)
  // Compiling while it downloads is refused for any other type, and by then the body would be gone.
  if (response.headers.get('content-type')?.split(';')[0]?.trim() === 'application/wasm') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}

/** A new instance of the core. */
export async function loadCore(source?: WasmSource): Promise<Core> {
  const [glue, wasm] = await Promise.all([import('./wasm/locker.js'), compiled(source)])
  return { module: await instantiate(glue.default, wasm), wasm }
}
