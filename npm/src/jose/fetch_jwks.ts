/** One request for a JWKS, with limits on everything the other side decides. */
import { LockerError } from '../errors.ts'

export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch
  readonly timeout: number
  readonly maxBytes: number
}

export interface Fetched {
  readonly text: string
  /** Milliseconds it says it is good for, where it says so. */
  readonly freshFor: number | undefined
}

/** Throws `jwt_key_not_found` with a sentence that says what went wrong. */
export async function fetchJwks(url: URL, limits: FetchLimits): Promise<Fetched> {
  const giveUp = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // Beside the signal, which a fetch of the application's own may not heed.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`there was no whole answer within ${limits.timeout} ms`))
      giveUp.abort()
    }, limits.timeout)
  })
  try {
    return await Promise.race([answered(url, limits, giveUp.signal), late])
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LockerError(
      'jwt_key_not_found',
      `The keys of ${url.host} could not be fetched: ${why}. Try again later, or give the keys yourself.`,
      { field: 'keys', cause },
    )
  } finally {
    clearTimeout(timer)
    giveUp.abort()
  }
}

async function answered(url: URL, limits: FetchLimits, signal: AbortSignal): Promise<Fetched> {
  const { fetch } = limits
  const response = await fetch(url.href, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // A redirect could lead to whoever wants to name the keys.
    redirect: 'error',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    // How long a set is good for is decided here, and asked again when a key is new.
    cache: 'no-store',
    signal,
  })
  if (response.redirected) throw new Error('the answer came from another address')
  if (response.status !== 200) throw new Error(`the answer was ${response.status}`)
  if (Number(response.headers.get('content-length')) > limits.maxBytes) throw tooLarge(limits)
  const bytes = await limited(response, limits)
  return {
    text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    freshFor: freshFor(response.headers),
  }
}

function tooLarge({ maxBytes }: FetchLimits): Error {
  return new Error(`the answer is over ${maxBytes} bytes`)
}

async function limited(response: Response, limits: FetchLimits): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > limits.maxBytes) {
      reader.cancel().catch(() => {})
      throw tooLarge(limits)
    }
    parts.push(value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** `Cache-Control` and `Age` (RFC 9111 sections 5.1, 5.2.2). */
function freshFor(headers: Headers): number | undefined {
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/(^|[\s,])no-(store|cache)($|[\s,=])/.test(control)) return 0
  const seconds = /(^|[\s,])max-age="?(\d+)"?($|[\s,])/.exec(control)?.[2]
  if (seconds === undefined) return undefined
  const age = Number(headers.get('age') ?? 0)
  return Math.max(0, Number(seconds) - (age > 0 ? age : 0)) * 1000
}
