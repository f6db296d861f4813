/**
 * Shell blocks, line by line. Scripts and tools must exist; `kbve-locker` is really run, in a folder that has what the
 * pages speak of (tests/docs/files.mjs); what builds the core is run by tests/native/run.mjs.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '../../tools/paths.mjs'
import { folderWithFiles, makeFiles, passphrase } from './files.mjs'

const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
const cli = join(project, 'npm', 'dist', 'cli.js')

/** The line without its comment. */
const bare = (line) => line.replace(/\s+# .*$|^# .*$/, '').trim()

/** How a line is checked: a function, or nothing where a look at it was enough. Throws for what is wrong. */
export function commandOf(line) {
  const script = /^npm (?:run ([\w:]+)|(start|test))\b/.exec(line)
  if (script) {
    const name = script[1] ?? script[2]
    if (!scripts[name]) throw new Error(`package.json has no script "${name}"`)
    return undefined
  }
  const tool = /^node ((?:tools|docs|tests)\/\S+)/.exec(line)
  if (tool) {
    if (!existsSync(join(project, tool[1]))) throw new Error(`there is no ${tool[1]}`)
    return undefined
  }
  if (/^npx kbve-locker /.test(line)) return () => locker(line.replace('npx kbve-locker ', ''))
  if (/^npm pack --workspace npm$/.test(line)) return packed
  if (/^npm install \S*kbve-locker-\d+\.\d+\.\d+\.tgz$/.test(line))
    return () => packed(line.match(/kbve-\S+/)[0])
  // A new application from nothing needs the network: what the page shows is tried where packages are packed.
  if (/^(npm create vite@\d\S* .*|cd [\w-]+|npm install)$/.test(line)) return undefined
  if (/^npm install [\w@/ -]+$/.test(line)) return () => installs(line.split(' ').slice(2))
  throw new Error(`nobody knows how to check this command`)
}

function locker(rest) {
  const [words, input] = rest.split(' < ')
  const args = words.split(' ').map((word) => word.replaceAll(/^'|'$/g, ''))
  const folder = folderWithFiles()
  try {
    const text = input ? readFileSync(join(folder, input), 'utf8') : `${passphrase}\n${passphrase}\n`
    const options = { cwd: folder, input: text, encoding: 'utf8', timeout: 60_000 }
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args], options)
    if (status !== 0) throw new Error(`it ends with ${status}: ${stderr}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function packed(wanted) {
  const child = spawnSync('npm', ['pack', '--workspace', 'npm', '--dry-run', '--json'], {
    cwd: project,
    encoding: 'utf8',
  })
  if (child.status !== 0) throw new Error(child.stderr)
  const [{ filename }] = JSON.parse(child.stdout)
  if (wanted && filename !== wanted) throw new Error(`npm pack makes ${filename}`)
}

/** Of the packages that a page tells to install, those that the project has itself. */
function installs(names) {
  const missing = names.filter((name) => !existsSync(join(project, 'node_modules', name)))
  if (missing.length > 0) throw new Error(`the project has no ${missing.join(', ')} to try this with`)
}

/** Commands that tests/native/run.mjs runs, out of the same page. */
const native = (block, line) => block.file === 'docs/cpp.md' && /^(cmake|\.\/|cd |git )/.test(line)

export async function shell(blocks, tell) {
  await makeFiles()
  for (const block of blocks) {
    if (block.notRun) continue
    block.code.split('\n').forEach((text, i) => {
      const line = bare(text)
      if (line === '' || native(block, line)) return
      try {
        commandOf(line)?.()
        tell(`${block.file}:${block.line + i}`)
      } catch (error) {
        tell(`${block.file}:${block.line + i} ${line}`, error)
      }
    })
  }
}
