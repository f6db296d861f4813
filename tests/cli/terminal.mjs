/** The command line on a terminal of its own, made by script(1): what is typed, shown, and left behind. */
import { spawn } from 'node:child_process'
import { which } from '../../tools/exec.mjs'
import { Problem } from '../../tools/say.mjs'
import { cliFile } from './programs.mjs'

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`

/**
 * Runs `kbve-locker` and types: each step waits until its text has been shown, then types. After the command the
 * terminal tells its exit code and whether it echoes.
 */
export async function onTerminal(args, steps) {
  const script = which('script')
  if (!script)
    throw new Problem('There is no script(1) on PATH, which makes terminals for tests; it is in util-linux.')
  const command = [process.execPath, cliFile, ...args].map(quoted).join(' ')
  const after = `; echo "code=$?"; stty -a | grep -qw -- -echo && echo echo=off || echo echo=on`
  // Of the children, Ctrl-C is to reach the command and not the shell that waits for it.
  const child = spawn(script, ['-qec', `trap : INT; ${command}${after}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let shown = ''
  let waiting = () => {}
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text
    waiting()
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  try {
    let from = 0
    for (const [expected, typed] of steps) {
      await new Promise((resolve, reject) => {
        waiting = () => {
          const at = shown.indexOf(expected, from)
          if (at < 0) return
          from = at + expected.length
          resolve()
        }
        ended.then(() => reject(new Error(`"${expected}" was never shown, but: ${shown}`)))
        waiting()
      })
      child.stdin.write(typed)
    }
    // Its end would be the end of the terminal, too.
    await new Promise((resolve) => {
      waiting = () => shown.includes('echo=') && resolve()
      ended.then(resolve)
      waiting()
    })
    child.stdin.end()
    await ended
  } finally {
    clearTimeout(timer)
  }
  return { shown, code: Number(/code=(\d+)/.exec(shown)?.[1] ?? -1), echo: shown.includes('echo=on') }
}
