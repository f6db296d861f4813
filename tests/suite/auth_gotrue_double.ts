/** A small GoTrue: rotates refresh tokens, punishes their reuse, and complains about requests that are not as they should be. */
import { gotrue } from '@kbve/locker/auth'
import { type Double, json, type Seen, seen, type Time } from './auth_help.ts'
import { bytesPart, signed } from './tokens.ts'

interface Account {
  id: string
  email: string
  password: string
  confirmed: boolean
  meta: Record<string, unknown>
  factors: { id: string; status: string; factor_type: string; friendly_name?: string }[]
}

interface Session {
  id: string
  user: string
  level: number
  /** Refresh tokens, the newest last. */
  tokens: string[]
}

type Handler = (request: Seen, body: Record<string, unknown>) => Response | Promise<Response>

const allowed = ['accept', 'apikey', 'authorization', 'content-type', 'x-supabase-api-version']

export class GotrueDouble implements Double {
  readonly url = 'https://id.example.com/auth/v1'
  readonly backend = gotrue({ url: this.url, apiKey: 'sb_publishable_x' })
  readonly complaints: string[] = []
  readonly requests: Seen[] = []
  readonly accounts = new Map<string, Account>()
  readonly sessions = new Map<string, Session>()
  /** What is ahead of the device's clock, in milliseconds. */
  ahead = 0
  /** Seconds. */
  life = 3600
  confirmation = false
  /** Instead of an answer. */
  trouble: ((request: Seen) => Response | undefined | Promise<Response | undefined>) | undefined
  /** Called when an answer is made and not given yet. */
  before: ((request: Seen) => void | Promise<void>) | undefined
  readonly flows = new Map<string, { challenge: string; user: string }>()
  #ids = 0
  readonly #time: Pick<Time, 'wall' | 'during'>

  constructor(time: Pick<Time, 'wall' | 'during'>) {
    this.#time = time
    this.add('ann@example.com', 'correct horse', {
      username: 'ann',
      avatar_url: 'https://a.example.com/ann.png',
    })
    this.add('bob@example.com', 'battery staple', { username: 'bob' })
  }

  add(email: string, password: string, meta: Record<string, unknown> = {}): Account {
    const id = `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`
    const account = { id, email, password, confirmed: true, meta, factors: [] }
    this.accounts.set(email, account)
    return account
  }

  /** How many requests of this path there were. */
  count(path: string): number {
    return this.requests.filter(({ url }) => url.startsWith(`${this.url}${path}`)).length
  }

  get refreshes(): number {
    return this.count('/token?grant_type=refresh_token')
  }

  fetch(tab: string): typeof globalThis.fetch {
    return async (input, init) => {
      const request = await seen(tab, input, init)
      this.requests.push(request)
      this.#check(request, init)
      const trouble = await this.trouble?.(request)
      if (trouble) return trouble
      const response = await this.#time.during(() => this.#answer(request))
      await this.before?.(request)
      if (init?.signal?.aborted) throw init.signal.reason
      return response
    }
  }

