/** A small Appwrite, written from its contract: the session goes by X-Fallback-Cookies. */
import { appwrite } from '@kbve/locker/auth'
import { type Double, json, type Seen, seen, type Time } from './auth_help.ts'
import { signed } from './tokens.ts'

interface Account {
  $id: string
  name: string
  email: string
  phone: string
  password: string
  emailVerification: boolean
  phoneVerification: boolean
  mfa: boolean
  prefs: object
}

interface Session {
  id: string
  user: string
  expire: number
  factors: string[]
}

const allowed = [
  'accept',
  'content-type',
  'x-appwrite-project',
  'x-appwrite-response-format',
  'x-fallback-cookies',
]
const year = 365 * 86_400_000

export class AppwriteDouble implements Double {
  readonly url = 'https://aw.example.com/v1'
  readonly backend = appwrite({ url: this.url, project: 'p1', cookies: false })
  readonly complaints: string[] = []
  readonly requests: Seen[] = []
  readonly accounts: Account[] = []
  readonly sessions = new Map<string, Session>()
  limited = 0
  #ids = 0
  readonly #time: Time

  constructor(time: Time) {
    this.#time = time
    this.add('ann@example.com', 'correct horse', 'Ann')
  }

  add(email: string, password: string, name = ''): Account {
    const $id = `user${++this.#ids}`
    const flags = { emailVerification: false, phoneVerification: false, mfa: false }
    const account = { $id, name, email, phone: '', password, ...flags, prefs: {} }
    this.accounts.push(account)
    return account
  }

  fetch(tab: string): typeof globalThis.fetch {
    return async (input, init) => {
      const request = await seen(tab, input, init)
      this.requests.push(request)
      const { headers, body, credentials, url } = request
      for (const name of Object.keys(headers))
        if (!allowed.includes(name)) this.complaints.push(`${url}: header ${name}`)
      if (headers['x-appwrite-project'] !== 'p1') this.complaints.push(`${url}: no project`)
      if (headers['x-appwrite-response-format'] !== '1.8.0' && !url.endsWith('/ping'))
        this.complaints.push(`${url}: no format`)
      if (body && headers['content-type'] === undefined) this.complaints.push(`${url}: content type`)
      if (credentials !== 'omit') this.complaints.push(`${url}: credentials`)
      return this.#time.during(() => this.#answer(request))
    }
  }

