/** The cookies that go with a session: `token` with each new token, and none after signing out. */
import { LockerError } from '../errors.ts'
import { report } from '../events.ts'
import type { AuthCookies } from './public.ts'

export class CookieKeeper {
  readonly #cookies: AuthCookies | undefined
  readonly #failed: (error: LockerError) => void
  /** The token written last; `null` after signing out. */
  #written: string | null | undefined

  constructor(cookies: AuthCookies | undefined, failed: (error: LockerError) => void) {
    this.#cookies = cookies
    this.#failed = failed
  }

  /** Writes what is so now. */
  follow(access: string | undefined): void {
    const cookies = this.#cookies
    const next = access || null
    if (!cookies || next === this.#written) return
    this.#written = next
    cookies.ready
      .then(() => {
        if (this.#written !== next) return
        if (next !== null) cookies.set('token', next)
        else for (const name of ['token', 'user'] as const) cookies.remove(name)
      })
      .catch((error: unknown) => {
        if (error instanceof LockerError) this.#failed(error)
        else report(error)
      })
  }

  /** The locker is not open: what lies in the jar stays, and is looked at again. */
  forget(): void {
    this.#written = undefined
  }
}
