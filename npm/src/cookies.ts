/**
 * @kbve/locker/cookies: cookies that belong to a locker, sealed or plain, and the same ones on a server.
 *
 * Importing this does nothing. In a page: `lockerCookies(locker, …)` and `await cookies.ready`. On a server:
 * `await loadCookies()` once, then `serverCookies(header, …)` for every request.
 */
import { loadDoor } from './jose/door.ts'
import type { WasmSource } from './wasm_source.ts'

export type { AsyncCookieStore, CookieJar } from './cookies/jar.ts'
export { type LockerCookiesPorts, lockerCookies } from './cookies/locker_cookies.ts'
export { serverCookies } from './cookies/server_cookies.ts'
export type {
  CookieName,
  CookieOptions,
  CookieReading,
  CookieTable,
  CookieValue,
  LockerCookies,
  ReadsCookies,
  ServerCookies,
  SettableName,
} from './cookies/types.ts'
export { type ErrorCode, LockerError } from './errors.ts'
export type { WasmCode, WasmSource } from './wasm_source.ts'

/**
 * Loads the core for cookies and tokens (`jose.wasm`), once; a failure may be tried again. `lockerCookies` does it by
 * itself. Throws `unsupported` when it cannot be loaded.
 */
export async function loadCookies(options: { wasm?: WasmSource } = {}): Promise<void> {
  await loadDoor(options.wasm)
}
