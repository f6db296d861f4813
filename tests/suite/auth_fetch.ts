/** `auth.fetch`: to whom the token goes, and what becomes of a 401. */
import { expect } from 'chai'
import { GotrueDouble } from './auth_gotrue_double.ts'
import { desk, json, type Seen, seen, Time } from './auth_help.ts'
import type { SuiteContext } from './harness.ts'
import { code } from './help.ts'

const own = 'https://id.example.com'

export function suite(t: SuiteContext): void {
  async function page(answer: (request: Seen, count: number) => Response = () => json(200, {})) {
    const time = new Time()
    const server = new GotrueDouble(time)
    const got: (Seen & { redirect: string })[] = []
    const { tab } = desk(t, server, time)
    const auths = server.fetch('tab1')
    const { auth } = await tab({
      origins: ['https://api.example.com'],
      ports: {
        fetch: async (input, init) => {
          const url = input instanceof Request ? input.url : String(input)
          if (url.startsWith(server.url)) return auths(input, init)
          const redirect = init?.redirect ?? (input instanceof Request ? input.redirect : 'follow')
          got.push({ ...(await seen('', input, init)), redirect })
          return answer(got.at(-1) as Seen, got.length)
        },
      },
    })
    return { auth, got, server, time }
  }
  const ann = { email: 'ann@example.com', password: 'correct horse' }

  t.describe('auth fetch', () => {
    t.test('the token goes to its own origin and those that are named, and to no other', async () => {
      const { auth, got } = await page()
      await auth.signIn(ann)
      await auth.fetch(`${own}/rest/v1/notes`)
      await auth.fetch('https://api.example.com/notes', { method: 'POST', body: '{}' })
      for (const other of [
        'https://evil.example.com/',
        'http://id.example.com/',
        'https://id.example.com:8443/',
        'https://api.example.com.evil.com/',
        'https://id.example.com@evil.com/',
      ])
        await auth.fetch(other.replace('id.example.com@', 'x.'))
      const [first, second, ...others] = got
      expect(first?.headers.authorization).to.match(/^Bearer eyJ/)
      expect(first?.headers).to.include({ apikey: 'sb_publishable_x' })
      expect(first?.headers).not.to.have.property('x-supabase-api-version')
      expect(second?.headers.authorization).to.match(/^Bearer eyJ/)
      expect(second?.headers).not.to.have.property('apikey')
      expect(others).to.have.length(5)
      for (const { headers, url } of others) expect(Object.keys(headers), url).to.deep.equal([])
    })

    t.test('redirects that would leak the token are refused; to others nothing is changed', async () => {
      const { auth, got } = await page()
      await auth.signIn(ann)
      await auth.fetch(`${own}/a`)
      await auth.fetch(`${own}/b`, { redirect: 'manual' })
      await auth.fetch('https://evil.example.com/')
      expect(got.map(({ redirect }) => redirect)).to.deep.equal(['error', 'manual', 'follow'])
    })

    t.test('a 401 is refreshed once and sent once more, with its body', async () => {
      const { auth, got, server, time } = await page((_, count) => json(count === 1 ? 401 : 200, {}))
      await auth.signIn(ann)
      await time.pass(60_000)
      const response = await auth.fetch(`${own}/x`, { method: 'POST', body: 'the body' })
      expect(response.status).to.equal(200)
      expect(got.map(({ body }) => body)).to.deep.equal(['the body', 'the body'])
      expect(got[0]?.headers.authorization).not.to.equal(got[1]?.headers.authorization)
      expect(server.refreshes).to.equal(1)
    })

    t.test('a 401 that stays is given back; a token just come is not refreshed again', async () => {
      const { auth, got, server } = await page(() => json(401, {}))
      await auth.signIn(ann)
      expect((await auth.fetch(`${own}/x`)).status).to.equal(401)
      expect([got.length, server.refreshes]).to.deep.equal([1, 0])
      expect(auth.session.state).to.equal('signed-in')
    })

    t.test('many 401s at once are one refresh', async () => {
      const refused = new Set<string>()
      const { auth, server, time } = await page(({ headers }) => {
        const token = headers.authorization ?? ''
        if (refused.size === 0) refused.add(token)
        return json(refused.has(token) ? 401 : 200, {})
      })
      await auth.signIn(ann)
      await time.pass(60_000)
      const all = await Promise.all(Array.from({ length: 8 }, (_, i) => auth.fetch(`${own}/${i}`)))
      expect(all.map(({ status }) => status)).to.deep.equal(Array(8).fill(200))
      expect(server.refreshes).to.equal(1)
    })

    t.test(
      'a body that is read once is sent once, and its 401 given back',
      async () => {
        const { auth, got, server, time } = await page(() => json(401, {}))
        await auth.signIn(ann)
        await time.pass(60_000)
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('once'))
            controller.close()
          },
        })
        const init = { method: 'POST', body, duplex: 'half' } as RequestInit
        expect((await auth.fetch(`${own}/x`, init)).status).to.equal(401)
        expect(got).to.have.length(1)
        expect(server.refreshes).to.equal(0)
      },
      { only: ['node', 'chromium'] },
    )

    t.test('without a session nothing is sent, and somebody’s own proof is left alone', async () => {
      const { auth, got } = await page()
      expect(await code(() => auth.fetch(`${own}/x`))).to.equal('session_missing')
      expect(got).to.deep.equal([])
      await auth.fetch(`${own}/x`, { headers: { Authorization: 'Bearer mine' } })
      expect(got[0]?.headers.authorization).to.equal('Bearer mine')
    })
  })
}
