/**
 * @kbve/locker/jose: tokens (JWT, JWS, JWE) and the keys they are checked with, synchronously.
 *
 * Importing this does nothing. `await loadJose()` once; every call after it is synchronous.
 */
import { loadDoor } from './jose/door.ts'
import type { WasmSource } from './wasm_source.ts'

export { type ErrorCode, LockerError } from './errors.ts'
export { type OpenedJwe, openJwe, sealJwe } from './jose/jwe.ts'
export { type JoseKeys, joseKeys, type KeyHolder, type KeyMaterial, type KeySource } from './jose/keys.ts'
export {
  type JwksLocker,
  type JwksVerified,
  type RemoteJwks,
  type RemoteJwksOptions,
  remoteJwks,
} from './jose/remote_jwks.ts'
export { decodeJwt, type Jws, verifyJws, verifyJwt } from './jose/tokens.ts'
export {
  type JoseHeader,
  type Jwk,
  type Jwks,
  type JwsAlgorithm,
  type JwsRules,
  type Jwt,
  type JwtClaims,
  type JwtRules,
  jwsAlgorithms,
  type VerifyOptions,
} from './jose/types.ts'
export type { WasmCode, WasmSource } from './wasm_source.ts'

/**
 * Loads the core for tokens and cookies (`jose.wasm`), once for the page; a failure may be tried again. `wasm` says
 * where it comes from; the file beside the package if not said. Throws `unsupported` when it cannot be loaded.
 */
export async function loadJose(options: { wasm?: WasmSource } = {}): Promise<void> {
  await loadDoor(options.wasm)
}
