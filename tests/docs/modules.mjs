/** TypeScript blocks: all type-checked together against the built package, then run in node or in Chromium. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { bin, project } from '../../tools/paths.mjs'
import { headLines, moduleOf } from './assemble.mjs'
import { inChromium } from './chromium.mjs'

const folder = join(project, 'build', 'docs')

/** Which file of tests/docs/given exports a name. */
export function givenFiles() {
  const found = new Map()
  for (const file of readdirSync(join(project, 'tests', 'docs', 'given'))) {
    const text = readFileSync(join(project, 'tests', 'docs', 'given', file), 'utf8')
    for (const [, name] of text.matchAll(/^export (?:const|let|function|async function|class) (\w+)/gm))
      found.set(name, `../../tests/docs/given/${file}`)
  }
  return found
}

const nameOf = ({ file, line, lang }) =>
  `${file.replaceAll(/\W/g, '_').toLowerCase()}_${line}.${lang === 'js' ? 'ts' : lang}`

/** Writes the blocks as modules; what cannot be made one is told. */
function written(blocks, tell) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const files = givenFiles()
  const made = []
  for (const block of blocks) {
    const named = new Map(
      blocks
        .filter(({ file, name }) => file === block.file && name)
        .map((other) => [other.name, `./${nameOf(other)}`]),
    )
    try {
      writeFileSync(join(folder, nameOf(block)), moduleOf(block, { givenFiles: files, named }))
      made.push(block)
    } catch (error) {
      tell(block.where, error)
    }
  }
  return made
}

function typesOf(blocks, tell) {
  const config = {
    extends: '../../tests/tsconfig.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, skipLibCheck: true },
    include: ['./*.ts', './*.tsx'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(bin('tsc'), ['-p', folder, '--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  })
  const wrong = new Map()
  for (const [, file, line, column, text] of stdout.matchAll(
    /^(\S+?)\((\d+),(\d+)\): (error .*(?:\n .*)*)/gm,
  )) {
    const block = blocks.find((each) => nameOf(each) === basename(file))
    const where = block ? `${block.file}:${block.line + Number(line) - headLines - 1}:${column}` : file
    wrong.set(block, [...(wrong.get(block) ?? []), `${where}: ${text}`])
  }
  if (wrong.has(undefined)) tell('types', wrong.get(undefined).join('\n'))
  for (const block of blocks) tell(`${block.where} (types)`, wrong.get(block)?.join('\n'))
}

function runInNode(file) {
  return new Promise((resolve) => {
    const source = `await import(${JSON.stringify(file)}); process.exit(0)`
    const child = spawn(process.execPath, ['--enable-source-maps', '--input-type=module', '-e', source], {
      cwd: folder,
      timeout: 60_000,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    child.on('close', (code, signal) =>
      resolve(code === 0 ? undefined : said || `ended with ${signal ?? code}`),
    )
  })
}

async function allInNode(blocks, tell) {
  await build({
    entryPoints: blocks.map((block) => join(folder, nameOf(block))),
    outdir: join(folder, 'node'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    jsx: 'automatic',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const waiting = [...blocks]
  const worker = async () => {
    for (let block = waiting.shift(); block; block = waiting.shift())
      tell(block.where, await runInNode(join(folder, 'node', nameOf(block).replace(/\.tsx?$/, '.mjs'))))
  }
  await Promise.all([worker(), worker()])
}

export async function modules(all, tell) {
  const blocks = written(
    all.filter(({ notRun }) => !notRun),
    tell,
  )
  typesOf(blocks, tell)
  const running = blocks.filter(({ typesOnly }) => !typesOnly)
  await allInNode(
    running.filter(({ chromium, shows }) => !chromium && shows === undefined),
    tell,
  )
  const pages = running.filter(({ chromium, shows }) => chromium || shows !== undefined)
  await inChromium(
    pages.map((block) => ({ block, file: `build/docs/${nameOf(block)}` })),
    tell,
  )
}
