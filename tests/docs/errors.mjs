/** docs/errors.md is what the code says, and names what TypeScript's union has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
}
