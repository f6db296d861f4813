/** A page's cookies of one locker: what they say, when they follow the profile, and when they go. */
import type { CookieAccess } from '../cookie_access.ts'
import { LockerError } from '../errors.ts'
import { Listeners, report } from '../events.ts'
import { type Door, loadDoor } from '../jose/door.ts'
import type { Locker, Status } from '../types.ts'
import type { WasmSource } from '../wasm_source.ts'
import { briefly, bytesOfOthers, Codec } from './codec.ts'
import type { Definition } from './definition.ts'
import { type CookieJar, JarView } from './jar.ts'
import type { CookieReading } from './types.ts'

/** What of a locker is looked at. */
export type AnyLocker = Pick<Locker, 'status'> & { readonly profile: Readonly<Record<string, unknown>> } & {
  readonly initial: Readonly<Record<string, unknown>>
}
type Reading = CookieReading<unknown>

const loading: Reading = Object.freeze({ state: 'loading' })

export class PageCookies {
  readonly listeners = new Listeners<void>()
  readonly #locker: AnyLocker
  readonly #access: CookieAccess
  readonly #definitions: ReadonlyMap<string, Definition>
  readonly #jar: CookieJar | undefined
  readonly #wasm: WasmSource | undefined
  readonly #stops: (() => void)[]
  /** What was read last, as long as the jar and the locker are as they were. */
  readonly #readings = new Map<Definition, { header: string; state: string; reading: Reading }>()
  #open: { door: Door; codec: Codec; view: JarView } | undefined
  #ready: Promise<void> | undefined
  #state: Status['state']
  /** The locker was destroyed, and its cookies with it. */
  #gone: boolean
  #following = true
  #disposed = false

