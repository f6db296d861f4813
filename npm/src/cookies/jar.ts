/** The browser's jar of cookies: `document.cookie`, and `cookieStore` where there is one. Nothing is decided here. */
import { LockerError } from '../errors.ts'
import type { CookieAttributes, CookieLine, CookiePlan, Door } from '../jose/door.ts'

/** What of the Cookie Store API is used. */
export interface AsyncCookieStore {
  set(cookie: {
    name: string
    value: string
    path: string
    domain: string | null
    expires: number | null
    sameSite: 'strict' | 'lax' | 'none'
    partitioned: boolean
  }): Promise<void>
  delete(cookie: { name: string; path: string; domain: string | null; partitioned: boolean }): Promise<void>
  addEventListener?(type: 'change', listener: () => void): void
  removeEventListener?(type: 'change', listener: () => void): void
}

/** Where cookies lie. Give another one to `lockerCookies` where there is no page, as in tests. */
export interface CookieJar {
  /** What `document.cookie` gives. */
  read(): string
  /** Takes a line as `document.cookie` does; a line it does not like it ignores. */
  write(line: string): void
  readonly store?: AsyncCookieStore | undefined
}

/** The page's own; `undefined` where there is no page. */
export function pageJar(): CookieJar | undefined {
  if (typeof document === 'undefined') return undefined
  return {
    read() {
      try {
        return document.cookie
      } catch {
        // A sandboxed frame has no cookies, and throws when asked for them.
        return ''
      }
    },
    write(line) {
      // biome-ignore lint/suspicious/noDocumentCookie: what the Cookie Store API cannot do, or not now
      document.cookie = line
    },
    store: (globalThis as { cookieStore?: AsyncCookieStore }).cookieStore,
  }
}

/** A cookie that is on its way into the jar. */
interface Waiting {
  readonly line: CookieLine
  /** It goes. */
  readonly gone: boolean
  readonly attributes: CookieAttributes
}

/**
 * A jar as its owner sees it: what was written is there at once, although `cookieStore` takes its time. What it has
 * not taken when the page goes is written in the old way.
 */
export class JarView {
  readonly #jar: CookieJar
  readonly #door: Door
  readonly #waiting = new Map<string, Waiting>()
  readonly #on: { changed(): void; failed(error: LockerError): void }
  readonly #stop = new AbortController()
  #sending: Promise<void> | undefined
  #failure: LockerError | undefined

  constructor(jar: CookieJar, door: Door, on: { changed(): void; failed(error: LockerError): void }) {
    this.#jar = jar
    this.#door = door
    this.#on = on
    const { store } = jar
    if (!store) return
    store.addEventListener?.('change', on.changed)
    this.#stop.signal.addEventListener('abort', () => store.removeEventListener?.('change', on.changed))
    if (typeof document !== 'undefined')
      addEventListener('pagehide', () => this.#hurry(), { signal: this.#stop.signal })
  }

  /** Like a Cookie header. */
  get header(): string {
    const there = this.#jar.read()
    if (this.#waiting.size === 0) return there
    const pairs = this.#door.parseCookies(there).filter(([name]) => !this.#waiting.has(name))
    for (const { line, gone } of this.#waiting.values()) if (!gone) pairs.push([line.name, line.value])
    return pairs.map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Throws `storage_unavailable` for what the browser does not take, if it says so at once. */
  write(plan: CookiePlan, attributes: CookieAttributes): void {
    // What cookieStore writes is always Secure, and it may end a path with a slash, which makes another cookie of it.
    const fits = attributes.secure === true && (attributes.path ?? '/').endsWith('/')
    const later = this.#jar.store !== undefined && fits
    const all = [
      ...plan.stale.map((line) => ({ line, gone: true, attributes })),
      ...plan.write.map((line) => ({ line, gone: false, attributes })),
    ]
    for (const one of all) {
      if (later) this.#send(one)
      else this.#put(one)
    }
  }

  /** Resolves when nothing is on its way any more; rejects with what went wrong since the last call. */
  async flush(): Promise<void> {
    while (this.#sending) await this.#sending
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure
  }

  close(): void {
    this.#hurry()
    this.#stop.abort()
  }

  #send(one: Waiting): void {
    // At the end: parts of it that wait already are of an older value.
    this.#waiting.delete(one.line.name)
    this.#waiting.set(one.line.name, one)
    this.#pump()
  }

  /** One after the other: nothing says that two arrive in the order in which they were sent. The first leaves in the
   *  task it was set in. */
  #pump(): void {
    if (this.#sending) return
    const [one] = this.#waiting.values()
    if (!one) return
    this.#sending = this.#store(one)
      .then(
        () => void this.#arrived(one),
        () => this.#arrived(one) && this.#attempt(one),
      )
      .then(() => {
        this.#sending = undefined
        this.#pump()
      })
  }

  async #store({ line, gone, attributes }: Waiting): Promise<void> {
    const { path = '/', domain = null, maxAge, sameSite = 'lax', partitioned = false } = attributes
    const place = { name: line.name, path, domain, partitioned }
    const { store } = this.#jar
    if (gone) return store?.delete(place)
    const expires = maxAge === undefined ? null : Date.now() + maxAge * 1_000
    return store?.set({ ...place, value: line.value, expires, sameSite })
  }

  /** Whether it was still what to wait for: a newer one, or one written in the old way, is not. */
  #arrived(one: Waiting): boolean {
    return this.#waiting.get(one.line.name) === one && this.#waiting.delete(one.line.name)
  }

  /** Writes what is still on its way, in the same task. */
  #hurry(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const one of all) this.#attempt(one)
  }

  #attempt(one: Waiting): void {
    try {
      this.#put(one)
    } catch (error) {
      this.#failure ??= error as LockerError
      this.#on.failed(error as LockerError)
      this.#on.changed()
    }
  }

  #put({ line, gone, attributes }: Waiting): void {
    try {
      this.#jar.write(line.line)
    } catch (cause) {
      throw notTaken(line.name, cause)
    }
    if (gone || !coversPage(attributes.path ?? '/')) return
    const there = this.#door.parseCookies(this.#jar.read()).find(([name]) => name === line.name)
    if (there?.[1] !== line.value) throw notTaken(line.name)
  }
}

/** Whether a page here sees cookies of that path (RFC 6265bis section 5.1.4). */
function coversPage(path: string): boolean {
  if (path === '/') return true
  const at = typeof location === 'undefined' ? '/' : location.pathname
  return at === path || at.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function notTaken(name: string, cause?: unknown): LockerError {
  const message =
    `The browser did not take the cookie "${name}". Cookies may be blocked here, secure or domain may not fit ` +
    'this page, or another cookie of this name may stand before it.'
  return new LockerError('storage_unavailable', message, { field: name, cause })
}
