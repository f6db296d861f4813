/**
 * @kbve/locker/auth: a session with Supabase Auth, Strapi or Appwrite that lies sealed in a locker.
 *
 * Importing this does nothing, and `createAuth` touches nothing either; the first call, listener or look at `ready`
 * opens the locker and loads `auth.wasm`.
 */
export { appwrite, gotrue, strapi } from './auth/backends.ts'
export { createAuth } from './auth/create.ts'
export { AuthError } from './auth/error.ts'
export type * from './auth/public.ts'
export { type ErrorCode, LockerError } from './errors.ts'
export type { WasmCode, WasmSource } from './wasm_source.ts'
