/** Arguments of a command. */
import { parseArgs } from 'node:util'
import { UsageError } from './failures.ts'

type Kinds = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>

type Values<K extends Kinds> = {
  [N in keyof K]?: K[N] extends { multiple: true }
    ? string[]
    : K[N]['type'] extends 'string'
      ? string
      : boolean
}

/** The options by name, and the others in their order. What is unknown is a mistake, not a file. */
export function optionsOf<const K extends Kinds>(
  args: readonly string[],
  options: K,
): { values: Values<K>; rest: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    })
    return { values: values as Values<K>, rest: positionals }
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

/** The only argument there has to be. */
export function onlyOne(rest: readonly string[], what: string): string {
  const [one] = rest
  if (rest.length === 1 && one !== undefined && one !== '') return one
  throw new UsageError(rest.length > 1 ? `There is one ${what}, and no more.` : `The ${what} is missing.`)
}