  #no(code: number, type: string, headers = {}): Response {
    return json(code, { message: type, code, type, version: '1.9.6' }, headers)
  }

  #user({ password: _, ...account }: Account) {
    return { ...account, status: true, labels: [], targets: [] }
  }

  #iso(at: number): string {
    return new Date(at).toISOString().replace('Z', '+00:00')
  }

  #shown(session: Session) {
    return {
      $id: session.id,
      $createdAt: this.#iso(this.#time.wall),
      $updatedAt: this.#iso(this.#time.wall),
      userId: session.user,
      expire: this.#iso(session.expire),
      provider: 'email',
      clientName: 'Firefox',
      osName: 'Linux',
      current: true,
      factors: session.factors,
      secret: '',
    }
  }

  #open(account: Account, status = 201): Response {
    const session = {
      id: `s${++this.#ids}`,
      user: account.$id,
      expire: this.#time.wall + year,
      factors: ['password'],
    }
    this.sessions.set(session.id, session)
    const cookies = { a_session_p1: btoa(session.id), a_session_p1_legacy: btoa(session.id), other: 'x' }
    return json(status, this.#shown(session), { 'X-Fallback-Cookies': JSON.stringify(cookies) })
  }

  #who({ headers }: Seen): { account: Account; session: Session } | undefined {
    const cookies = JSON.parse(headers['x-fallback-cookies'] ?? '{}') as Record<string, string>
    if (cookies.other) this.complaints.push('another cookie than the session’s came back')
    const session = this.sessions.get(atob(cookies.a_session_p1 ?? ''))
    const account = this.accounts.find(({ $id }) => $id === session?.user)
    return session && account ? { session, account } : undefined
  }

  async #answer(request: Seen): Promise<Response> {
    const { method, url, body: text } = request
    const route = `${method} ${url.slice(this.url.length)}`
    const body = text ? JSON.parse(text) : {}
    const who = this.#who(request)
    if (route === 'GET /ping') return new Response('Pong!', { status: 200 })
    const expire = this.#iso(this.#time.wall + 900_000)
    const token = {
      $id: 't1',
      userId: body.userId === 'unique()' ? 'user1' : body.userId,
      secret: '',
      expire,
    }
    if (who && /^POST \/account\/sessions/.test(route)) return this.#no(401, 'user_session_already_exists')
    if (this.limited > 0) {
      this.limited--
      return this.#no(429, 'general_rate_limit_exceeded', {
        'X-RateLimit-Reset': String(Math.floor(this.#time.wall / 1000) + 90),
      })
    }
    switch (route) {
      case 'POST /account':
        if (this.accounts.some(({ email }) => email === body.email))
          return this.#no(409, 'user_already_exists')
        return json(201, this.#user(this.add(body.email, body.password, body.name)))
      case 'POST /account/sessions/email': {
        const account = this.accounts.find(({ email }) => email === body.email)
        return account?.password === body.password && account
          ? this.#open(account)
          : this.#no(401, 'user_invalid_credentials')
      }
      case 'POST /account/sessions/anonymous':
        return this.#open(this.add('', ''))
      case 'POST /account/tokens/email':
      case 'POST /account/tokens/magic-url':
        return json(201, { ...token, phrase: 'Golden Fox' })
      case 'POST /account/sessions/token':
        return body.secret === '123456'
          ? this.#open(this.accounts[0] as Account)
          : this.#no(401, 'user_invalid_token')
      case 'POST /account/recovery':
        return this.accounts.some(({ email }) => email === body.email)
          ? json(201, token)
          : this.#no(404, 'user_not_found')
      case 'PUT /account/recovery': {
        const account = this.accounts.find(({ $id }) => $id === body.userId)
        if (!account || body.secret !== 'mailed') return this.#no(401, 'user_invalid_token')
        account.password = body.password
        return json(200, token)
      }
    }
    if (!who) return this.#no(401, 'general_unauthorized_scope')
    const { account, session } = who
    const pending = account.mfa && session.factors.length < 2
    if (route === 'POST /account/mfa/challenge' || route === 'POST /account/mfa/challenges')
      return json(201, { $id: 'challenge1', userId: account.$id, expire })
    if (route === 'PUT /account/mfa/challenge' || route === 'PUT /account/mfa/challenges') {
      if (body.otp !== '654321' || body.challengeId !== 'challenge1')
        return this.#no(401, 'user_invalid_token')
      session.factors.push('totp')
      return json(200, this.#shown(session))
    }
    if (pending && !route.startsWith('DELETE')) return this.#no(401, 'user_more_factors_required')
    switch (route) {
      case 'GET /account':
        return json(200, this.#user(account))
      case 'PATCH /account/name':
        account.name = body.name
        return json(200, this.#user(account))
      case 'PATCH /account/email':
        if (account.password && body.password !== account.password)
          return this.#no(401, 'user_invalid_credentials')
        account.email = body.email
        account.password = body.password
        return json(200, this.#user(account))
      case 'PATCH /account/password':
        if (body.oldPassword !== account.password) return this.#no(401, 'user_invalid_credentials')
        account.password = body.password
        return json(200, this.#user(account))
      case 'PATCH /account/sessions/current':
        session.expire = this.#time.wall + year
        return json(200, this.#shown(session))
      case 'GET /account/sessions':
        return json(200, {
          total: this.sessions.size,
          sessions: [...this.sessions.values()].map((one) => this.#shown(one)),
        })
      case 'DELETE /account/sessions/current':
        this.sessions.delete(session.id)
        return new Response(null, { status: 204 })
      case 'DELETE /account/sessions':
        this.sessions.clear()
        return new Response(null, { status: 204 })
      case 'POST /account/jwts':
      case 'POST /account/jwt': {
        const iat = Math.floor(this.#time.wall / 1000)
        const exp = iat + (body.duration ?? 900)
        return json(201, { jwt: await signed({ userId: account.$id, sessionId: session.id, iat, exp }) })
      }
      case 'POST /account/mfa/authenticators/totp':
        return json(200, { secret: 'ABC', uri: 'otpauth://totp/x' })
      case 'PUT /account/mfa/authenticators/totp':
        if (body.otp !== '654321') return this.#no(401, 'user_invalid_token')
        return json(200, this.#user(account))
      case 'DELETE /account/mfa/authenticators/totp':
        account.mfa = false
        return new Response(null, { status: 204 })
      case 'PATCH /account/mfa':
        account.mfa = body.mfa
        if (body.mfa) session.factors.push('totp')
        return json(200, this.#user(account))
    }
    const revoked = /^DELETE \/account\/sessions\/(.+)$/.exec(route)?.[1]
    if (revoked) {
      this.sessions.delete(revoked)
      return new Response(null, { status: 204 })
    }
    this.complaints.push(`${route}: no such route`)
    return this.#no(404, 'general_route_not_found')
  }
}
