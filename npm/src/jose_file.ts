/** Here and not in jose/: a bundler that leaves addresses as they are then looks for every module in wasm/ beside it. */
export function joseFile(): URL {
  return new URL('./wasm/jose.wasm', import.meta.url)
}
