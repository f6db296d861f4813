/**
 * node tests/docs/run.mjs [part of a page's name]: every code block of the documentation, checked and run.
 * Needs a built package (tools/build.mjs npm) and Chromium. Last line: "N passed, N failed".
 */
import { blocksOf, pages } from './blocks.mjs'
import { errors } from './errors.mjs'
import { itself } from './itself.mjs'
import { links } from './links.mjs'
import { modules } from './modules.mjs'
import { pageBlocks } from './page_blocks.mjs'
import { promises } from './promises.mjs'
import { shell } from './shell.mjs'

/** No more than so many blocks may go without being run. */
const mostExceptions = 3

const filter = process.argv[2] ?? ''
const blocks = pages()
  .filter((file) => file.includes(filter))
  .flatMap((file) => blocksOf(file))

const code = { ts: modules, tsx: modules, js: modules, sh: shell, html: pageBlocks }
/** Checked elsewhere: tests/native/run.mjs installs the core and builds what docs/cpp.md shows. */
const elsewhere = { cpp: 'docs/cpp.md', cmake: 'docs/cpp.md' }
/** Words and pictures. */
const prose = ['', 'text', 'mermaid']

let passed = 0
let failed = 0
const tell = (name, error) => {
  if (error === undefined) {
    passed++
    return
  }
  failed++
  console.log(`✗ ${name}\n${String(error?.message ?? error).replaceAll(/^/gm, '    ')}`)
}

const unknown = blocks.filter(
  ({ lang, file }) => !code[lang] && elsewhere[lang] !== file && !prose.includes(lang),
)
for (const { where, lang } of unknown) tell(where, `nothing here runs a block of "${lang}"`)

await itself(tell)
if (filter === '') {
  links(tell)
  errors(tell)
  await promises(tell)
}
for (const run of new Set(Object.values(code))) {
  const mine = blocks.filter(({ lang }) => code[lang] === run)
  if (mine.length > 0) await run(mine, tell)
}

const exceptions = blocks.filter(({ typesOnly, notRun }) => typesOnly ?? notRun)
for (const { where, typesOnly, notRun } of exceptions)
  console.log(`  ${where} ${typesOnly ? 'is only type-checked' : 'is not run'}: ${typesOnly ?? notRun}`)
if (exceptions.length > mostExceptions)
  tell('exceptions', `${exceptions.length} blocks are not run; ${mostExceptions} is the most that may be`)

const count = (lang) => blocks.filter((block) => block.lang === lang).length
console.log(
  `  ${Object.keys(code)
    .map((lang) => `${count(lang)} ${lang}`)
    .join(', ')} in ${pages().length} pages`,
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
