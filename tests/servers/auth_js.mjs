/**
 * node tests/servers/auth_js.mjs [part of a test's name]: the official auth-js and the core send the same requests to a
 * double that writes them down. Last line: "N passed, N failed".
 */
import { main } from '../../tools/say.mjs'
import { comparePeer } from './gotrue_peer.mjs'
import { Runner } from './runner.mjs'

await main(async () => {
  const runner = new Runner(process.argv[2])
  for (const line of await comparePeer(runner)) console.log(`    differs: ${line}`)
  runner.close()
})
