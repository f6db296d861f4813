/** `createAuth`: puts the parts together. */
import { LockerError } from '../errors.ts'
import { insideOf } from '../inside.ts'
import type { Lifecycle } from '../lifecycle.ts'
import { unref } from '../node.ts'
import type { kbveLocker } from '../profile.ts'
import { databaseName } from '../storage/storage.ts'
import { Account } from './account.ts'
import { callsOf } from './actions.ts'
import { authFetch } from './auth_fetch.ts'
import { originOf, resolved } from './backends.ts'
import { Calls } from './calls.ts'
import { Clock } from './clock.ts'
import { Conductor, randomText } from './conductor.ts'
import { CookieKeeper } from './cookie_keeper.ts'
import { type AuthDoor, loadAuthDoor } from './door.ts'
import { fillProfile, profileOf } from './profile_of.ts'
import type { ActionType, Auth, AuthOptions, SessionView, User } from './public.ts'
import { SessionRecord } from './record.ts'
import { pageAround, Redirects } from './redirect.ts'
import { SignIn } from './sign_in.ts'
import { exchange } from './transport.ts'
import type { Outcome } from './types.ts'
import { underLock, webLocks } from './under_lock.ts'

/** Milliseconds that a sign-out may keep a locker open, so that the backend is told of it. */
const farewell = 5_000

/** A mistake in the options is a `TypeError`; everything else is told by the session and by the calls. */
export function createAuth<P extends kbveLocker>(options: AuthOptions<P>): Auth {
  const found = insideOf(options?.locker)
  if (!found)
    throw new TypeError('createAuth: locker is one that createLocker of the same copy of @kbve/locker made.')
  return new Auths(options as unknown as AuthOptions, found).face
}

class Auths {
  readonly face: Auth
  readonly #options: AuthOptions
  readonly #life: Lifecycle
  readonly #record: SessionRecord
  readonly #on: Conductor
  readonly #clock: Clock
  readonly #account: Account
  readonly #signIn: SignIn
  readonly #cookies: CookieKeeper
  readonly #timer: (milliseconds: number, call: () => void) => () => void
  readonly #fetch: typeof globalThis.fetch
  #door: AuthDoor | undefined
  #starting: Promise<void> | undefined
  #stops: (() => void)[] = []
  #disposed = false