  constructor(
    locker: AnyLocker,
    access: CookieAccess,
    definitions: ReadonlyMap<string, Definition>,
    { jar, wasm }: { jar: CookieJar | undefined; wasm: WasmSource | undefined },
  ) {
    this.#locker = locker
    this.#access = access
    this.#definitions = definitions
    this.#jar = jar
    this.#wasm = wasm
    this.#state = locker.status.state
    this.#gone = locker.status.reason === 'destroyed'
    this.#stops = [
      access.audience.status.add((status) => this.#status(status)),
      access.audience.change.add(({ fields }) => this.#follow(fields)),
    ]
    access.rekeying.add(this.#carry)
    this.#stops.push(() => access.rekeying.delete(this.#carry))
    if (this.#state === 'unlocked') this.#follow()
  }

  get ready(): Promise<void> {
    if (this.#ready) return this.#ready
    const opening = this.#load()
    this.#ready = opening
    opening.catch(() => {
      // Another look tries again.
      this.#ready = undefined
    })
    return opening
  }

  read(id: string): Reading {
    const definition = this.#definition(id)
    if (!this.#open) {
      if (this.#jar) void this.ready.catch(() => {})
      return loading
    }
    const { codec, view } = this.#open
    const { header } = view
    // The locker's word, not what was heard last: another listener may have heard of it before this one.
    const { state } = this.#locker.status
    const last = this.#readings.get(definition)
    if (last?.header === header && last.state === state) return last.reading
    const reading = sameOr(last?.reading, Object.freeze(codec.read(definition, header)))
    this.#readings.set(definition, { header, state, reading })
    return reading
  }

  get(id: string): unknown {
    this.#definition(id)
    this.#mustBeOpen()
    return briefly(this.read(id))
  }

  set(id: string, value: unknown): void {
    const definition = this.#definition(id)
    if (definition.fields) {
      throw new TypeError(
        `The cookie "${id}" holds profile fields and follows the profile; set them with locker.set or locker.patch.`,
      )
    }
    this.#mustBeOpen()
    this.#write(definition, value)
    this.listeners.tell()
    // Somebody is here again after signing out.
    if (!this.#following) {
      this.#following = true
      this.#follow()
    }
  }

  remove(id: string): void {
    const definition = this.#definition(id)
    this.#mustBeOpen()
    this.#remove(definition)
    this.listeners.tell()
  }

  clear(): void {
    if (!this.#jar) this.#mustBeOpen()
    this.#following = false
    // Signing out does not fail for being early.
    this.#behind(() => this.#clear())
  }

  async flush(): Promise<void> {
    await this.ready
    await this.#open?.view.flush()
  }

  dispose(): void {
    this.#disposed = true
    for (const stop of this.#stops.splice(0)) stop()
    this.listeners.clear()
    this.#readings.clear()
    this.#open?.view.close()
  }

  // The module

  async #load(): Promise<void> {
    const door = await loadDoor(this.#wasm)
    // On a server there is nothing to read, and nothing to wait for either.
    if (!this.#jar || this.#open || this.#disposed) return
    const view = new JarView(this.#jar, door, {
      changed: () => this.listeners.tell(),
      failed: (error) => this.#tell(error),
    })
    this.#open = { door, codec: new Codec(door, this.#access), view }
    this.listeners.tell()
    this.#follow()
  }

  #mustBeOpen(): { door: Door; codec: Codec; view: JarView } {
    if (this.#open) return this.#open
    const message = this.#jar
      ? 'The cookies are not loaded yet; await cookies.ready first.'
      : 'There is no page here, so there are no cookies; on a server use serverCookies with the request’s header.'
    throw new LockerError('unsupported', message)
  }

  // The jar

  #write(definition: Definition, value: unknown): void {
    const { door, codec, view } = this.#mustBeOpen()
    const text = codec.encode(definition, value)
    const pairs = door.parseCookies(view.header)
    const { name, attributes } = definition
    const present = pairs.map(([there]) => there)
    const others = bytesOfOthers(pairs, this.#definitions, definition)
    view.write(door.writeCookie({ name, value: text, attributes, present, others }), attributes)
  }

  #remove({ name, attributes }: Definition): void {
    const { door, view } = this.#mustBeOpen()
    const pairs = door.parseCookies(view.header)
    // One that is not seen here may lie at its own path all the same.
    const present = [name, ...pairs.map(([there]) => there)]
    view.write(door.writeCookie({ name, value: null, attributes, present }), attributes)
  }

  #clear(): void {
    this.#following = false
    for (const definition of this.#definitions.values()) this.#remove(definition)
    this.listeners.tell()
  }

  // The locker

  #status({ state, reason }: Status): void {
    const destroyed = reason === 'destroyed'
    if (state === this.#state && destroyed === this.#gone) return
    this.#state = state
    this.#gone = destroyed
    this.#readings.clear()
    if (destroyed) this.#destroyed()
    else if (state === 'unlocked') {
      this.#following = true
      this.#follow()
    }
    this.listeners.tell()
  }

  /** Called before the locker gets other keys; what it gives seals with those what could be read until then. */
  readonly #carry = (): (() => void) => {
    const held: [Definition, unknown][] = []
    for (const [id, definition] of this.#definitions) {
      const reading = definition.sealing === 'locker' ? this.read(id) : loading
      if (reading.state === 'there') held.push([definition, reading.value])
    }
    return () => {
      this.#readings.clear()
      this.#behind(() => {
        for (const [definition, value] of held) this.#write(definition, value)
        this.listeners.tell()
      })
    }
  }

  #destroyed(): void {
    if (!this.#jar) return
    this.#following = false
    this.#behind(() => this.#clear())
  }

  /** Writes the cookies of profile fields that say something else than the profile does. */
  #follow(changed?: ReadonlySet<string>): void {
    const followers = [...this.#definitions.values()].filter(
      ({ fields }) => fields && (!changed || fields.some((field) => changed.has(field))),
    )
    if (followers.length === 0 || !this.#jar || !this.#following || this.#state !== 'unlocked') return
    this.#behind(() => {
      // Much may have happened while the module was loading.
      if (!this.#following || this.#state !== 'unlocked') return
      for (const definition of followers) this.#mirror(definition, definition.fields ?? [])
    })
  }

  #mirror(definition: Definition, fields: readonly string[]): void {
    const { profile, initial } = this.#locker
    const next = Object.fromEntries(fields.map((field) => [field, profile[field]]))
    const there = this.read(definition.id)
    const nothing = fields.every((field) => Object.is(profile[field], initial[field]))
    if (nothing) {
      if (there.state === 'absent') return
      this.#remove(definition)
    } else {
      if (there.state === 'there' && JSON.stringify(there.value) === JSON.stringify(next)) return
      try {
        this.#write(definition, next)
      } catch (error) {
        if (!(error instanceof LockerError)) throw error
        this.#tell(new LockerError(error.code, error.message, { field: definition.name, cause: error }))
        return
      }
    }
    this.listeners.tell()
  }

  /** Work nobody waits for: now, or as soon as the module is loaded. */
  #behind(work: () => void): void {
    const attempt = () => {
      if (this.#disposed) return
      try {
        work()
      } catch (error) {
        this.#trouble(error)
      }
    }
    if (this.#open) attempt()
    else this.ready.then(attempt, (error: unknown) => this.#trouble(error))
  }

  #trouble(error: unknown): void {
    if (error instanceof LockerError) this.#tell(error)
    else report(error)
  }

  #tell(error: LockerError): void {
    this.#access.audience.error.tell(error)
  }

  #definition(id: string): Definition {
    const found = this.#definitions.get(id)
    if (found) return found
    throw new TypeError(`There is no cookie "${id}" among those given to lockerCookies.`)
  }
}

/** The reading before, where the new one says the same, so that whoever compares objects sees no change. */
function sameOr(before: Reading | undefined, now: Reading): Reading {
  if (!before || before.state !== now.state) return now
  if (before.state === 'there' && now.state === 'there')
    return JSON.stringify(before.value) === JSON.stringify(now.value) ? before : now
  return now.state === 'invalid' ? now : before
}
