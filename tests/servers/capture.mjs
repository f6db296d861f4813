/**
 * node tests/servers/capture.mjs: runs the tests against the real servers and writes what these answered into
 * tests/servers/fixtures, the first answer of each kind. The tokens in there are real ones, of servers that lived for
 * this run with a secret of their own: worth nothing afterwards.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '../../tools/paths.mjs'
import { main, Problem, say } from '../../tools/say.mjs'
import { told } from './caller.mjs'
import { Runner } from './runner.mjs'
import { runStrapi } from './strapi.mjs'

const folder = join(project, 'tests', 'servers', 'fixtures')

await main(async () => {
  const runner = new Runner()
  const kept = new Map()
  await runStrapi(runner, (server, { outcome, ...exchange }) => {
    const name = `${server}: ${exchange.action.type}, ${told(outcome)}`
    if (!kept.has(name)) kept.set(name, { name, ...exchange, told: told(outcome) })
  })
  runner.close()
  if (runner.failed > 0) throw new Problem('A test failed; no fixture was written. See above.')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'strapi.json')
  writeFileSync(file, `${JSON.stringify([...kept.values()], null, 1)}\n`)
  say(`${kept.size} answers of Strapi 5.54.0 in ${file}`)
})
