/** node tests/servers/strapi.mjs [part of a test's name]: the core against a real Strapi. Last line: "N passed, N failed". */
import { fileURLToPath } from 'node:url'
import { main } from '../../tools/say.mjs'
import { startStrapi } from '../../tools/servers/strapi.mjs'
import { Runner } from './runner.mjs'
import { strapiTests, strictStrapiTests } from './strapi_tests.mjs'

/** How each server is set up. */
const servers = {
  legacy: { mode: 'legacy' },
  body: { mode: 'body', update: true },
  cookie: { mode: 'cookie' },
  // As Strapi is by itself: ten requests a minute.
  strict: { mode: 'body', confirm: true, rate: 10, access: 2 },
}

/** Runs the tests of every server; `keep(name, exchange)` gets what was said. */
export async function runStrapi(runner, keep = () => {}) {
  for (const [name, options] of Object.entries(servers)) {
    const from = performance.now()
    const server = await startStrapi(options)
    console.log(`Strapi 5.54.0 (${name}) after ${Math.round(performance.now() - from)} ms at ${server.url}`)
    try {
      const given = { ...options, keep: (exchange) => keep(name, exchange) }
      if (name === 'strict') await strictStrapiTests(runner, server, given)
      else await strapiTests(runner, server, options.mode, given)
    } finally {
      await server.stop()
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const runner = new Runner(process.argv[2])
    await runStrapi(runner)
    runner.close()
  })
}
