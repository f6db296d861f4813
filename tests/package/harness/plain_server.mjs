/** The plainest file server: no policy, no compression, and .wasm as bytes of no particular kind, as many have it. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json' }

/** Serves `folder` on a free port of 127.0.0.1. Answers { url, close() }. */
export async function servePlainly(folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const path = normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    try {
      const content = await readFile(join(folder, path))
      response
        .writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' })
        .end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((settle) => {
        server.close(settle)
        server.closeAllConnections()
      }),
  }
}
