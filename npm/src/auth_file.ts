/** Here and not in auth/: a bundler that leaves addresses as they are then looks for every module in wasm/ beside it. */
export function authFile(): URL {
  return new URL('./wasm/auth.wasm', import.meta.url)
}
