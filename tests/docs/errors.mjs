/** docs/errors.md is what the code says, names what TypeScript's union has, and has a message of every code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messages } from '../../tools/errors/messages.mjs'
import { errorsPage, page } from '../../tools/errors_page.mjs'
import { project } from '../../tools/paths.mjs'

export function errors(tell) {
  const text = readFileSync(page, 'utf8')
  tell(
    'docs/errors.md is what the code says',
    text === errorsPage() ? undefined : 'it is older than the code; run npm run docs:errors',
  )
  const types = readFileSync(join(project, 'npm/dist/wasm/locker.d.ts'), 'utf8')
  const union = /^export type ErrorCode = (.*);$/m.exec(types)[1].match(/\w+/g)
  const told = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)
  const same = union.join() === told.join()
  tell('docs/errors.md has every code', same ? undefined : `the package has ${union.join(', ')}`)
  const said = messages()
  // Kept for programs on the core: nothing in the package raises it.
  const silent = union.filter((code) => !said.has(code) && code !== 'rolled_back')
  tell(
    'a message of every code was found',
    silent.length === 0 ? undefined : `tools/errors/messages.mjs finds none of ${silent.join(', ')}`,
  )
}
