/** One request and its answer, with an end to waiting. */
import { abortedError } from '../errors.ts'
import type { HttpRequest, HttpResponse } from './types.ts'

export interface Sending {
  readonly fetch: typeof globalThis.fetch
  readonly timer: (milliseconds: number, call: () => void) => () => void
  /** Milliseconds for the request with its whole answer. */
  readonly limit: number
  /** The caller's. */
  readonly signal?: AbortSignal | undefined
}

/** When nothing was answered. The core makes `network` of it. */
const nothing: HttpResponse = { status: 0, headers: [], body: '' }
/** The core reads no more than 1 MiB; what is longer is no answer of a backend. */
const most = 1 << 20

/** The answer, or one of status 0. Rejects only when the caller gives up, with `aborted`. */
export async function exchange(request: HttpRequest, sending: Sending): Promise<HttpResponse> {
  const { signal } = sending
  if (signal?.aborted) throw abortedError(signal)
  const end = new AbortController()
  const give = () => end.abort()
  const stop = sending.timer(sending.limit, give)
  signal?.addEventListener('abort', give, { once: true })
  try {
    const { url, method, headers, body, credentials } = request
    const { fetch } = sending
    const response = await orEnd(
      fetch(url, {
        method,
        headers,
        credentials,
        // What is sent proves who somebody is: it goes where it was meant to, or nowhere.
        redirect: 'error',
        cache: 'no-store',
        signal: end.signal,
        ...(body === undefined ? {} : { body }),
      }),
      end.signal,
    )
    const bytes = new Uint8Array(await orEnd(response.arrayBuffer(), end.signal))
    // Status and headers still say what happened.
    const read = bytes.length <= most ? bytes : new Uint8Array()
    return { status: response.status, headers: [...response.headers], body: read }
  } catch {
    if (signal?.aborted) throw abortedError(signal)
    return nothing
  } finally {
    stop()
    signal?.removeEventListener('abort', give)
  }
}

/** Also where a `fetch` that was given does not heed its signal. */
function orEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('The time is up.'))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}
