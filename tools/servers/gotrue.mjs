/** A real Supabase Auth (GoTrue) on this machine: built once by Go into the cache, with a PostgreSQL of its own. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { exec, outputOf, which } from '../exec.mjs'
import { withLock } from '../lock.mjs'
import { cache } from '../paths.mjs'
import { step } from '../say.mjs'
import { postgresBin, startPostgres } from './postgres.mjs'
import { answers, freePort, removeFolder, startProcess } from './process.mjs'

/** v2.189.0, the newest that `go install` can take: later ones replace a module. */
const commit = '4fa66ba71d8c'

/** This machine cannot have the server; the message says why. */
export class Unavailable extends Error {}

/** GoTrue's own preparation of a database (hack/init_postgres.sql), and the role its migrations grant to. */
const preparation = `
  CREATE USER supabase_admin LOGIN CREATEROLE CREATEDB REPLICATION BYPASSRLS;
  CREATE USER supabase_auth_admin NOINHERIT CREATEROLE LOGIN NOREPLICATION PASSWORD 'root';
  CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION supabase_auth_admin;
  GRANT CREATE ON DATABASE postgres TO supabase_auth_admin;
  ALTER USER supabase_auth_admin SET search_path = 'auth';`

function goCommand() {
  const go = which('go') ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined)
  if (!go) throw new Unavailable('there is no Go on PATH; 1.25.8 or later is needed')
  const [, minor = 0, patch = 0] = (/go1\.(\d+)(?:\.(\d+))?/.exec(outputOf(go, ['version']) ?? '') ?? []).map(
    Number,
  )
  if (minor < 25 || (minor === 25 && patch < 8)) throw new Unavailable('Go is older than 1.25.8')
  return go
}

/** The program, built when it is not there yet. Throws `Unavailable`. */
export async function ensureGotrue() {
  const bin = postgresBin()
  if (!bin) throw new Unavailable('there is no PostgreSQL; 15 or later is needed')
  const folder = join(cache, `gotrue-${commit}`)
  const program = join(folder, 'auth')
  if (existsSync(program)) return { bin, program }
  const go = goCommand()
  mkdirSync(cache, { recursive: true })
  await withLock(`${folder}.lock`, 'GoTrue', async () => {
    if (existsSync(program)) return
    const making = `${folder}.making`
    removeFolder(making)
    mkdirSync(making)
    await step(`build GoTrue in ${folder} (once, some minutes)`, async () => {
      const { code, output } = await exec(go, ['install', `github.com/supabase/auth@${commit}`], {
        env: { ...process.env, GOBIN: making, CGO_ENABLED: '0' },
        capture: true,
        check: false,
      })
      if (code === 0) return
      removeFolder(making)
      const said = output.trim().split('\n').at(-1)?.trim() ?? ''
      throw new Unavailable(`go install of the module at ${commit} failed (${said})`)
    })
    renameSync(making, folder)
  })
  return { bin, program }
}

const secret = 'a secret of a server that lives for one test, 32 bytes or more'
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What may do everything: POST /admin/generate_link asks for it. */
function serviceToken() {
  const now = Math.floor(Date.now() / 1000)
  const claims = { role: 'service_role', aud: 'authenticated', iat: now, exp: now + 3600 }
  const head = `${part({ alg: 'HS256', typ: 'JWT', kid: 'hmac' })}.${part(claims)}`
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`
}

/** Signing with ES256, beside the secret that still checks the service's token. */
function signingKeys() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const elliptic = {
    ...privateKey.export({ format: 'jwk' }),
    kid: 'signing',
    alg: 'ES256',
    use: 'sig',
    key_ops: ['sign', 'verify'],
  }
  const hmac = {
    kty: 'oct',
    kid: 'hmac',
    alg: 'HS256',
    k: Buffer.from(secret).toString('base64url'),
    key_ops: ['verify'],
  }
  return JSON.stringify([hmac, elliptic])
}

/**
 * Starts one. `keys`: HS256 or ES256; `refresh`: 1 or 2, the version of its refresh tokens; `limits`: whether it
 * counts requests, by the header X-Forwarded-For; `settings`: more of its environment.
 * Answers { url, admin(path, body), stop() }.
 */
export async function startGotrue({ keys = 'HS256', refresh = 1, limits = false, settings = {} }) {
  const { bin, program } = await ensureGotrue()
  const database = await startPostgres(bin, preparation)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GOTRUE_DB_DRIVER: 'postgres',
    DATABASE_URL: database.url,
    DB_NAMESPACE: 'auth',
    API_EXTERNAL_URL: url,
    GOTRUE_SITE_URL: 'http://localhost:3000',
    GOTRUE_URI_ALLOW_LIST: 'http://localhost:3000/**',
    GOTRUE_API_HOST: '127.0.0.1',
    PORT: String(port),
    GOTRUE_JWT_SECRET: secret,
    GOTRUE_JWT_EXP: '3600',
    GOTRUE_JWT_AUD: 'authenticated',
    GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
    GOTRUE_JWT_ADMIN_ROLES: 'supabase_admin,service_role',
    GOTRUE_MAILER_AUTOCONFIRM: 'true',
    GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: 'true',
    GOTRUE_MFA_TOTP_ENROLL_ENABLED: 'true',
    GOTRUE_MFA_TOTP_VERIFY_ENABLED: 'true',
    GOTRUE_CORS_ALLOWED_HEADERS: 'apikey',
    GOTRUE_LOG_LEVEL: 'warn',
    ...(keys === 'ES256' ? { GOTRUE_JWT_KEYS: signingKeys() } : {}),
    ...(refresh === 2
      ? {
          GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION: '2',
          GOTRUE_SECURITY_REFRESH_TOKEN_UPGRADE_PERCENTAGE: '100',
        }
      : {}),
    ...(limits ? { GOTRUE_RATE_LIMIT_HEADER: 'X-Forwarded-For' } : {}),
    ...settings,
  }
  try {
    const ready = () => answers(`${url}/health`)
    const server = await startProcess('GoTrue', program, [], { env, ready })
    return {
      url,
      log: server.log,
      async admin(path, body) {
        const response = await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${serviceToken()}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        return { status: response.status, body: await response.json() }
      },
      async stop() {
        await server.stop()
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}
