/**
 * A double of Appwrite, not Appwrite: its account routes as the OpenAPI document of 1.8.1 has them, strict about
 * method, path, members and headers. What it has not got is refused, so that a request nobody planned fails.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { totp } from './totp.mjs'

const id = () => randomBytes(10).toString('hex')
const year = 365 * 86_400_000
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

class Refused extends Error {
  constructor(status, type, message = type) {
    super(message)
    Object.assign(this, { status, type })
  }
}

/** Route: [members, success, handler, requests an hour]; `!` marks a member that must be there. */
const routes = {
  'POST /account': ['userId! email! password! name', 201, 'create', 10],
  'GET /account': ['', 200, 'account'],
  'POST /account/sessions/email': ['email! password!', 201, 'signIn', 10],
  'POST /account/sessions/anonymous': ['', 201, 'anonymous', 50],
  'POST /account/sessions/token': ['userId! secret!', 201, 'useToken', 10],
  'GET /account/sessions': ['', 200, 'sessions'],
  'PATCH /account/sessions/{id}': ['', 200, 'prolong', 10],
  'DELETE /account/sessions/{id}': ['', 204, 'end', 100],
  'DELETE /account/sessions': ['', 204, 'endAll', 100],
  'POST /account/tokens/email': ['userId! email! phrase', 201, 'sendCode', 10],
  'POST /account/tokens/phone': ['userId! phone!', 201, 'sendCode', 10],
  'POST /account/tokens/magic-url': ['userId! email! url phrase', 201, 'sendCode', 60],
  'PATCH /account/name': ['name!', 200, 'setName'],
  'PATCH /account/prefs': ['prefs!', 200, 'setPrefs'],
  'PATCH /account/email': ['email! password!', 200, 'setEmail'],
  'PATCH /account/phone': ['phone! password!', 200, 'setPhone'],
  'PATCH /account/password': ['password! oldPassword', 200, 'setPassword', 10],
  'POST /account/recovery': ['email! url!', 201, 'recover', 10],
  'PUT /account/recovery': ['userId! secret! password!', 200, 'recovered', 10],
  'POST /account/verifications/email': ['url!', 201, 'sendVerification', 10],
  'PUT /account/verifications/email': ['userId! secret!', 200, 'verified', 10],
  'POST /account/jwts': ['duration', 201, 'jwt', 100],
  'PATCH /account/mfa': ['mfa!', 200, 'setMfa'],
  'POST /account/mfa/authenticators/totp': ['', 200, 'enrol'],
  'PUT /account/mfa/authenticators/totp': ['otp!', 200, 'confirm'],
  'DELETE /account/mfa/authenticators/totp': ['', 204, 'unenrol'],
  // 1.8 has the first name, 1.9 and the official SDK the second; the server takes both.
  'POST /account/mfa/challenge': ['factor!', 201, 'challenge', 10],
  'POST /account/mfa/challenges': ['factor!', 201, 'challenge', 10],
  'PUT /account/mfa/challenge': ['challengeId! otp!', 200, 'answer', 10],
  'PUT /account/mfa/challenges': ['challengeId! otp!', 200, 'answer', 10],
}

const guests = ['create', 'signIn', 'anonymous', 'useToken', 'sendCode', 'recover', 'recovered', 'verified']
const beforeFactor = ['challenge', 'answer', 'end', 'endAll']

export class AppwriteDouble {
  users = []
  live = []
  tokens = []
  challenges = []
  hits = new Map()
  /** What came in: { method, path, headers, body }. */
  requests = []
  /** Codes and secrets as a mail or SMS would bring them, the newest last. */
  mails = []