  constructor(options: AuthOptions, life: Lifecycle) {
    const { backend, name = 'default', identity = 'refuse', ports = {}, profile = profileOf } = options
    if (typeof backend?.kind !== 'string')
      throw new TypeError('createAuth: backend is what gotrue(), strapi() or appwrite() gives.')
    if (!['refuse', 'empty', 'any'].includes(identity))
      throw new TypeError("createAuth: identity is 'refuse', 'empty' or 'any'.")
    this.#options = options
    this.#life = life
    this.#timer = ports.timer ?? plainTimer
    // Looked up at the call, so that what replaces it later is used.
    this.#fetch = ports.fetch ?? ((...given) => globalThis.fetch(...given))
    this.#record = new SessionRecord(life, name)
    this.#clock = new Clock({
      now: life.ports.now,
      monotonic: ports.monotonic ?? (() => performance.now()),
      timer: this.#timer,
      due: () => {
        // What came, and could not be taken in when it came.
        if (this.#life.open && this.#record.waiting().length > 0) this.#on.behind(this.#on.takeIn())
        this.#behind('tick')
      },
      online: () => this.#behind('online'),
      jumped: (since) => this.#behind('woke', since),
    })
    const locks = ports.locks === undefined ? webLocks() : (ports.locks ?? undefined)
    const lockName = `${databaseName(life.ports.name)}/${this.#record.id}/refresh`
    this.#on = new Conductor({
      life,
      record: this.#record,
      clock: this.#clock,
      tab: randomText(),
      timer: this.#timer,
      door: () => this.#loaded(),
      send: (what, how) => this.#send(what, how),
      backend: () => resolved(backend, (entry) => life.open?.values.visible(`entry/${entry}`)),
      locked: (limit, work) => underLock(locks, lockName, limit, this.#timer, work),
      opensWith: () => this.#account.waiting?.opensWith,
      changed: () => this.#cookies.follow(this.#on.proof?.access),
    })
    this.#cookies = new CookieKeeper(options.cookies, (error) => life.audience.error.tell(error))
    const calls = new Calls(this.#on)
    this.#account = new Account(this.#on, options.cost)
    const filled = (user: User) => {
      if (profile !== false && life.open) fillProfile(this.#record, user, profile, life.ports.fields.initial)
    }
    this.#signIn = new SignIn(this.#on, calls, this.#account, { rule: identity, filled })
    const redirects = new Redirects(this.#on, this.#account, this.#signIn, ports.page ?? pageAround())
    const started = () => this.#started()
    const fetching = authFetch(this.#on, calls, {
      own: originOf(backend),
      others: (options.origins ?? []).map((origin) => new URL(origin).origin),
      fetch: this.#fetch,
    })
    this.face = this.#faceOf(
      callsOf({
        on: this.#on,
        calls,
        account: this.#account,
        signIn: this.#signIn,
        redirects,
        started,
        filled,
      }),
      fetching,
    )
  }

  #faceOf(calls: ReturnType<typeof callsOf>, fetching: typeof globalThis.fetch): Auth {
    const view = () => this.#on.view
    const { signOutOthers: _, ...typed } = calls
    const face = {
      ...typed,
      get session() {
        return view()
      },
      subscribe: (listener: (session: SessionView) => void) => {
        const stop = this.#on.listeners.add(listener)
        if (this.#life.ports.startByListening) this.#started().catch(() => {})
        return stop
      },
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        await this.#started()
        return fetching(input, init)
      },
      signOut: async ({ scope = 'local' }: { scope?: string } = {}) => {
        await this.#started()
        await this.#signOut(scope, calls)
      },
      startOver: async () => {
        await this.#started()
        return this.#startOver()
      },
      capabilities: async () => {
        const door = await this.#load()
        const rows = door.capabilities().map((row) => [row.action, row[this.#options.backend.kind]] as const)
        return Object.freeze(Object.fromEntries(rows)) as Readonly<
          Record<ActionType, 'yes' | 'no' | 'partly'>
        >
      },
      [Symbol.dispose ?? 'dispose']: () => this.#dispose(),
    }
    const ready = () => this.#started().then(view, view)
    return Object.freeze(
      Object.defineProperty(face, 'ready', { get: ready, enumerable: true }),
    ) as unknown as Auth
  }

  // Beginning

  #started(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#on.failed(error)
      // Another call tries again.
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  async #load(): Promise<AuthDoor> {
    this.#door ??= await loadAuthDoor(this.#options.wasm)
    return this.#door
  }

  #loaded(): AuthDoor {
    if (this.#door) return this.#door
    throw new LockerError('unsupported', 'The module for accounts is not loaded yet; await auth.ready first.')
  }

  async #start(): Promise<void> {
    const life = this.#life
    const [status] = await Promise.all([life.ready, this.#load()])
    if (this.#disposed) return
    if (this.#stops.length === 0) {
      this.#stops.push(life.audience.status.add(() => this.#status()))
      this.#clock.watch()
    }
    if (status.state === 'locked') await this.#account.openByItself()
    this.#on.started = true
    await this.#opened()
    this.#on.show()
  }

  #open: unknown
  /** Takes no more note of what is taken in. */
  #deaf: () => void = () => {}

  #status(): void {
    if (!this.#on.started) return
    const { open } = this.#life
    if (!open) {
      this.#open = undefined
      this.#deaf()
      this.#clock.wakeAt(0)
      this.#cookies.forget()
      this.#on.show()
    } else if (open !== this.#open) this.#on.behind(this.#opened())
  }

  /** The locker is open: goes on from the session in it. */
  async #opened(): Promise<void> {
    const { open } = this.#life
    if (!open || open === this.#open || this.#disposed) return
    this.#open = open
    this.#deaf()
    this.#deaf = open.values.taken.add((id) => {
      if (this.#record.has(id)) queueMicrotask(() => this.#on.behind(this.#on.look()))
    })
    this.#on.show()
    this.#cookies.follow(this.#on.proof?.access)
    if (open.readOnly) return
    await this.#on.takeIn()
    if (this.#options.identity !== 'any') await this.#on.happen({ type: 'bind' })
    const { waiting } = this.#account
    if (waiting) {
      // Opened with another secret, and by that it is theirs; what the machine knows of the person decides.
      this.#account.waiting = undefined
      await this.#signIn.settle(waiting.session, waiting.sent)
      if (waiting.password) await this.#account.useAsPassword(waiting.password)
      await this.#signIn.done(undefined)
      return
    }
    await this.#on.happen({ type: 'tick' })
    await this.#on.look()
  }

  // The rest

  async #startOver() {
    const { waiting } = this.#account
    if (!waiting)
      throw new LockerError('session_missing', 'No sign-in waits for the locker to be opened; sign in first.')
    this.#account.waiting = undefined
    this.#account.remember('')
    await this.#account.startOver(waiting.password)
    await this.#signIn.settle(waiting.session, waiting.sent)
    return this.#signIn.done(undefined)
  }

  async #signOut(scope: string, calls: ReturnType<typeof callsOf>): Promise<void> {
    if (scope === 'others') {
      await calls.signOutOthers()
      return
    }
    const { waiting } = this.#account
    this.#account.waiting = undefined
    if (waiting) {
      this.#signIn.signOutThere(waiting.session)
      this.#on.show()
      return
    }
    if (this.#account.opens && this.#life.status.state === 'absent') return
    this.#life.writable()
    await this.#on.happen({ type: 'signOut', text: scope })
    this.#cookies.follow(undefined)
    if (this.#account.opens) await this.#shut()
  }

  /** When the backend has been told, or it takes too long: then it is told at the next opening. */
  async #shut(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        stop()
        remove()
        resolve()
      }
      const look = () => {
        if (!this.#on.view.pendingSignOuts) done()
      }
      const remove = this.#on.changes.add(look)
      const stop = this.#timer(farewell, done)
      look()
    })
    // Whoever signs in meanwhile finds it open, and must not be shut out.
    const { state } = this.#on.view
    if (state !== 'signing-in' && state !== 'signed-in' && state !== 'mfa-required')
      await this.#account.shut()
  }

  #behind(type: 'tick' | 'online' | 'woke', since?: number): void {
    if (!this.#life.open || this.#disposed) return
    this.#on.behind(this.#on.happen(since === undefined ? { type } : { type, since }))
  }

  async #send(
    what: Parameters<Conductor['send']>[0],
    how: Parameters<Conductor['host']['send']>[1],
  ): Promise<Outcome> {
    const door = this.#loaded()
    const { host } = this.#on
    const backend = host.backend()
    const { proof, skew, limit, signal } = how
    const request = door.request(backend, what, proof)
    const response = await exchange(request, { fetch: this.#fetch, timer: this.#timer, limit, signal })
    return door.response(backend, what, response, { now: this.#on.now(), skew, proof })
  }

  #dispose(): void {
    this.#disposed = true
    for (const stop of this.#stops.splice(0)) stop()
    this.#clock.stop()
    this.#on.stop()
    this.#deaf()
  }
}

function plainTimer(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds)
  unref(timer)
  return () => clearTimeout(timer)
}
