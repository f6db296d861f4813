/**
 * @kbve/locker/inline: the WebAssembly inside the script, for pages where no second file can be served.
 *
 * Importing this does nothing; a module is unpacked when it is needed. A bundler takes only those that are named.
 * Compressed on its way, the script grows by as much as the files would have been.
 */
import { inflated } from './inflated.ts'
import { deflated as auth } from './wasm/auth_inline.js'
import { deflated as jose } from './wasm/jose_inline.js'
import { deflated as kdf } from './wasm/kdf_inline.js'
import { deflated as locker } from './wasm/locker_inline.js'
import type { WasmSource, WasmSources } from './wasm_source.ts'

/** For `createLocker({ wasm })`. Where no worker can be loaded either, a passphrase is stretched in the page. */
export const wasm: WasmSources = { locker: () => inflated(locker), kdf: () => inflated(kdf) }

/** For `loadJose`, `loadCookies` and `lockerCookies`. */
export const joseWasm: WasmSource = () => inflated(jose)

/** For `createAuth` and `createUptime`. */
export const authWasm: WasmSource = () => inflated(auth)
