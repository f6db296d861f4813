/** Which backend, and where. */
import { LockerError } from '../errors.ts'
import type { ApiKey, AppwriteOptions, AuthBackend, GotrueOptions, StrapiOptions } from './public.ts'
import type { Backend } from './types.ts'

/** Supabase Auth. Addresses and keys are checked at the first call: `invalid_input` with the member as field. */
export function gotrue(options: GotrueOptions): AuthBackend {
  return described('gotrue', options)
}

/** Strapi 5 with its plugin users-permissions, in whichever of its three modes the server is. */
export function strapi(options: StrapiOptions): AuthBackend {
  return described('strapi', options)
}

/** Appwrite 1.6 and later. */
export function appwrite(options: AppwriteOptions): AuthBackend {
  return described('appwrite', options)
}

function described(kind: AuthBackend['kind'], options: { url: string; apiKey?: ApiKey }): AuthBackend {
  if (typeof options?.url !== 'string') throw new TypeError(`${kind}: url is the address of the backend.`)
  return Object.freeze({ ...options, kind })
}

/** As the core takes it. `entry` reads a key that is sealed in the locker. */
export function resolved(backend: AuthBackend, entry: (name: string) => unknown): Backend {
  const { apiKey, ...rest } = backend
  if (apiKey === undefined) return rest
  if (typeof apiKey === 'string') return { ...rest, apiKey }
  const key = entry(apiKey.entry)
  if (typeof key === 'string') return { ...rest, apiKey: key }
  throw new LockerError(
    'invalid_input',
    `The locker has no entry "${apiKey.entry}" with the key of the application, or is not open; put it there first.`,
    { field: 'apiKey' },
  )
}

/** Where `auth.fetch` may give the token to, besides those that are named. */
export function originOf(backend: AuthBackend): string {
  return new URL(backend.url).origin
}
