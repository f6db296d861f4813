/** Compiles a WASM file, wherever this runs. */
import { LockerError } from './errors.ts'
import { nodeModule } from './node.ts'

/** Where the WASM comes from, if not from the file beside this one. */
export type WasmSource = URL | Response | BufferSource | WebAssembly.Module

export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
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
    const file = source instanceof URL ? source.pathname.replace(/^.*\//, '') : 'given as wasm'
    const message =
      `The core (${file}) could not be loaded. Check that the file is served, that the content security ` +
      "policy has 'wasm-unsafe-eval' in script-src, or pass it as the option wasm."
    throw new LockerError('unsupported', message, { cause })
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url || 'The file'} was answered with ${response.status}.`)
  // Compiling while it downloads is refused for any other type, and by then the body would be gone.
  if (response.headers.get('content-type')?.split(';')[0]?.trim() === 'application/wasm') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}
