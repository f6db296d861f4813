/** Unpacks a module that lies in a script: base64 of its deflated bytes. */
import type { WasmCode } from './wasm_source.ts'

export function inflated(text: string): WasmCode {
  const latin = atob(text)
  const bytes = new Uint8Array(latin.length)
  // Uint8Array.from with a function takes several times as long.
  for (let i = 0; i < latin.length; i++) bytes[i] = latin.charCodeAt(i)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream, { headers: { 'content-type': 'application/wasm' } })
}
