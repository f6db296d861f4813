/** A tab with a session in it, as `globalThis.kbveSession`; its clock may be ahead, so that what it holds has ended. */
import { createLocker } from '@kbve/locker'
import { type Auth, createAuth, gotrue } from '@kbve/locker/auth'
import { until } from '../../suite/help.ts'

if (location.search === '?nolocks') Object.defineProperty(navigator, 'locks', { value: undefined })

/** Which locker, whose backend, and at what time. */
export interface SessionPlace {
  name: string
  url: string
  /** Milliseconds. */
  ahead: number
  /** This tab stands still for ever when the answer to a refresh has arrived and nothing of it is stored yet. */
  stopsAtAnswer?: boolean
}

/** What a tab believes. */
export interface Believed {
  state: string
  /** Of the token. */
  jti: unknown
  error: string | undefined
  /** From the profile in the locker, which outlives every token. */
  github: string
}

function log(line: { what: string; [detail: string]: unknown }): void {
  const request = new XMLHttpRequest()
  request.open('POST', '/log', false)
  request.send(JSON.stringify(line))
}

let auth: Auth
let github = () => ''

const page = {
  async open({ name, url, ahead, stopsAtAnswer }: SessionPlace): Promise<void> {
    const locker = createLocker({ tenant: 'test', name, clock: () => Date.now() + ahead })
    github = () => locker.profile.github
    auth = createAuth({
      locker,
      backend: gotrue({ url, apiKey: 'sb_publishable_x' }),
      ports: {
        async fetch(input, init) {
          const response = await fetch(input, init)
          if (!stopsAtAnswer || !String(input).includes('refresh_token')) return response
          await response.clone().text()
          log({ what: 'answered', name })
          for (;;);
        },
      },
    })
    await auth.ready
  },

  async signIn(place: SessionPlace, email: string, password: string): Promise<void> {
    const locker = createLocker({ tenant: 'test', name: place.name, clock: () => Date.now() + place.ahead })
    await locker.ready
    locker.set('github', 'ann-on-github')
    await locker.flush()
    locker[Symbol.dispose]()
    await page.open(place)
    await auth.signIn({ email, password })
  },

  /** Opens it, and waits until the session has a token that holds, or is over. */
  async restored(place: SessionPlace): Promise<Believed> {
    await page.open(place)
    const holds = () => {
      const { state, expiresAt = 0 } = auth.session
      return state === 'signed-in' ? expiresAt > Date.now() + place.ahead : state !== 'restoring'
    }
    await until('the session is restored', holds, 60_000)
    return page.believed()
  },

  believed(): Believed {
    const { state, claims, error } = auth.session
    return { state, jti: claims?.jti, error: error?.code, github: github() }
  },
}

declare global {
  var kbveSession: typeof page
}
globalThis.kbveSession = page
