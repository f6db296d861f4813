/** node tools/errors_page.mjs: writes docs/errors.md from the code. With --check it only says whether that is done. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messages } from './errors/messages.mjs'
import { ways } from './errors/ways.mjs'
import { project } from './paths.mjs'
import { main, Problem, say } from './say.mjs'

export const page = join(project, 'docs', 'errors.md')

/** The core's words for the parts of an error, as the package calls them. */
const asTypeScript = (text) => text.replaceAll('error::retry_at', 'retryAt').replaceAll('error::', '')

/** { title, codes: [{ code, meaning }] } for each part of the enumeration. */
export function sections(header) {
  const [, body] = /enum class errc[^{]*\{\n([\s\S]*?)\n\};/.exec(header)
  const found = []
  for (const line of body.split('\n')) {
    const [, title] = /^ {2}\/\/ (.+)$/.exec(line) ?? []
    const [, code, meaning] = /^ {2}(\w+),(?:\s*\/\/\/< (.+))?$/.exec(line) ?? []
    if (title) found.push({ title, codes: [] })
    else if (code && meaning) found.at(-1).codes.push({ code, meaning: asTypeScript(meaning) })
    else if (line !== '')
      throw new Problem(`include/kbve/core/result.hpp has a line without a meaning: ${line.trim()}`)
  }
  return found
}

const titles = ['The locker', 'Tokens', 'Accounts']

const head = `# Errors

[All pages](README.md) · [How to read the examples](README.md#how-to-read-the-examples)

<!-- Made by tools/errors_page.mjs from include/kbve/core/result.hpp, tools/errors/ways.mjs and the sources. Change those. -->

Everything that a program can react to is a \`LockerError\`:

- \`code\`: one of the names below; it stays the same from version to version
- \`message\`: a sentence in English that says what to do; it can be shown to a person
- \`field\`: the profile field, entry, claim or option that it is about
- \`retryAt\`: when to try again, in milliseconds since 1970
- \`cause\`: the underlying error, where there is one

An \`AuthError\` is a \`LockerError\` that also has what the backend answered: \`status\`, \`backendCode\`, \`backendMessage\`,
\`reasons\` and \`fields\`. A wrong argument type is a \`TypeError\`: a mistake in the program.

A keyslot is one secret that opens the locker. The header holds the keyslots; the root is an encrypted record that knows the
set of all others.

<!-- block: given locker -->
\`\`\`ts
import { LockerError } from '@kbve/locker'

const codeOf = (work: () => void) => {
  try {
    work()
  } catch (error) {
    if (error instanceof LockerError) return [error.code, error.field]
    throw error
  }
}
codeOf(() => locker.set('email', 'nobody'))            // → ['invalid_field', 'email']
\`\`\`
`

const tail = `## All messages

The messages in the code, by error code, so that you can find an error by its wording. \`…\` stands for a part that varies,
such as a name or a number. Messages that are only put together at run time are not listed.
`

/** The page's text. */
export function errorsPage() {
  const header = readFileSync(join(project, 'include/kbve/core/result.hpp'), 'utf8')
  const parts = sections(header)
  const codes = parts.flatMap((part) => part.codes.map(({ code }) => code))
  const without = codes.filter((code) => !ways[code])
  const superfluous = Object.keys(ways).filter((code) => !codes.includes(code))
  if (without.length > 0 || superfluous.length > 0)
    throw new Problem(
      `tools/errors/ways.mjs: missing ${without.join(', ') || 'nothing'}; unknown ${superfluous.join(', ') || 'nothing'}.`,
    )
  const said = messages()
  const out = [head]
  parts.forEach(({ codes: list }, i) => {
    out.push(`## ${titles[i]}`, '', '| code | meaning | when | what to do |', '|---|---|---|---|')
    for (const { code, meaning } of list)
      out.push(`| \`${code}\` | ${ways[code].meaning ?? meaning} | ${ways[code].when} | ${ways[code].way} |`)
    out.push('')
  })
  out.push(tail)
  for (const code of codes)
    for (const text of [...(said.get(code) ?? [])].sort()) out.push(`- \`${code}\`: ${text}`)
  return `${out.join('\n')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const text = errorsPage()
    if (process.argv[2] !== '--check') writeFileSync(page, text)
    else if (readFileSync(page, 'utf8') !== text)
      throw new Problem('docs/errors.md is older than the code. Run npm run docs:errors.')
    say('docs/errors.md is what the code says.')
  })
}
