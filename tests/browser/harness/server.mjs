/** A static server on 127.0.0.1 with exactly the policy that docs/getting_started.md names, and a log that pages write to. */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, normalize } from 'node:path'
import { root, vendorImport, vendorPath } from './bundle.mjs'

export const policy = "script-src 'self' 'wasm-unsafe-eval'"

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
}

const page = (script, preloads = []) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">` +
  preloads.map((file) => `<link rel="modulepreload" href="/app/${file}">`).join('') +
  `<script type="module" src="/app/${script}.js"></script>`

/**
 * `web` is what `bundleForBrowser` made. `mutate(path, text)` may change a file of the package on its
 * way out; that is how tests prove that they can fail. `headers` are added to every answer. `preloads`: which files of
 * /app/ a page names in its head, as bundlers do with what its script imports.
 */
export async function startServer(web, { mutate = (_, text) => text, headers = {}, preloads = {} } = {}) {
  const waiting = new Set()
  const lines = []

  async function content(path) {
    const app = path.match(/^\/(\w+)\.html$/)
    if (app) return page(app[1], preloads[app[1]])
    if (path.startsWith('/pkg/')) {
      const file = await readFile(`${root}npm/dist/${path.slice('/pkg/'.length)}`)
      if (extname(path) !== '.js') return file
      const text = file
        .toString()
        .replaceAll(vendorImport, (_, word, quote, name) => `${word} ${quote}${vendorPath(name)}${quote}`)
      return mutate(path, text)
    }
    if (path.startsWith('/app/') || path.startsWith('/vendor/')) return readFile(`${web}${path}`)
    return undefined
  }

  async function answer(request, response) {
    const path = normalize(new URL(request.url, 'http://127.0.0.1').pathname)
    if (request.method === 'POST' && path === '/log') {
      let text = ''
      for await (const chunk of request) text += chunk
      response.end()
      lines.push(JSON.parse(text))
      for (const check of waiting) check()
      return
    }
    const body = await content(path).catch(() => undefined)
    if (body === undefined) {
      response.writeHead(404).end(`There is no ${path} here.`)
      return
    }
    const type = types[extname(path)] ?? 'application/octet-stream'
    const own = { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-cache' }
    response.writeHead(200, { ...own, ...headers })
    response.end(body)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  return {
    origin,
    /** Everything pages have logged so far. */
    lines,
    /** The first logged line that fits, now or later. */
    logged(fits, ms = 10_000) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const line = lines.find(fits)
          if (line === undefined) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve(line)
        }
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new Error(`no page logged what was waited for within ${ms} ms`))
        }, ms)
        waiting.add(check)
        check()
      })
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
