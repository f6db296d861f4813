/** The page of the storage tests, bundled from the sources and served, and Chromium to open it in. */
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startChromium } from '../harness/chromium.mjs'

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Serves the page at `/`, an empty one of the same site at `/elsewhere`, and takes lines at `/log`. */
async function serve(script) {
  const heard = new Map()
  const hear = (line) => {
    if (!heard.has(line)) heard.set(line, Promise.withResolvers?.() ?? resolvers())
    return heard.get(line)
  }
  const server = createServer(async (request, response) => {
    if (request.url === '/log') {
      let line = ''
      for await (const chunk of request) line += chunk
      hear(line).resolve()
      response.end()
      return
    }
    const body = request.url?.startsWith('/elsewhere')
      ? ''
      : `<script>${script.replaceAll('</', '<\\/')}</script>`
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      `<!doctype html><html lang="en"><title>storage</title><link rel="icon" href="data:,">${body}`,
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    /** The address of the site of this name: sites share neither data nor room. */
    origin: (site) => `http://${site}.localhost:${server.address().port}`,
    heard: (line) => within(10_000, hear(line).promise, `no page reported "${line}"`),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function resolvers() {
  let resolve
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** The promise, or an error when it takes longer. */
export function within(ms, promise, sentence) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

export async function setStage() {
  const server = await serve(await bundle())
  const browser = await startChromium({ backForwardCache: true })
  return {
    origin: server.origin,
    context: browser.context,
    heard: server.heard,
    /** A new tab with the kit in it: `{ page, pid }`. */
    tab: (site = 'main') => browser.open(`${server.origin(site)}/`),
    kill: (tab) => browser.kill(tab),
    async close() {
      await browser.close()
      server.close()
    },
  }
}
