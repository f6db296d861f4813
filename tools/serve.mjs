/** A small static server for a built page, with the content security policy the README names, and gzip. */
import { createReadStream, statSync } from 'node:fs'
import { request as ask, createServer } from 'node:http'
import { basename, extname, join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createGzip } from 'node:zlib'
import { outlookHeader, pageHeader } from '../web/content_policy.mjs'
import { project } from './paths.mjs'
import { main, Problem, say } from './say.mjs'

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** Worth compressing; pictures and fonts are compressed already. */
const texts = new Set(['.css', '.html', '.js', '.json', '.svg', '.wasm'])

function fileFor(folder, address) {
  let path
  try {
    path = normalize(decodeURIComponent(new URL(address, 'http://localhost').pathname))
  } catch {
    return undefined
  }
  const file = join(folder, path.endsWith(sep) ? join(path, 'index.html') : path)
  if (!file.startsWith(folder + sep)) return undefined
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? { file, size: found.size } : undefined
}

/** Hands a request over to the server that stands behind this one, and its answer back. */
function handOver(request, response, port, path) {
  const { host: _, ...headers } = request.headers
  const behind = ask({ host: '127.0.0.1', port, path, method: request.method, headers }, (answered) => {
    response.writeHead(answered.statusCode, answered.headers)
    answered.pipe(response)
  })
  behind.on('error', () => {
    if (!response.headersSent) response.writeHead(502)
    response.end()
  })
  response.on('close', () => behind.destroy())
  request.pipe(behind)
}

function answer(folder, behind, request, response) {
  const place = Object.keys(behind).find((path) => request.url.startsWith(path))
  if (place) return handOver(request, response, behind[place], request.url.slice(place.length - 1))
  const headers = {
    'content-security-policy': pageHeader,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end('Only GET and HEAD are answered here.\n')
    return
  }
  const found = fileFor(folder, request.url)
  if (!found) {
    response.writeHead(404, headers).end('There is no such file here.\n')
    return
  }
  const kind = extname(found.file)
  headers['content-type'] = types[kind] ?? 'application/octet-stream'
  if (basename(found.file) === 'outlook.html') headers['content-security-policy'] = outlookHeader
  // The build puts a hash of the content into these names.
  if (/-[\w-]{8}\.\w+$/.test(found.file)) headers['cache-control'] = 'public, max-age=31536000, immutable'
  const zipped = texts.has(kind) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (texts.has(kind)) headers.vary = 'accept-encoding'
  if (zipped) headers['content-encoding'] = 'gzip'
  else headers['content-length'] = found.size
  response.writeHead(200, headers)
  if (request.method === 'HEAD') return response.end()
  const bytes = createReadStream(found.file).on('error', () => response.destroy())
  if (zipped) bytes.pipe(createGzip({ level: 9 })).pipe(response)
  else bytes.pipe(response)
}

function listen(server, port) {
  return new Promise((settle, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      settle(server.address().port)
    })
  })
}

/**
 * Serves a folder on 127.0.0.1, on `port` or the next free one (0: any). Answers { url, close() }. `behind`: ports of
 * servers on this machine, by the path under which they are reached here, such as `{ '/strapi/': 1337 }`.
 */
export async function serve(folder, port = 0, behind = {}) {
  const server = createServer((request, response) => answer(folder, behind, request, response))
  let wanted = port
  for (;;) {
    try {
      const got = await listen(server, wanted)
      return {
        url: `http://127.0.0.1:${got}/`,
        close: () =>
          new Promise((settle) => {
            server.close(settle)
            server.closeAllConnections()
          }),
      }
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || wanted - port > 50) {
        throw new Problem(`The page could not be served on 127.0.0.1:${wanted}: ${error.message}.`)
      }
      wanted += 1
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const { url } = await serve(join(project, 'web', 'dist'), Number(process.env.PORT ?? 4173))
    say(`The page is at ${url} (end with Ctrl-C).`)
  })
}
