/** That a block of the documentation can fail: what these tests rest on, tried on blocks that are wrong. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { project } from '../../tools/paths.mjs'
import { moduleOf } from './assemble.mjs'
import { blocksOf } from './blocks.mjs'
import { commandOf } from './shell.mjs'

const fence = '```'
const page = (code, comment = '') => `${comment}\n${fence}ts\n${code}\n${fence}\n`
const blockOf = (code, comment) => blocksOf('a.md', page(code, comment))[0]

const right = [
  'const a = 1 // → 1',
  "const text = 'one two' // → 'one …'",
  'const list = [1, 2, 3] // → [1, …]',
  "const thing = { a: 1, b: [{ c: 'x' }] } // → { b: [{ c: 'x' }], … }",
  'Uint8Array.of(1, 2) // → Uint8Array.of(1, 2)',
  'Math.random() // → …',
]
const wrong = {
  'const a = 1 // → 2': /a\.md:3: it is 1/,
  "const a = 'one' // → 'two …'": /it is "one"/,
  'const a = [1, 2] // → [1]': /it is \[/,
  'const a = { b: 1, c: 2 } // → { b: 1 }': /it is \{/,
  'const a = 1 // → throws locked': /throws nothing/,
  "throw new Error('no') // → throws locked": /throws Error: no/,
}

/** What the module of this code says when it runs. */
async function outcome(code, name) {
  const folder = join(project, 'build', 'docs_itself')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, moduleOf(blockOf(code), { givenFiles: new Map() }))
  const outfile = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  try {
    await import(pathToFileURL(outfile).href)
    return ''
  } catch (error) {
    return String(error)
  }
}

const refuses = (work, pattern) => {
  try {
    work()
  } catch (error) {
    return pattern.test(String(error)) ? undefined : error
  }
  return 'it was taken'
}

export async function itself(tell) {
  tell('what is right passes', (await outcome(right.join('\n'), 'right')) || undefined)
  let n = 0
  for (const [code, pattern] of Object.entries(wrong)) {
    const said = await outcome(code, `wrong${n++}`)
    tell(`${code} fails`, pattern.test(said) ? undefined : `it says "${said}"`)
  }
  const of = (code, comment) => () => moduleOf(blockOf(code, comment), { givenFiles: new Map() })
  tell('→ on its own line is refused', refuses(of('// → 1'), /stands alone/))
  tell('→ behind a pattern is refused', refuses(of('const { a } = b // → 1'), /constant of one name/))
  tell('a given name that is not there is refused', refuses(of('x', '<!-- block: given x -->'), /nothing in/))
  tell('a comment that means nothing is refused', refuses(of('x', '<!-- block: gven x -->'), /means nothing/))
  tell(
    'an unknown command is refused',
    refuses(() => commandOf('rm -rf x'), /nobody knows/),
  )
  tell(
    'an unknown script is refused',
    refuses(() => commandOf('npm run nothing'), /no script/),
  )
}
