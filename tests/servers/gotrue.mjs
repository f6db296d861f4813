/**
 * node tests/servers/gotrue.mjs [part of a test's name]: the core against a real GoTrue, and beside the official
 * auth-js against a double. Where the server cannot be had it says SKIPPED and why; with CI=true that has failed.
 * Last line: "N passed, N failed".
 */
import { main } from '../../tools/say.mjs'
import { ensureGotrue, startGotrue, Unavailable } from '../../tools/servers/gotrue.mjs'
import { comparePeer } from './gotrue_peer.mjs'
import { gotrueTests, limitedGotrueTests } from './gotrue_tests.mjs'
import { Runner } from './runner.mjs'

const servers = [
  { keys: 'HS256', refresh: 1 },
  { keys: 'ES256', refresh: 1 },
  { keys: 'HS256', refresh: 2 },
  { keys: 'ES256', refresh: 2 },
  { keys: 'HS256', refresh: 1, limits: true },
]

async function againstServers(runner) {
  await ensureGotrue()
  for (const options of servers) {
    const server = await startGotrue(options)
    try {
      if (options.limits) await limitedGotrueTests(runner, server, options)
      else await gotrueTests(runner, server, options)
    } finally {
      await server.stop()
    }
  }
}

await main(async () => {
  const runner = new Runner(process.argv[2])
  for (const line of await comparePeer(runner)) console.log(`    differs: ${line}`)
  try {
    await againstServers(runner)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    console.log(`SKIPPED servers-gotrue: ${error.message}`)
    if (process.env.CI === 'true') runner.failed += 1
  }
  runner.close()
})
