/** A small Strapi 5 with users-permissions, in each of its three modes. */
import { strapi } from '@kbve/locker/auth'
import { type Double, json, type Seen, seen, type Time } from './auth_help.ts'
import { signed } from './tokens.ts'

export type StrapiMode = 'legacy' | 'body' | 'cookie'

interface Account {
  id: number
  username: string
  email: string
  password: string
  confirmed: boolean
}

const allowed = ['accept', 'authorization', 'content-type', 'x-strapi-refresh-cookie']

export class StrapiDouble implements Double {
  readonly url = 'https://cms.example.com/api'
  readonly backend = strapi({ url: this.url })
  readonly complaints: string[] = []
  readonly requests: Seen[] = []
  readonly accounts: Account[] = [
    { id: 1, username: 'ann', email: 'ann@example.com', password: 'correct horse', confirmed: true },
  ]
  readonly mode: StrapiMode
  confirmation = false
  /** Refresh token by session, and what lies in the browser's jar. */
  readonly sessions = new Map<string, { user: number; tokens: string[] }>()
  jar = ''
  limited = 0
  #ids = 0
  readonly #time: Time

  constructor(time: Time, mode: StrapiMode) {
    this.#time = time
    this.mode = mode
  }

  fetch(tab: string): typeof globalThis.fetch {
    return async (input, init) => {
      const request = await seen(tab, input, init)
      this.requests.push(request)
      const { headers, body } = request
      for (const name of Object.keys(headers))
        if (!allowed.includes(name)) this.complaints.push(`${request.url}: header ${name}`)
      if ((headers['content-type'] !== undefined) !== (body !== ''))
        this.complaints.push(`${request.url}: content type`)
      return this.#time.during(() => this.#answer(request))
    }
  }