  #check({ method, url, headers, body, credentials }: Seen, init: RequestInit | undefined): void {
    const complain = (what: string) => this.complaints.push(`${method} ${url}: ${what}`)
    for (const name of Object.keys(headers)) if (!allowed.includes(name)) complain(`header ${name}`)
    if (headers.apikey !== 'sb_publishable_x') complain('no apikey')
    if (headers['x-supabase-api-version'] !== '2024-01-01') complain('no API version')
    if ((headers['content-type'] === 'application/json;charset=UTF-8') !== (body !== ''))
      complain('content type')
    if (credentials !== 'omit') complain(`credentials ${credentials}`)
    if (init?.redirect !== 'error') complain(`redirect ${init?.redirect}`)
  }

  no(status: number, code: string, message = code, more: object = {}): Response {
    return json(status, { code, message, ...more })
  }

  #userOf(account: Account) {
    return {
      id: account.id,
      aud: 'authenticated',
      role: 'authenticated',
      email: account.email,
      phone: '',
      ...(account.confirmed ? { email_confirmed_at: '2026-01-01T00:00:00Z' } : {}),
      user_metadata: account.meta,
      factors: account.factors,
      identities: [{ id: account.id, provider: 'email' }],
      is_anonymous: account.email === '',
    }
  }

  async open(account: Account, level = 1): Promise<Response> {
    const session = { id: `s${++this.#ids}`, user: account.email, level, tokens: [] }
    this.sessions.set(session.id, session)
    return this.#grant(session, account)
  }

  async #grant(session: Session, account: Account): Promise<Response> {
    const token = `refresh${String(++this.#ids).padStart(5, '0')}`
    session.tokens.push(token)
    return this.#session(session, account, token)
  }

  async #session(session: Session, account: Account, refresh_token: string): Promise<Response> {
    const iat = Math.floor((this.#time.wall + this.ahead) / 1000)
    const claims = {
      sub: account.id,
      session_id: session.id,
      aal: `aal${session.level}`,
      iat,
      exp: iat + this.life,
      jti: `${++this.#ids}`,
    }
    return json(200, {
      access_token: await signed(claims),
      token_type: 'bearer',
      expires_in: this.life,
      expires_at: iat + this.life,
      refresh_token,
      user: this.#userOf(account),
    })
  }

  /** Who asks, by a token that has not ended. */
  #bearer({ headers }: Seen): { session: Session; account: Account } | Response {
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
    if (!token) return this.no(401, 'no_authorization')
    const claims = JSON.parse(
      atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
    ) as {
      session_id: string
      exp: number
    }
    if (claims.exp * 1000 <= this.#time.wall + this.ahead) return this.no(403, 'bad_jwt', 'token is expired')
    const session = this.sessions.get(claims.session_id)
    const account = this.accounts.get(session?.user ?? '')
    return session && account ? { session, account } : this.no(403, 'session_not_found')
  }

  async #answer(request: Seen): Promise<Response> {
    const { method, url } = request
    const { pathname, searchParams } = new URL(url)
    const path = pathname.replace('/auth/v1', '').replace(/\/factors\/[^/]+/, '/factors/:id')
    const grant = searchParams.get('grant_type')
    const body = request.body ? (JSON.parse(request.body) as Record<string, unknown>) : {}
    const handler = this.#routes[`${method} ${path}${grant ? ` ${grant}` : ''}`]
    if (!handler) {
      this.complaints.push(`${method} ${url}: no such route`)
      return this.no(404, 'not_found')
    }
    return handler(request, body)
  }

  readonly #signedIn =
    (
      work: (
        who: { session: Session; account: Account },
        body: Record<string, unknown>,
        request: Seen,
      ) => unknown,
    ): Handler =>
    async (request, body) => {
      const who = this.#bearer(request)
      if (who instanceof Response) return who
      const answer = await work(who, body, request)
      return answer instanceof Response ? answer : json(200, answer)
    }

  readonly #refresh: Handler = (_, { refresh_token }) => {
    for (const session of this.sessions.values()) {
      const at = session.tokens.indexOf(refresh_token as string)
      if (at < 0) continue
      const account = this.accounts.get(session.user) as Account
      if (at === session.tokens.length - 1) return this.#grant(session, account)
      // The parent of the active one: whoever lost the answer gets the same again.
      if (at === session.tokens.length - 2)
        return this.#session(session, account, session.tokens.at(-1) as string)
      this.sessions.delete(session.id)
      return this.no(400, 'refresh_token_already_used')
    }
    return this.no(400, 'refresh_token_not_found')
  }

  readonly #routes: Record<string, Handler> = {
    'GET /health': () => json(200, { version: 'v2.189.0', name: 'GoTrue' }),
    'POST /signup': async (_, { email, password, data }) => {
      if (email === undefined) return this.open(this.#anonymous())
      if (this.accounts.has(email as string)) return this.no(422, 'user_already_exists')
      if (String(password).length < 6)
        return this.no(422, 'weak_password', 'too short', { weak_password: { reasons: ['length'] } })
      const account = this.add(email as string, password as string, data as Record<string, unknown>)
      if (!this.confirmation) return this.open(account)
      account.confirmed = false
      return json(200, this.#userOf(account))
    },
    'POST /token password': (_, { email, password }) => {
      const account = this.accounts.get(email as string)
      if (account?.password !== password || !account) return this.no(400, 'invalid_credentials')
      return account.confirmed ? this.open(account) : this.no(400, 'email_not_confirmed')
    },
    'POST /token refresh_token': this.#refresh,
    'POST /token id_token': () => this.open(this.accounts.get('ann@example.com') as Account),
    'POST /token pkce': async (_, { auth_code, code_verifier }) => {
      const flow = this.flows.get(auth_code as string)
      if (!flow) return this.no(404, 'flow_state_not_found')
      this.flows.delete(auth_code as string)
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code_verifier as string))
      if (bytesPart(new Uint8Array(digest)) !== flow.challenge) return this.no(400, 'bad_code_verifier')
      return this.open(this.accounts.get(flow.user) as Account)
    },
    'POST /otp': () => json(200, {}),
    'POST /verify': (_, { token, email, token_hash }) => {
      if (token_hash === 'hash-of-ann') return this.open(this.accounts.get('ann@example.com') as Account)
      if (token !== '123456') return this.no(403, 'otp_expired')
      const account = this.accounts.get(email as string) as Account
      account.confirmed = true
      return this.open(account)
    },
    'POST /recover': () => json(200, {}),
    'POST /resend': () => json(200, {}),
    'GET /reauthenticate': this.#signedIn(() => ({})),
    'POST /logout': this.#signedIn(({ session }, _, { url }) => {
      if (!url.endsWith('scope=others')) this.sessions.delete(session.id)
      return new Response(null, { status: 204 })
    }),
    'GET /user': this.#signedIn(({ account }) => this.#userOf(account)),
    'PUT /user': this.#signedIn(({ account }, { password, email, data }) => {
      if (typeof password === 'string') {
        if (password.length < 6) return this.no(422, 'weak_password')
        account.password = password
      }
      if (typeof email === 'string') {
        this.accounts.delete(account.email)
        for (const session of this.sessions.values()) if (session.user === account.email) session.user = email
        account.email = email
        this.accounts.set(email, account)
      }
      Object.assign(account.meta, data)
      return this.#userOf(account)
    }),
    'POST /factors': this.#signedIn(({ account }, { friendly_name }) => {
      const factor = { id: `f${++this.#ids}`, status: 'unverified', factor_type: 'totp' }
      account.factors.push({ ...factor, friendly_name: friendly_name as string })
      const totp = {
        qr_code: '<svg xmlns="http://www.w3.org/2000/svg"/>',
        secret: 'ABC',
        uri: 'otpauth://totp/x',
      }
      return { id: factor.id, type: 'totp', totp }
    }),
    'POST /factors/:id/challenge': this.#signedIn(() => ({
      id: 'challenge1',
      type: 'totp',
      expires_at: Math.floor(this.#time.wall / 1000) + 300,
    })),
    'POST /factors/:id/verify': this.#signedIn(({ session, account }, { code, challenge_id }, { url }) => {
      if (code !== '654321' || challenge_id !== 'challenge1') return this.no(422, 'mfa_verification_failed')
      const factor = account.factors.find(({ id }) => url.includes(id))
      if (factor) factor.status = 'verified'
      session.level = 2
      return this.#grant(session, account)
    }),
    'DELETE /factors/:id': this.#signedIn(({ account }, _, { url }) => {
      account.factors = account.factors.filter(({ id }) => !url.includes(id))
      return { id: 'gone' }
    }),
  }

  #anonymous(): Account {
    const account = this.add('', '')
    return account
  }
}
