/**
 * A block as a module: the names it is given before it, and an assertion for each comment `// → value`. The comment
 * belongs to the statement on its line: to the constant that it declares, or to the expression that it is. The value is
 * JavaScript; `…` in a text stands for any text, `…` in a list or object for whatever else is there, `…` alone for
 * anything. `// → throws code` expects a LockerError.
 */

const arrow = /^(\s*)(.*?);?\s*\/\/ → (.*)$/

/** `…` outside of texts, as the rest of a list or object. */
const withRest = (text) => text.replaceAll(/('[^']*'|"[^"]*"|`[^`]*`)|…/g, (_, quoted) => quoted ?? '...rest')

function asserted(line, where) {
  const [, indent, statement, told] = arrow.exec(line) ?? []
  if (told === undefined) return line
  const expected = told.trim()
  const place = JSON.stringify(where)
  if (statement === '') throw new Error(`${where}: "→" stands alone; put it behind a statement of one line`)
  const [, code] = /^throws (\w+)$/.exec(expected) ?? []
  if (code) return `${indent}await kbveThrows(async () => { ${statement} }, '${code}', ${place})`
  const value = expected === '…' ? '() => kbveAnything' : `(rest) => (${withRest(expected)})`
  const [, name] = /^(?:const|let) (\w+)(?:: .+)? = /.exec(statement) ?? []
  if (name) return `${indent}${statement}; kbveEquals(${name}, ${value}, ${place})`
  if (/^(const|let|return|if|for|export|import|\})/.test(statement))
    throw new Error(`${where}: "→" is understood behind a constant of one name, or an expression`)
  return `${indent}kbveEquals((${statement}), ${value}, ${place})`
}

/** How many lines come before the block's own. */
export const headLines = 2

/**
 * The module's text. `givenFiles` says where each given name is exported, `named` which module is which file of this
 * page, both as paths from the folder that the module is written to.
 */
export function moduleOf(block, { givenFiles, named = new Map() }) {
  const { code, given, world, where, shows, file, line: first } = block
  const body = code
    .split('\n')
    .map((line, i) => asserted(line, `${file}:${first + i}`))
    .join('\n')
    .replaceAll(/(from )'\.\/([\w.]+)'/g, (all, from, name) =>
      named.has(name) ? `${from}'${named.get(name)}'` : all,
    )
  const checks =
    "import { anything as kbveAnything, equals as kbveEquals, throwsCode as kbveThrows } from '../../tests/docs/checks.ts'"
  const givens = given.map((name) => {
    const from = givenFiles.get(name)
    if (!from) throw new Error(`${where}: nothing in tests/docs/given is called "${name}"`)
    if (!new RegExp(`\\b${name}\\b`).test(code))
      throw new Error(`${where}: is given "${name}", and does not use it`)
    return `import { ${name} } from '${from}'; void ${name}`
  })
  givens.unshift(...world.map((name) => `import '../../tests/docs/with/${name}.ts'`))
  if (shows !== undefined) givens.push("import { shows as kbveShows } from '../../tests/docs/shows.tsx'")
  const end = shows === undefined ? '' : `await kbveShows(<App />, ${JSON.stringify(shows)})\n`
  const done =
    'export const kbveEnd = [kbveAnything, kbveEquals, kbveThrows]\nObject.assign(globalThis, { kbveEnd: true })'
  return `${checks}\n${givens.join('; ')}\n${body}\n${end}${done}\n`
}
