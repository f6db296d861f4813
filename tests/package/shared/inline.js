/** The same jobs with the WebAssembly in the script. */
import { authWasm, joseWasm, wasm } from '@kbve/locker/inline'
import { jobs } from './job.js'

globalThis.package = jobs({ wasm, joseWasm, authWasm })
