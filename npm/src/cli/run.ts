/** From arguments to an exit code. */
import { readFileSync } from 'node:fs'
import { FileError, Interrupted, isLockerError, UsageError } from './failures.ts'
import { help, usages } from './help.ts'
import { jwt } from './jwt.ts'
import { open } from './open.ts'
import { Output } from './output.ts'
import { seal } from './seal.ts'
import { verify } from './verify.ts'

/** What a command gets. */
export interface Call {
  args: readonly string[]
  out: Output
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

const commands: Record<string, (call: Call) => Promise<number>> = { open, verify, seal, jwt }

export const exit = { done: 0, refused: 1, usage: 2, file: 3, interrupted: 130 } as const

export async function run(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args
  const out = new Output(args.includes('--json'))
  if (name === '--version' || name === '-V') return out.line(version())
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const wantsHelp = args.includes('--help') || args.includes('-h') || name === 'help'
  if (wantsHelp) return out.line(help(command ? name : undefined))
  if (!command) {
    out.complain(name === '' ? help() : `There is no command "${name}".\n\n${usages()}`)
    return exit.usage
  }
  const abort = new AbortController()
  const interrupt = () => abort.abort()
  process.once('SIGINT', interrupt)
  try {
    return await command({ args: rest, out, signal: abort.signal })
  } catch (error) {
    return failed(error, name, out)
  } finally {
    process.removeListener('SIGINT', interrupt)
  }
}

function failed(error: unknown, command: string, out: Output): number {
  if (error instanceof Interrupted || (isLockerError(error) && error.code === 'aborted')) {
    out.complain('Interrupted; nothing was written.')
    return exit.interrupted
  }
  if (error instanceof UsageError) {
    out.complain(`${error.message}\n\n${usages(command)}`)
    return exit.usage
  }
  if (error instanceof FileError) {
    out.failure('file', error.message)
    return exit.file
  }
  if (isLockerError(error)) {
    out.failure(error.code, error.message, error.field)
    return exit.refused
  }
  throw error
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
