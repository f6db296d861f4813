/** `auth.fetch`: the token to whom it belongs, and to nobody else. */
import type { Calls } from './calls.ts'
import type { Conductor } from './conductor.ts'
import type { Proof } from './types.ts'

export interface FetchRules {
  /** The backend's own. */
  readonly own: string
  /** Named by the application. */
  readonly others: readonly string[]
  readonly fetch: typeof globalThis.fetch
}

/** Of the backend's own interface, which other servers at its origin need not know. */
const notForOthers = ['content-type', 'x-supabase-api-version', 'x-appwrite-response-format']

export function authFetch(on: Conductor, calls: Calls, rules: FetchRules): typeof globalThis.fetch {
  return async (input, init) => {
    const { fetch, own, others } = rules
    const { location } = globalThis as { location?: { href: string } }
    const { origin } = new URL(input instanceof Request ? input.url : String(input), location?.href)
    if (origin !== own && !others.includes(origin)) return fetch(input, init)
    const first = new Request(input, init)
    // Somebody's own proof is not replaced.
    if (first.headers.has('authorization')) return fetch(first)
    // As `fetch` says it; what is given up later, while a token is waited for, is `aborted`.
    first.signal.throwIfAborted()
    const proof = await calls.proof(first.signal)
    const given = (init?.body ?? undefined) as unknown
    // A stream is read once, and then it is gone.
    const again = given instanceof ReadableStream ? undefined : first.clone()
    const response = await fetch(proven(on, first, proof, origin === own))
    if (response.status !== 401 || !again) return response
    const renewed = await calls.renewed(proof, first.signal)
    if (!renewed) return response
    await response.body?.cancel()
    return fetch(proven(on, again, renewed, origin === own))
  }
}

function proven(on: Conductor, request: Request, proof: Proof, own: boolean): Request {
  const { host } = on
  const headers = new Headers(request.headers)
  const asked = host.door().request(host.backend(), { type: 'getUser' }, proof)
  for (const [name, value] of asked.headers) {
    const lower = name.toLowerCase()
    if (own ? !notForOthers.includes(lower) : lower === 'authorization') headers.set(name, value)
  }
  const withCookies = own && asked.credentials === 'include' && !proof.access
  return new Request(request, {
    headers,
    // A redirect may lead anywhere, and not every header of a proof is taken off on the way.
    ...(request.redirect === 'follow' ? { redirect: 'error' } : {}),
    ...(withCookies ? { credentials: 'include' } : {}),
  })
}
