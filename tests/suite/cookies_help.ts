/** Jars for tests (a small one of our own in node, the browser's own in a browser), and cookies in them. */
import { type AsyncCookieStore, type CookieJar, type CookieTable, lockerCookies } from '@kbve/locker/cookies'
import type { SuiteContext } from './harness.ts'
import { freshLocker } from './help.ts'

export const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'

export interface TestJar extends CookieJar {
  /** Every line that was written. */
  readonly lines: string[]
  /** What lies there under this name, as it was written. */
  raw(name: string): string | undefined
  names(): string[]
}

/** A jar for the present test, empty before and after it. */
export function jarFor(t: SuiteContext): TestJar {
  const lines: string[] = []
  const jar = t.env === 'node' ? nodeJar() : pageJar()
  const pairs = () => jar.read().split('; ').filter(Boolean)
  const empty = () => {
    for (const pair of pairs()) jar.write(`${pair.split('=')[0]}=; Path=/; Max-Age=0`)
  }
  empty()
  t.after(empty)
  return {
    lines,
    read: jar.read,
    write(line) {
      lines.push(line)
      jar.write(line)
    },
    raw: (name) =>
      pairs()
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    names: () => pairs().map((pair) => pair.split('=')[0] ?? ''),
  }
}

function pageJar(): CookieJar {
  return {
    read: () => document.cookie,
    write(line) {
      // biome-ignore lint/suspicious/noDocumentCookie: what is tested is what the browser makes of it
      document.cookie = line
    },
  }
}

/** What a browser does with a line, as far as it matters here: RFC 6265bis sections 5.6 and 5.7. */
function nodeJar(): CookieJar {
  const cookies = new Map<string, string>()
  return {
    read: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    write(line) {
      const [pair = '', ...attributes] = line.split('; ')
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(pair.indexOf('=') + 1)
      if (name.length + value.length > 4_096) return
      if (attributes.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    },
  }
}

/** Makes a fresh locker with its cookies, ready for use. */
export function madeCookies(t: SuiteContext) {
  return async <const C extends CookieTable>(table: C, jar: TestJar = jarFor(t)) => {
    const { locker } = await freshLocker(t, t.disk())
    const cookies = lockerCookies(locker, table, { jar })
    t.after(() => cookies[Symbol.dispose]())
    await cookies.ready
    return { locker, cookies, jar }
  }
}

/** A cookieStore before `jar` that takes its time: nothing arrives before `go`. */
export function slowStore(jar: CookieJar, refuses: (name: string) => boolean = () => false) {
  const sent: string[] = []
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const take = async (name: string, line: string) => {
    sent.push(name)
    await gate
    if (refuses(name)) throw new TypeError('This store does not want it.')
    jar.write(line)
  }
  const store: AsyncCookieStore = {
    set: ({ name, value, path }) => take(name, `${name}=${value}; Path=${path}`),
    delete: ({ name, path }) => take(name, `${name}=; Path=${path}; Max-Age=0`),
  }
  return { store, sent, go: () => go() }
}

/** The jar as the next request's `Cookie` header after these `Set-Cookie` lines. */
export function take(jar: CookieJar, setCookie: readonly string[]): string {
  for (const line of setCookie) jar.write(line)
  return jar.read()
}
