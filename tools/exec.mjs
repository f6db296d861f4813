import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Problem } from './say.mjs'

/** The full path of a command on PATH, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, name)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

/** Standard output of a command, or undefined when it is missing or fails. */
export function outputOf(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options })
  return result.status === 0 ? result.stdout : undefined
}

/**
 * Runs a command to its end and answers { code, output }.
 * options.quiet: keep the output and print it only when the command fails.
 * options.capture: keep the output and print nothing.
 * options.tee: print the output as it comes, and keep it.
 * options.check (default true): a failing command throws a Problem.
 */
export function exec(command, args, options = {}) {
  const { quiet = false, capture = false, tee = false, check = true, label, ...rest } = options
  const piped = quiet || capture || tee
  return new Promise((settle, reject) => {
    const out = piped ? 'pipe' : 'inherit'
    const child = spawn(command, args, { stdio: ['ignore', out, out], ...rest })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
        if (tee) process.stdout.write(text)
      })
    }
    child.on('error', (cause) => {
      reject(new Problem(`${label ?? command} could not be started: ${cause.message}.`))
    })
    child.on('close', (code, signal) => {
      if (code !== 0 && quiet) process.stdout.write(output)
      if (code !== 0 && check) {
        const end = signal ? `was ended by ${signal}` : `failed with exit code ${code}`
        reject(new Problem(`${label ?? [command, ...args].join(' ')} ${end}.`))
        return
      }
      settle({ code: code ?? 1, output })
    })
  })
}
