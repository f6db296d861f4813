/** What a command prints. Nothing that came out of a file reaches a terminal as a control character. */

/** Control characters (C0, DEL, C1), and those that turn the direction of text around or break lines. */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** A text for a terminal, on one line. */
export function printable(text: string): string {
  return text.replaceAll(unsafe, escaped)
}

/** JSON for a terminal: the same value, in characters that are only shown. */
export function safeJson(value: unknown, indent?: number): string {
  // What JSON.stringify leaves in its output of these lies within texts, except for its own line breaks.
  return JSON.stringify(value, undefined, indent).replaceAll(unsafe, (char) =>
    char === '\n' ? char : escaped(char),
  )
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

export class Output {
  readonly json: boolean

  constructor(json: boolean) {
    this.json = json
  }

  /** A text of our own. Answers the exit code for "done". */
  line(text: string): 0 {
    process.stdout.write(`${text}\n`)
    return 0
  }

  /** The answer: as JSON where that was asked for, else as lines. */
  answer(value: unknown, lines: () => readonly string[]): void {
    if (this.json) this.line(safeJson(value))
    else for (const line of lines()) this.line(line)
  }

  /** To the person, beside the answer. */
  complain(text: string): void {
    process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`)
  }

  failure(code: string, message: string, field?: string): void {
    if (this.json)
      this.line(safeJson({ error: { code, message, ...(field === undefined ? {} : { field }) } }))
    else this.complain(`${message}${field === undefined ? '' : ` (${field})`} [${code}]`)
  }
}
