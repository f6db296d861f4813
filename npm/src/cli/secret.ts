/** Asks for secrets: on a terminal without showing them, else from a file or standard input; never from arguments. */
import { StringDecoder } from 'node:string_decoder'
import { isatty } from 'node:tty'
import { Interrupted, UsageError } from './failures.ts'
import { textOf } from './files.ts'

export interface SecretOptions {
  recovery?: boolean | undefined
  'passphrase-file'?: string | undefined
}

// Not process.stdin.isTTY: the first look at process.stdin makes a pipe one that cannot be read to its end at once.

/** Standard input is one thing at a time: the file where that is `-`, or else the secret. */
export function checkSources(options: SecretOptions, file: string): void {
  if (file !== '-') return
  const path = options['passphrase-file']
  if (path === '-') throw new UsageError('Only one of the two can come from standard input.')
  if (path === undefined)
    throw new UsageError('The file comes from standard input, so the secret needs --passphrase-file.')
}

/** What opens a backup. */
export async function askSecret(
  options: SecretOptions,
): Promise<{ passphrase: string } | { recovery: string }> {
  const what = options.recovery ? 'Recovery code' : 'Passphrase'
  const text = await ask(options, what)
  if (text === '') throw new UsageError(`No ${what.toLowerCase()} was given.`)
  return options.recovery ? { recovery: text } : { passphrase: text }
}

/** A passphrase for something new: on a terminal it is asked for twice, because nobody sees what is typed. */
export async function askNewPassphrase(options: SecretOptions): Promise<string> {
  const passphrase = await ask(options, 'New passphrase')
  if (passphrase === '') throw new UsageError('A passphrase has at least one character; longer is better.')
  const typed = options['passphrase-file'] === undefined && isatty(0)
  if (typed && (await typedSecret('The same again')) !== passphrase)
    throw new UsageError('The two passphrases are not the same.')
  return passphrase
}

async function ask(options: SecretOptions, what: string): Promise<string> {
  const path = options['passphrase-file']
  if (path !== undefined) return firstLine(textOf(path))
  return isatty(0) ? typedSecret(what) : firstLine(textOf('-'))
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

const keys = {
  enter: /[\r\n]/,
  interrupt: '\u0003',
  end: '\u0004',
  clear: '\u0015',
  erase: /[\b\u007f]/,
}

/** What a terminal sends for a key that is no letter (ECMA-48, section 5.4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what such a key begins with
const sequences = /\u001b(\[[\d;?]*[ -/]*[@-~]|O.|.)?/g

/** What is typed until Enter. The terminal's echo is off meanwhile, and on again whatever happens. */
function typedSecret(what: string): Promise<string> {
  const { stdin, stderr } = process
  const decoder = new StringDecoder('utf8')
  const typed: string[] = []
  return new Promise((resolve, reject) => {
    const restore = () => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.removeListener('data', onData)
      stdin.removeListener('end', onEnd)
      for (const signal of ending) process.removeListener(signal, onSignal)
      stderr.write('\n')
    }
    const end = (act: () => void) => {
      restore()
      act()
    }
    const onEnd = () => end(() => reject(new Interrupted()))
    const onSignal = (signal: NodeJS.Signals) => {
      restore()
      // As if nobody had listened.
      process.kill(process.pid, signal)
    }
    const onData = (data: Buffer) => {
      // Arrow keys and their like are no text.
      const text = decoder.write(data).replaceAll(sequences, '')
      for (const char of text) {
        if (keys.enter.test(char)) return end(() => resolve(typed.join('')))
        if (char === keys.interrupt) return end(() => reject(new Interrupted()))
        if (char === keys.end) return end(() => resolve(typed.join('')))
        if (char === keys.clear) typed.length = 0
        else if (keys.erase.test(char)) typed.pop()
        else if (char >= ' ') typed.push(char)
      }
    }
    // Off before the question is there: what is typed at once is not shown either.
    stdin.setRawMode(true)
    for (const signal of ending) process.once(signal, onSignal)
    stdin.on('data', onData)
    stdin.on('end', onEnd)
    stdin.resume()
    stderr.write(`${what}: `)
  })
}

const ending = ['SIGTERM', 'SIGHUP'] as const
