/** Compiles the package's WebAssembly, wherever it is to come from. */
import { LockerError } from './errors.ts'
import { nodeModule } from './node.ts'

/** The code of a module, or its address. */
export type WasmCode = URL | Response | BufferSource | WebAssembly.Module

/** Where a module comes from, if not from the file beside this one. A function is called when it is needed. */
export type WasmSource = WasmCode | (() => WasmCode | Promise<WasmCode>)

/** Where the modules come from; what is not said comes from the files beside the package. */
export interface WasmSources {
  /** `locker.wasm`. */
  locker?: WasmSource
  /** `kdf.wasm`: Argon2id and recovery codes, needed when a passphrase or such a code is used. */
  kdf?: WasmSource
}

/** One source alone is that of `locker.wasm`. */
export function sourcesOf(given: WasmSource | WasmSources = {}): WasmSources {
  // Of all that may be given, only this one is a plain object.
  return Object.getPrototypeOf(given) === Object.prototype
    ? (given as WasmSources)
    : { locker: given as WasmSource }
}

/** Compiles `source`, or else `file` of the package. */
export async function compile(source: WasmSource, file: string): Promise<WebAssembly.Module> {
  try {
    const code = typeof source === 'function' ? await source() : source
    if (code instanceof WebAssembly.Module) return code
    if (code instanceof URL) {
      const fs = code.protocol === 'file:' ? nodeModule('node:fs') : undefined
      return fs ? await WebAssembly.compile(fs.readFileSync(code)) : await compileResponse(await fetch(code))
    }
    if (code instanceof Response) return await compileResponse(code)
    return await WebAssembly.compile(code as BufferSource)
  } catch (cause) {
    throw notLoaded(file, cause)
  }
}

/** A file of the package that could not be had. */
export function notLoaded(file: string, cause: unknown): LockerError {
  const message =
    `The file ${file} could not be loaded. Check that it is served, that the content security ` +
    "policy has 'wasm-unsafe-eval' in script-src, or pass it as the option wasm."
  return new LockerError('unsupported', message, { cause })
}

/** A module of the package that is loaded on demand. */
export function loaded<T>(file: string, module: Promise<T>): Promise<T> {
  return module.catch((cause: unknown) => {
    throw notLoaded(file, cause)
  })
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url || 'The file'} was answered with ${response.status}.`)
  // Compiling while it downloads is refused for any other type, and by then the body would be gone.
  if (response.headers.get('content-type')?.split(';')[0]?.trim() === 'application/wasm') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}

/** Compiles once what is asked for often. A failure is not remembered. */
export function once(make: () => Promise<WebAssembly.Module>): () => Promise<WebAssembly.Module> {
  let made: Promise<WebAssembly.Module> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
