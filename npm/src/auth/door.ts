/**
 * The other side of wasm/auth_door.cpp: auth.wasm with values instead of pointers. Every method is one call into
 * WASM and throws what the core refuses as a `LockerError`; what a backend refuses is an outcome.
 */

import { authFile } from '../auth_file.ts'
import { importsFor } from '../bare_imports.ts'
import { type ErrorCode, LockerError, outOfMemory } from '../errors.ts'
import { compile, type WasmSource } from '../wasm_source.ts'
import type {
  Action,
  AuthEvent,
  Backend,
  Capability,
  HttpRequest,
  HttpResponse,
  Look,
  MachineState,
  Outcome,
  Proof,
  Redirect,
  Slices,
  Step,
  Uptime,
  View,
} from './types.ts'

/** The functions of auth.wasm; each says in wasm/auth_door.cpp what it reads and writes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  _initialize(): void
  output(): number
  input(size: number): number
  wipeOutput(): void
  authRequest(size: number): number
  authResponse(size: number, now: number, skew: number): number
  authStep(size: number): number
  authView(size: number, now: number): number
  authRedirect(size: number): number
  authFingerprint(size: number): number
  authCapabilities(): number
  uptimeAdd(size: number, at: number, status: number, latency: number, slow: number, now: number): number
  uptimeView(size: number, now: number): number
  uptimeHistory(size: number, over: number, now: number): number
  uptimeBadge(size: number, over: number, now: number): number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder(undefined, { ignoreBOM: true })
const mostInput = 2_097_152
const windows = ['hour', 'day', 'month']

export class AuthDoor {
  readonly #core: Exports

  /** `core` is initialized. */
  constructor(core: Exports) {
    this.#core = core
  }

  /** The request of an action; throws `not_supported`, `session_missing`, `invalid_input`. */
  request(to: Backend, what: Action, proof?: Proof): HttpRequest {
    return this.#json(this.#core.authRequest(this.#put(json(to), json(what), json(proof))))
  }

  /** What a response came to. `skew` is what the backend's clock is ahead, in milliseconds. */
  response(
    from: Backend,
    what: Action,
    response: HttpResponse,
    { now, skew = 0, proof }: { now: number; skew?: number; proof?: Proof | undefined },
  ): Outcome {
    const head = json({ status: response.status, headers: [...response.headers] })
    const size = this.#put(json(from), json(what), json(proof), head, response.body)
    return this.#json(this.#core.authResponse(size, now, skew))
  }

  /** One step of the session machine; `undefined` is a new one. */
  step(state: MachineState | undefined, event: AuthEvent): Step {
    return this.#json(this.#core.authStep(this.#put(json(state), json(event))))
  }

  view(state: MachineState | undefined, now: number): View {
    return this.#json(this.#core.authView(this.#putAlone(json(state)), now))
  }

  /** What an address says that was returned to; `undefined` when it is no return from a backend. */
  redirect(url: string): Redirect | undefined {
    const size = this.#core.authRedirect(this.#putAlone(url))
    return size === 0 ? undefined : this.#json(size)
  }

  /** How an event names an access token without having it. */
  fingerprint(token: string): string {
    return this.#text(this.#core.authFingerprint(this.#putAlone(token)))
  }

  /** What each backend can. */
  capabilities(): Capability[] {
    return this.#json(this.#core.authCapabilities())
  }

  /** The uptime state with one look more; '' is a new one. */
  addLook(state: string, { at, status, latency, slow = 1_000 }: Look, now: number): string {
    return this.#text(this.#core.uptimeAdd(this.#putAlone(state), at, status, latency, slow, now))
  }

  uptime(state: string, now: number): Uptime {
    return this.#json(this.#core.uptimeView(this.#putAlone(state), now))
  }

  /** What was seen in each slice of a window. */
  history(state: string, over: 'hour' | 'day' | 'month', now: number): Slices {
    return this.#json(this.#core.uptimeHistory(this.#putAlone(state), windows.indexOf(over), now))
  }

  /** SVG as text. */
  badge(state: string, label: string, over: 'hour' | 'day' | 'month', now: number): string {
    return this.#text(this.#core.uptimeBadge(this.#put(state, label), windows.indexOf(over), now))
  }

  /** One value alone; says how many bytes it has. */
  #putAlone(value: string): number {
    const data = encoder.encode(value)
    this.#room(data.length).set(data)
    return data.length
  }

  /** Several values, each with its length before it. */
  #put(...values: (string | Uint8Array)[]): number {
    const parts = values.map((value) => (typeof value === 'string' ? encoder.encode(value) : value))
    let size = 0
    for (const part of parts) size += 4 + part.length
    const room = this.#room(size)
    const view = new DataView(room.buffer, room.byteOffset, size)
    let at = 0
    for (const part of parts) {
      view.setUint32(at, part.length, true)
      room.set(part, at + 4)
      at += 4 + part.length
      // Passwords and tokens go through here; what is theirs in this heap goes at once.
      if (!values.includes(part)) part.fill(0)
    }
    return size
  }

  #room(size: number): Uint8Array {
    const at = this.#core.input(Math.max(size, 1))
    if (at === 0)
      throw size > mostInput
        ? new LockerError('too_large', 'A response, or a state and an event, may have 2 MiB together.')
        : outOfMemory()
    return new Uint8Array(this.#core.memory.buffer, at, size)
  }

  #json<T>(size: number): T {
    return JSON.parse(this.#text(size))
  }

  #text(size: number): string {
    const { buffer } = this.#core.memory
    const [at = 0, all = 0] = new Uint32Array(buffer, this.#core.output(), 2)
    if (size < 0) throw failure(new Uint8Array(buffer, at, all))
    const text = decoder.decode(new Uint8Array(buffer, at, size))
    this.#core.wipeOutput()
    return text
  }
}

function json(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value)
}

function failure(packed: Uint8Array): LockerError {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  let at = 0
  const next = () => {
    const from = at + 4
    at = from + view.getUint32(at, true)
    return decoder.decode(packed.subarray(from, at))
  }
  const code = next() as ErrorCode
  const message = next()
  return new LockerError(code, message, { field: next() })
}

let opening: Promise<AuthDoor> | undefined

/** Opens the door, once: whoever calls first says where the file is. A failure is not remembered. */
export function loadAuthDoor(source?: WasmSource): Promise<AuthDoor> {
  opening ??= make(source ?? authFile()).catch((error: unknown) => {
    opening = undefined
    throw error
  })
  return opening
}

async function make(source: WasmSource): Promise<AuthDoor> {
  const wasm = await compile(source, 'auth.wasm')
  const instance: WebAssembly.Instance = await WebAssembly.instantiate(
    wasm,
    importsFor(() => instance.exports.memory as WebAssembly.Memory),
  )
  const core = instance.exports as unknown as Exports
  core._initialize()
  return new AuthDoor(core)
}