  async start() {
    this.server = createServer((request, response) => this.#serve(request, response))
    await new Promise((settle) => this.server.listen(0, '127.0.0.1', settle))
    this.url = `http://127.0.0.1:${this.server.address().port}/v1`
    return this
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((settle) => this.server.close(settle))
  }

  async #serve(request, response) {
    let text = ''
    for await (const part of request) text += part
    const { pathname, search } = new URL(request.url, this.url)
    const path = pathname.slice(3) + search
    this.requests.push({ method: request.method, path, headers: request.headers, body: text })
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    const say = (status, body) => {
      if (body === undefined) delete headers['content-type']
      response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body))
    }
    try {
      if (path === '/ping') {
        headers['content-type'] = 'text/plain'
        return response.writeHead(200, headers).end('Pong!')
      }
      const [status, body] = this.#answer(request, path, text, headers)
      say(status, body)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const { message, status, type } = error
      say(status, { message, code: status, type, version: '1.8.1 (double)' })
    }
  }

  #answer(request, path, text, headers) {
    if (request.headers['x-appwrite-project'] !== 'shop') throw new Refused(404, 'project_not_found')
    const key = `${request.method} ${path.replace(/(?<=^\/account\/sessions\/)(?!email$|anonymous$|token$)[^/]+$/, '{id}')}`
    const route = routes[key]
    if (!route) throw new Refused(404, 'general_route_not_found', `The double has no ${key}.`)
    const [members, status, name, hourly] = route
    const body = this.#body(request, text, members)
    const call = { body, headers, id: path.split('/').at(-1), status }
    call.session = this.#sessionOf(request.headers)
    call.user = call.session && this.users.find(({ $id }) => $id === call.session.userId)
    if (hourly) this.#limit(key, name, call, hourly)
    if (!guests.includes(name)) {
      if (!call.session)
        throw new Refused(401, 'general_unauthorized_scope', 'User (role: guests) missing scope')
      const short = call.user.mfa && call.session.factors.length < 2
      if (short && !beforeFactor.includes(name)) throw new Refused(401, 'user_more_factors_required')
    }
    return [status, this[name](call)]
  }

  #body(request, text, members) {
    if (text !== '' && !/^application\/json/.test(request.headers['content-type'] ?? '')) {
      throw new Refused(400, 'general_argument_invalid', 'The body is no JSON by its type.')
    }
    const body = text === '' ? {} : JSON.parse(text)
    const known = members.split(' ').filter(Boolean)
    const names = known.map((one) => one.replace('!', ''))
    for (const name of Object.keys(body)) {
      if (!names.includes(name)) throw new Refused(400, 'general_argument_invalid', `${name} is not taken.`)
    }
    for (const name of known.filter((one) => one.endsWith('!'))) {
      if (body[name.slice(0, -1)] === undefined)
        throw new Refused(400, 'general_argument_invalid', `${name} is missing.`)
    }
    return body
  }

  #limit(key, name, { body, headers }, hourly) {
    const counter = `${key} ${name === 'signIn' ? body.email : ''}`
    const used = (this.hits.get(counter) ?? 0) + 1
    this.hits.set(counter, used)
    headers['x-ratelimit-limit'] = String(hourly)
    headers['x-ratelimit-remaining'] = String(Math.max(hourly - used, 0))
    headers['x-ratelimit-reset'] = String(Math.floor(Date.now() / 1000) + 3600)
    if (used > hourly) throw new Refused(429, 'general_rate_limit_exceeded')
  }

  #sessionOf(headers) {
    const shown = headers['x-fallback-cookies']
    const secret = shown ? JSON.parse(shown).a_session_shop : undefined
    return this.live.find((one) => one.secret === secret)
  }

  #open(user, { headers }, provider = 'email') {
    const session = { $id: id(), userId: user.$id, secret: id(), provider, factors: ['password'] }
    Object.assign(session, { created: Date.now(), updated: Date.now() })
    this.live.push(session)
    // The page and the server share no domain here: what stands for the cookie goes with the answer.
    headers['x-fallback-cookies'] = JSON.stringify({ a_session_shop: session.secret })
    return this.#shown(session)
  }

  #shown({ $id, userId, provider, factors, created, updated }, current = true) {
    const date = (at) => new Date(at).toISOString().replace('Z', '+00:00')
    const times = { $createdAt: date(created), $updatedAt: date(updated), expire: date(updated + year) }
    return {
      $id,
      userId,
      provider,
      factors,
      ...times,
      current,
      secret: '',
      clientName: 'Chromium',
      osName: 'Linux',
    }
  }

  #user({ password: _, totp: __, ...shown }) {
    return shown
  }

  #token(kind, user) {
    const token = { kind, userId: user.$id, secret: id() }
    this.tokens.push(token)
    this.mails.push(token)
    const expire = new Date(Date.now() + 900_000).toISOString()
    return {
      $id: id(),
      $createdAt: new Date().toISOString(),
      userId: user.$id,
      secret: '',
      expire,
      phrase: '',
    }
  }

  #take(kind, { userId, secret }) {
    const at = this.tokens.findIndex(
      (one) => one.kind === kind && one.userId === userId && one.secret === secret,
    )
    if (at < 0) throw new Refused(401, 'user_invalid_token')
    this.tokens.splice(at, 1)
    return this.users.find(({ $id }) => $id === userId)
  }

  #add({ userId, email = '', phone = '', password = '', name = '' }) {
    const user = {
      $id: userId === 'unique()' ? id() : userId,
      email,
      phone,
      password,
      name,
      status: true,
      mfa: false,
    }
    Object.assign(user, { emailVerification: false, phoneVerification: false, labels: [], prefs: {} })
    this.users.push(user)
    return user
  }

  #onlyGuest({ session }) {
    if (session) throw new Refused(401, 'user_session_already_exists')
  }

  create({ body }) {
    if (body.password.length < 8) throw new Refused(400, 'general_argument_invalid', 'password is too short')
    if (this.users.some(({ email }) => email === body.email)) throw new Refused(409, 'user_already_exists')
    return this.#user(this.#add(body))
  }

  account({ user }) {
    return this.#user(user)
  }

  signIn(call) {
    this.#onlyGuest(call)
    const { email, password } = call.body
    const user = this.users.find((one) => one.email === email && one.password === password)
    if (!user) throw new Refused(401, 'user_invalid_credentials')
    this.hits.delete(`POST /account/sessions/email ${email}`)
    return this.#open(user, call)
  }

  anonymous(call) {
    this.#onlyGuest(call)
    return this.#open(this.#add({ userId: 'unique()' }), call, 'anonymous')
  }

  useToken(call) {
    this.#onlyGuest(call)
    return this.#open(this.#take('session', call.body), call, 'token')
  }

  sendCode({ body }) {
    const { email, phone } = body
    const known = this.users.find((one) => (email ? one.email === email : one.phone === phone))
    return this.#token('session', known ?? this.#add(body))
  }

  sessions({ user, session }) {
    const own = this.live.filter(({ userId }) => userId === user.$id)
    return { total: own.length, sessions: own.map((one) => this.#shown(one, one === session)) }
  }

  #named({ id: name, session, user }) {
    const found =
      name === 'current' ? session : this.live.find((one) => one.$id === name && one.userId === user.$id)
    if (!found) throw new Refused(404, 'user_session_not_found')
    return found
  }

  prolong(call) {
    const session = this.#named(call)
    session.updated = Date.now()
    return this.#shown(session)
  }

  end(call) {
    const session = this.#named(call)
    this.live = this.live.filter((one) => one !== session)
    if (session === call.session) call.headers['x-fallback-cookies'] = '[]'
  }

  endAll({ user, headers }) {
    this.live = this.live.filter(({ userId }) => userId !== user.$id)
    headers['x-fallback-cookies'] = '[]'
  }

  setName({ user, body }) {
    return this.#user(Object.assign(user, { name: body.name }))
  }

  setPrefs({ user, body }) {
    return this.#user(Object.assign(user, { prefs: body.prefs }))
  }

  setEmail({ user, body: { email, password } }) {
    // A person without a password gets this one: so an anonymous account becomes a real one.
    if (user.password && user.password !== password) throw new Refused(401, 'user_invalid_credentials')
    if (this.users.some((one) => one !== user && one.email === email))
      throw new Refused(409, 'user_email_already_exists')
    return this.#user(Object.assign(user, { email, password }))
  }

  setPhone({ user, body: { phone, password } }) {
    if (user.password !== password) throw new Refused(401, 'user_invalid_credentials')
    return this.#user(Object.assign(user, { phone }))
  }

  setPassword({ user, body: { password, oldPassword } }) {
    if (user.password && user.password !== oldPassword) throw new Refused(401, 'user_invalid_credentials')
    return this.#user(Object.assign(user, { password }))
  }

  recover({ body }) {
    const user = this.users.find(({ email }) => email === body.email)
    if (!user) throw new Refused(404, 'user_not_found')
    return this.#token('recovery', user)
  }

  recovered({ body }) {
    Object.assign(this.#take('recovery', body), { password: body.password })
    return { $id: id(), userId: body.userId, secret: '', expire: new Date().toISOString() }
  }

  sendVerification({ user }) {
    return this.#token('verification', user)
  }

  verified({ body }) {
    Object.assign(this.#take('verification', body), { emailVerification: true })
    return { $id: id(), userId: body.userId, secret: '', expire: new Date().toISOString() }
  }

  jwt({ session, body: { duration = 900 } }) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const claims = { userId: session.userId, sessionId: session.$id, iat: now, exp: now + duration }
    const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
    return { jwt: `${head}.${createHmac('sha256', 'double').update(head).digest('base64url')}` }
  }

  setMfa({ user, session, body }) {
    // Whoever switches it on is not locked out by that.
    if (body.mfa && user.totp?.verified) session.factors = [...new Set([...session.factors, 'totp'])]
    return this.#user(Object.assign(user, { mfa: body.mfa }))
  }

  enrol({ user }) {
    const secret = [...randomBytes(32)].map((byte) => base32[byte % 32]).join('')
    user.totp = { secret, verified: false }
    return { secret, uri: `otpauth://totp/shop:${user.email}?secret=${secret}&issuer=shop` }
  }

  confirm({ user, body }) {
    if (!user.totp || body.otp !== totp(user.totp.secret)) throw new Refused(401, 'user_invalid_token')
    user.totp.verified = true
    return this.#user(user)
  }

  unenrol({ user }) {
    user.totp = undefined
  }

  challenge({ user, body }) {
    const challenge = { $id: id(), userId: user.$id, factor: body.factor }
    this.challenges.push(challenge)
    const expire = new Date(Date.now() + 900_000).toISOString()
    return { $id: challenge.$id, $createdAt: new Date().toISOString(), userId: user.$id, expire }
  }

  answer({ user, session, body }) {
    const at = this.challenges.findIndex(({ $id, userId }) => $id === body.challengeId && userId === user.$id)
    if (at < 0 || body.otp !== totp(user.totp?.secret ?? '')) throw new Refused(401, 'user_invalid_token')
    this.challenges.splice(at, 1)
    session.factors = ['password', 'totp']
    session.updated = Date.now()
    return this.#shown(session)
  }
}
