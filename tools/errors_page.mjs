/** node tools/errors_page.mjs: writes docs/errors.md from the code. With --check it only says whether that is done. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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

function* sourcesUnder(folder, pattern) {
  for (const entry of readdirSync(join(project, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* sourcesUnder(path, pattern)
    else if (pattern.test(entry.name)) yield readFileSync(join(project, path), 'utf8')
  }
}

const joined = (literals, quote) =>
  literals
    .split(new RegExp(`${quote}\\s*\\+?\\s*${quote}`))
    .join('')
    .replaceAll(/\\(.)/g, '$1')

/** The sentences that the code says, by code; those that are put together of parts are left out. */
export function sentences() {
  const found = new Map()
  const add = (code, text) => {
    if (!/^[A-Z].*[.!]$/.test(text)) return
    if (!found.has(code)) found.set(code, new Set())
    found.get(code).add(text)
  }
  const cpp =
    /(?:fail\(errc::(\w+),|case errc::(\w+):\s*return)\s*"((?:[^"\\]|\\.)*(?:"\s*"(?:[^"\\]|\\.)*)*)"\s*[,);]/g
  for (const text of sourcesUnder('src', /\.(cpp|hpp)$/))
    for (const [, failed, sentence, literal] of text.matchAll(cpp))
      add(failed ?? sentence, joined(literal, '"'))
  const ts =
    /new (?:LockerError|AuthError)\(\s*'(\w+)',\s*(?:'((?:[^'\\]|\\.)*(?:'\s*\+\s*'(?:[^'\\]|\\.)*)*)'|"((?:[^"\\]|\\.)*)")\s*[,)]/g
  for (const text of sourcesUnder('npm/src', /\.tsx?$/))
    for (const [, code, single, double] of text.matchAll(ts)) add(code, single ? joined(single, "'") : double)
  return found
}

const titles = ['The locker', 'Tokens', 'Accounts']

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
  const said = sentences()
  const out = [
    '# Errors',
    '',
    '<!-- Made by tools/errors_page.mjs from include/kbve/core/result.hpp and tools/errors/ways.mjs. Change those. -->',
    '',
    'Whatever a program can react to is a `LockerError`: `code` is one of the names below and stays the same, `message` is a',
    'sentence with a way out that can be shown, `field` is what it is about, `retryAt` when it makes sense again (milliseconds',
    'since 1970). A wrong argument type is a `TypeError`. An `AuthError` is a `LockerError` with what the backend itself said.',
    '',
    '<!-- block: given locker -->',
    '```ts',
    "import { LockerError } from '@kbve/locker'",
    '',
    'const codeOf = (work: () => void) => {',
    '  try {',
    '    work()',
    '  } catch (error) {',
    '    if (error instanceof LockerError) return [error.code, error.field]',
    '    throw error',
    '  }',
    '}',
    "codeOf(() => locker.set('email', 'nobody'))            // → ['invalid_field', 'email']",
    '```',
    '',
  ]
  parts.forEach(({ codes: list }, i) => {
    out.push(
      `## ${titles[i]}`,
      '',
      '| code | what it means | when it comes | what to do |',
      '|---|---|---|---|',
    )
    for (const { code, meaning } of list)
      out.push(`| \`${code}\` | ${meaning} | ${ways[code].when} | ${ways[code].way} |`)
    out.push('')
  })
  out.push(
    '## What is said',
    '',
    'The sentences as they stand in the code, to find an error by its words.',
    '',
  )
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
