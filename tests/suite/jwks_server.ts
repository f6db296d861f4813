/** An issuer's JWKS: in node a real server on 127.0.0.1, elsewhere a fetch that answers the same. */
import type { SuiteContext } from './harness.ts'

/** What the issuer answers with; each member may be changed while it runs. */
export interface Issuer {
  readonly url: string
  /** Given to `remoteJwks`; in node the real one. */
  readonly fetch: typeof globalThis.fetch
  keys: unknown
  status: number
  headers: Record<string, string>
  /** Milliseconds before it answers. */
  delay: number
  /** Milliseconds between two halves of the answer. */
  pause: number
  /** How often it was asked. */
  asked: number
}

interface Answer {
  status: number
  headers: Record<string, string>
  halves: [string, string]
}

type NodeHttp = typeof import('node:http')
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function startIssuer(t: SuiteContext, keys: unknown): Promise<Issuer> {
  const issuer = {
    keys,
    status: 200,
    headers: {} as Record<string, string>,
    delay: 0,
    pause: 0,
    asked: 0,
  }
  const answer = async (): Promise<Answer> => {
    issuer.asked++
    await wait(issuer.delay)
    const text = typeof issuer.keys === 'string' ? issuer.keys : JSON.stringify(issuer.keys)
    const middle = text.length >> 1
    return {
      status: issuer.status,
      headers: { 'content-type': 'application/json', ...issuer.headers },
      halves: [text.slice(0, middle), text.slice(middle)],
    }
  }
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const http = process?.getBuiltinModule?.('node:http') as NodeHttp | undefined
  if (!http) {
    return Object.assign(issuer, {
      url: 'https://issuer.test/jwks',
      fetch: async (...[, init]: Parameters<typeof fetch>) => {
        const { status, headers, halves } = await answer()
        if (status >= 300 && status < 400 && init?.redirect === 'error')
          throw new TypeError('Failed to fetch')
        const parts = [...halves]
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const next = parts.shift()
            if (next === undefined) return controller.close()
            if (parts.length === 0) await wait(issuer.pause)
            controller.enqueue(new TextEncoder().encode(next))
          },
        })
        return new Response(body, { status, headers })
      },
    })
  }
  const server = http.createServer(async (_, response) => {
    const { status, headers, halves } = await answer()
    response.writeHead(status, headers)
    response.write(halves[0])
    await wait(issuer.pause)
    response.end(halves[1])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return Object.assign(issuer, { url: `http://127.0.0.1:${port}/jwks`, fetch: globalThis.fetch })
}