  #no(status: number, name: string, message: string, headers = {}): Response {
    return json(status, { data: null, error: { status, name, message, details: {} } }, headers)
  }

  async #token(account: Account, session: string | undefined): Promise<string> {
    const iat = Math.floor(this.#time.wall / 1000)
    const jti = ++this.#ids
    if (session === undefined) return signed({ id: account.id, iat, exp: iat + 30 * 86_400, jti })
    return signed({
      userId: String(account.id),
      sessionId: session,
      type: 'access',
      iat,
      exp: iat + 600,
      jti,
    })
  }

  #public({ password: _, ...account }: Account) {
    return { ...account, documentId: 'd1', provider: 'local', blocked: false }
  }

  async #open(account: Account, registering = false): Promise<Response> {
    const user = this.#public(account)
    if (this.mode === 'legacy') return json(200, { jwt: await this.#token(account, undefined), user })
    const id = `s${++this.#ids}`
    const refreshToken = `refresh-${++this.#ids}`
    this.sessions.set(id, { user: account.id, tokens: [refreshToken] })
    const jwt = await this.#token(account, id)
    if (this.mode === 'cookie') this.jar = refreshToken
    // Registering shows it whatever the mode.
    return json(200, this.mode === 'body' || registering ? { jwt, refreshToken, user } : { jwt, user })
  }

  /** Who asks. A Bearer that is no good is refused on public routes, too. */
  #bearer({ headers }: Seen): { account: Account; session: string } | 'none' | Response {
    if (!headers.authorization) return 'none'
    const text = atob(headers.authorization.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')
    const { id, userId, sessionId = '', exp } = JSON.parse(text)
    const account = this.accounts.find((one) => String(one.id) === String(id ?? userId))
    const lives = exp * 1000 > this.#time.wall && (this.mode === 'legacy' || this.sessions.has(sessionId))
    if (account && lives) return { account, session: sessionId }
    return this.#no(401, 'UnauthorizedError', 'Missing or invalid credentials')
  }

  async #answer(request: Seen): Promise<Response> {
    const { method, url, body: text } = request
    const path = url.slice(this.url.length)
    const body = text ? JSON.parse(text) : {}
    if (url === 'https://cms.example.com/_health') return new Response(null, { status: 204 })
    const who = this.#bearer(request)
    if (who instanceof Response) return who
    if (this.limited > 0) {
      this.limited--
      const reset = String(Math.floor(this.#time.wall / 1000) + 30)
      return this.#no(429, 'RateLimitError', 'Too many requests, please try again later.', {
        'X-RateLimit-Reset': reset,
      })
    }
    switch (`${method} ${path}`) {
      case 'POST /auth/local/register': {
        const { username, email, password, ...more } = body
        if (Object.keys(more).length > 0) return this.#no(400, 'ValidationError', 'Invalid parameters: x')
        if (this.accounts.some((one) => one.email === email || one.username === username))
          return this.#no(400, 'ApplicationError', 'Email or Username are already taken')
        const account = { id: ++this.#ids, username, email, password, confirmed: !this.confirmation }
        this.accounts.push(account)
        return account.confirmed ? this.#open(account, true) : json(200, { user: this.#public(account) })
      }
      case 'POST /auth/local': {
        const account = this.accounts.find(
          (one) => body.identifier === one.email || body.identifier === one.username,
        )
        if (account?.password !== body.password)
          return this.#no(400, 'ValidationError', 'Invalid identifier or password')
        if (!account?.confirmed)
          return this.#no(400, 'ApplicationError', 'Your account email is not confirmed')
        return this.#open(account)
      }
      case 'POST /auth/refresh': {
        if (this.mode === 'legacy') return this.#no(404, 'NotFoundError', 'Not Found')
        const token = body.refreshToken ?? (request.credentials === 'include' ? this.jar : undefined)
        for (const [id, { user, tokens }] of this.sessions) {
          const at = tokens.indexOf(token)
          if (at < 0) continue
          // Idempotent: a parent has one child.
          if (at === tokens.length - 1) tokens.push(`refresh-${++this.#ids}`)
          const next = tokens[at + 1] as string
          const jwt = await this.#token(this.accounts.find((one) => one.id === user) as Account, id)
          if (this.mode === 'cookie') this.jar = next
          return json(200, this.mode === 'body' ? { jwt, refreshToken: next } : { jwt })
        }
        return this.#no(401, 'UnauthorizedError', 'Invalid refresh token')
      }
      case 'POST /auth/forgot-password':
        return json(200, { ok: true })
      case 'POST /auth/send-email-confirmation':
        return json(200, { email: body.email, sent: true })
      case 'POST /auth/reset-password': {
        if (body.code !== 'the-code' || body.password !== body.passwordConfirmation)
          return this.#no(400, 'ValidationError', 'Incorrect code provided')
        const [account] = this.accounts as [Account]
        account.password = body.password
        return this.#open(account)
      }
      case 'GET /auth/github/callback?access_token=gh-token':
        if (request.credentials !== 'include')
          return this.#no(
            400,
            'ApplicationError',
            'OAuth authentication requires a completed provider session',
          )
        return this.#open(this.accounts[0] as Account)
    }
    if (who === 'none') return this.#no(403, 'ForbiddenError', 'Forbidden')
    const { account, session } = who
    switch (`${method} ${path}`) {
      case 'GET /users/me?populate=role':
        return json(200, { ...this.#public(account), role: { name: 'Authenticated' } })
      case 'POST /auth/logout':
        if (this.mode === 'legacy') return this.#no(404, 'NotFoundError', 'Not Found')
        if (body.scope === 'all') this.sessions.clear()
        this.sessions.delete(session)
        return json(200, { ok: true })
      case 'GET /auth/sessions':
        return json(200, {
          data: [...this.sessions.keys()].map((id) => ({
            id,
            deviceId: null,
            deviceName: 'x',
            current: id === session,
            loginAt: new Date(this.#time.wall).toISOString(),
          })),
        })
      case `PUT /users/${account.id}`:
        return this.#no(403, 'ForbiddenError', 'Forbidden')
      case 'POST /auth/change-password':
        if (body.currentPassword !== account.password)
          return this.#no(400, 'ValidationError', 'The provided current password is invalid')
        account.password = body.password
        this.sessions.clear()
        return this.#open(account)
    }
    const revoked = /^\/auth\/sessions\/(.+)$/.exec(path)?.[1]
    if (method === 'DELETE' && revoked) {
      this.sessions.delete(revoked)
      return json(200, { data: {} })
    }
    this.complaints.push(`${method} ${url}: no such route`)
    return this.#no(404, 'NotFoundError', 'Not Found')
  }
}
