/** jose.wasm in the script, for servers whose bundler leaves the file behind. */
import { inflated } from './inflated.ts'
import { deflated } from './wasm/jose_inline.js'
import type { WasmSource } from './wasm_source.ts'

/** Takes the place of the file. */
export const joseWasm: WasmSource | undefined = () => inflated(deflated)
