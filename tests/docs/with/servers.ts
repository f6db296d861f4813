/** The servers that the pages speak of, as small doubles behind `fetch`; nothing leaves the machine. */
import { AppwriteDouble } from '../../suite/auth_appwrite_double.ts'
import { GotrueDouble } from '../../suite/auth_gotrue_double.ts'
import type { Time } from '../../suite/auth_help.ts'
import { StrapiDouble } from '../../suite/auth_strapi_double.ts'
import { jwks } from '../given/tokens.ts'

/** The clock on the wall. */
const time = {
  get wall() {
    return Date.now()
  },
  during: <T>(work: () => Promise<T>) => work(),
} as unknown as Time

const doubles = [new GotrueDouble(time), new StrapiDouble(time, 'body'), new AppwriteDouble(time)]
const own = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input)
  const double = doubles.find((each) => new URL(each.url).origin === new URL(url, 'http://here').origin)
  if (double) return double.fetch('page')(input, init)
  if (url === 'https://auth.example.com/.well-known/jwks.json') return Response.json(jwks)
  if (url.startsWith('https://api.example.com/')) {
    const bearer = new Headers(input instanceof Request ? input.headers : init?.headers).get('authorization')
    return Response.json({ notes: 2, bearer: bearer !== null })
  }
  if (url === 'https://blog.example/') return new Response('hello')
  return own(input, init)
}
