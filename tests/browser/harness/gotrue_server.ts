/** The suite's small GoTrue behind a real socket, with a clock of its own, for pages of other origins. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GotrueDouble } from '../../suite/auth_gotrue_double.ts'

/** What a page's request may carry beside what every browser adds. */
const passed = ['accept', 'apikey', 'authorization', 'content-type', 'x-supabase-api-version']

export interface GotrueServer {
  readonly url: string
  readonly double: GotrueDouble
  /** Of the server's clock, in milliseconds. */
  ahead: number
  close(): Promise<void>
}

export async function startGotrue(): Promise<GotrueServer> {
  const running = { ahead: 0 }
  const double = new GotrueDouble({
    get wall() {
      return Date.now() + running.ahead
    },
    during: (work) => work(),
  })
  const ask = double.fetch('a tab')

  async function answer(request: IncomingMessage): Promise<Response> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = Object.entries(request.headers).filter(([name]) => passed.includes(name))
    return ask(`${new URL(double.url).origin}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(headers) as Record<string, string>,
      // What a page chose here is not seen on the wire.
      credentials: 'omit',
      redirect: 'error',
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {}),
    })
  }

  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', passed.join(', '))
    response.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const { status, headers, body } = await answer(request).then(async (answered) => ({
      status: answered.status,
      headers: Object.fromEntries(answered.headers),
      body: await answered.text(),
    }))
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(running, {
    url: `http://127.0.0.1:${port}/auth/v1`,
    double,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
