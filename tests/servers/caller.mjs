/** One person's device: actions go through the core's door to a real server and back, cookies as a browser keeps them. */
import { loadAuthDoor } from '../../npm/dist/auth/door.js'

export const door = await loadAuthDoor()

/** What a page of another origin may read of an answer without the server's leave. */
const safelisted = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires']

export class Caller {
  /**
   * `sameOrigin`: whether every header of an answer can be read, as a page of the server's own origin does.
   * `headers`: what a gateway before the server would add. `keep`: gets every exchange.
   */
  constructor(backend, { sameOrigin = true, headers = {}, keep = () => {} } = {}) {
    this.backend = backend
    this.jar = new Map()
    this.proof = undefined
    this.session = undefined
    this.sameOrigin = sameOrigin
    this.headers = headers
    this.keep = keep
  }

  /** Another person, or another device of this one, at the same server. */
  other() {
    const { sameOrigin, headers, keep } = this
    return new Caller(this.backend, { sameOrigin, headers, keep })
  }

  /** Carries one action out; a session that comes is this caller's from then on. */
  async act(action, proof = this.proof) {
    const request = door.request(this.backend, action, proof)
    if (request.navigate) throw new Error(`${action.type} wants the person to go to ${request.url}`)
    const sent = Date.now()
    const response = await this.fetch(request)
    const outcome = door.response(this.backend, action, response, { now: sent, proof })
    this.keep({ backend: this.backend, action, proof, now: sent, response, outcome })
    if (outcome.kind === 'session') {
      this.session = outcome.session
      this.proof = outcome.session.proof
    }
    return outcome
  }

  /** The fetch of a request that the core has written. */
  async fetch({ method, url, headers, body, credentials }) {
    const sent = new Headers([...headers, ...Object.entries(this.headers)])
    if (credentials === 'include' && this.jar.size > 0) {
      sent.set('cookie', [...this.jar].map(([name, value]) => `${name}=${value}`).join('; '))
    }
    const response = await fetch(url, { method, headers: sent, body, redirect: 'manual' })
    if (credentials === 'include') for (const line of response.headers.getSetCookie()) this.#store(line)
    const seen = [...response.headers].filter(
      ([name]) => name !== 'set-cookie' && (this.sameOrigin || this.#isExposed(name, response)),
    )
    return { status: response.status, headers: seen, body: await response.text() }
  }

  #isExposed(name, response) {
    const exposed = (response.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/, */)
    return safelisted.includes(name) || exposed.includes(name)
  }

  #store(line) {
    const [pair, ...attributes] = line.split(/; */)
    const name = pair.slice(0, pair.indexOf('='))
    const over = attributes.some((one) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(one))
    if (over) this.jar.delete(name)
    else this.jar.set(name, pair.slice(pair.indexOf('=') + 1))
  }
}

/** An outcome in one word or two: its kind, or the code of a refusal. */
export function told(outcome) {
  if (outcome.kind === 'refused') return `refused ${outcome.why.code}`
  return outcome.kind === 'pending' ? `pending ${outcome.pending.step}` : outcome.kind
}

/** The code of what the core refuses before anything is sent. */
export function codeOf(work) {
  try {
    work()
  } catch (error) {
    return error.code
  }
  throw new Error('nothing was refused')
}
