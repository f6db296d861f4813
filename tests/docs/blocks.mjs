/**
 * The code blocks of the documentation. A page is Markdown; what a test has to know of a block, and a reader need not,
 * stands in a comment before it:
 *
 *     <!-- block: given locker, file; in chromium; shows "ann" -->
 *
 * `given a, b`: names that the block takes from tests/docs/given. `with servers`: what it finds in the world, from
 * tests/docs/with. `in chromium`: run there, and not in node.
 * `shows "text"`: what the page shows when its `App` is rendered. `types only: why` and `not run: why`: the exceptions,
 * which the test lists and counts. A first line `// name.ts` gives the block a name that later blocks of its page import.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '../../tools/paths.mjs'

/** Everything written for people, from the project's folder. */
export function pages() {
  const files = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'npm/README.md']
  for (const name of readdirSync(join(project, 'docs')).sort())
    if (name.endsWith('.md')) files.push(`docs/${name}`)
  return files.filter((file) => existsSync(join(project, file)))
}

/** What the comment says. */
export function directives(text, where) {
  const found = { given: [], world: [], chromium: false }
  for (const raw of text.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const part = raw.trim()
    const [, word, value] = /^(given|with|in|shows|types only:|not run:)\s+(.+)$/s.exec(part) ?? []
    if (word === 'given') found.given = value.split(',').map((name) => name.trim())
    else if (word === 'with') found.world = value.split(',').map((name) => name.trim())
    else if (word === 'in' && value === 'chromium') found.chromium = true
    else if (word === 'shows' && /^".+"$/.test(value)) found.shows = value.slice(1, -1)
    else if (word === 'types only:') found.typesOnly = value
    else if (word === 'not run:') found.notRun = value
    else throw new Error(`${where}: the comment before this block says "${part}", which means nothing`)
  }
  return found
}

/** The fenced blocks of a page, with the line that their code begins in. */
export function blocksOf(file, text = readFileSync(join(project, file), 'utf8')) {
  const lines = text.split('\n')
  const blocks = []
  for (let i = 0; i < lines.length; i++) {
    const [, fence, lang] = /^(`{3,})(\w*)\s*$/.exec(lines[i]) ?? []
    if (fence === undefined) continue
    const end = lines.indexOf(fence, i + 1)
    if (end < 0) throw new Error(`${file}:${i + 1}: this block does not end`)
    const where = `${file}:${i + 2}`
    const comment = /^<!-- block: (.*) -->$/.exec(lines[i - 1] ?? '')?.[1]
    const code = lines.slice(i + 1, end).join('\n')
    blocks.push({
      file,
      line: i + 2,
      where,
      lang,
      code,
      name: /^(?:\/\/|#|<!--) (\S+\.\w+)/.exec(code)?.[1],
      ...(comment === undefined ? { given: [], world: [], chromium: false } : directives(comment, where)),
    })
    i = end
  }
  return blocks
}

/** The page without its blocks and inline code, for whoever looks at its words. */
export function proseOf(file) {
  return readFileSync(join(project, file), 'utf8')
    .replaceAll(/^(`{3,})\w*\s*\n[\s\S]*?^\1$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '')
}

/** What GitHub makes of a heading for links to it. */
export function anchorsOf(file) {
  const text = readFileSync(join(project, file), 'utf8').replaceAll(/^(`{3,})\w*\s*\n[\s\S]*?^\1$/gm, '')
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}
