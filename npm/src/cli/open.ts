/** `kbve-locker open FILE`. */
import { bytesOfEntry, damagedIn, foundAt, openedWith } from './backup_file.ts'
import { UsageError } from './failures.ts'
import { writeFile } from './files.ts'
import { onlyOne, optionsOf } from './options.ts'
import { printable, safeJson } from './output.ts'
import type { Call } from './run.ts'
import { checkSources } from './secret.ts'
import { type LargeValue, type SealedValues, valuesOf } from './values.ts'

export async function open({ args, out, signal }: Call): Promise<number> {
  const { values: options, rest } = optionsOf(args, {
    recovery: { type: 'boolean' },
    'passphrase-file': { type: 'string' },
    json: { type: 'boolean' },
    entry: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean' },
  })
  const path = onlyOne(rest, 'FILE')
  checkSources(options, path)
  if ((options.entry === undefined) !== (options.out === undefined))
    throw new UsageError('--entry NAME and --out FILE go together')
  const found = await foundAt(path)
  const opened = await openedWith(found, options, signal)
  let damaged: string[]
  try {
    if (options.entry !== undefined && options.out !== undefined) {
      writeFile(options.out, await bytesOfEntry(opened, options.entry), options.force ?? false)
      return 0
    }
    damaged = await damagedIn(opened)
  } finally {
    opened.vault.wipe()
  }
  const { tenant, name, created } = found.backup.header
  const values = valuesOf(opened.records, Date.now())
  out.answer({ locker: { tenant, name, created }, ...values, damaged }, () => [
    `Locker "${printable(name)}" of "${printable(tenant)}", made ${dateOf(created)}`,
    ...section('Profile', Object.entries(values.profile), values, 'profile/'),
    ...section('Entries', Object.entries(values.entries), values, 'entry/'),
    ...section('Bytes', Object.entries(values.bytes), values, 'entry/'),
    ...section('Large', Object.entries(values.large ?? {}), values, 'entry/', (value) =>
      largeLine(value as LargeValue),
    ),
  ])
  for (const id of damaged) out.complain(`${id} does not open.`)
  return damaged.length > 0 ? 1 : 0
}

function section(
  title: string,
  list: readonly [string, unknown][],
  { expires }: SealedValues,
  prefix: string,
  text: (value: unknown) => string = safeJson,
): string[] {
  if (list.length === 0) return []
  const lines = list.map(([name, value]) => {
    const end = prefix === 'entry/' ? expires[name] : undefined
    return `  ${printable(name)}: ${text(value)}${end === undefined ? '' : `  (until ${dateOf(end)})`}`
  })
  return ['', title, ...lines]
}

function largeLine({ kind, size, type }: LargeValue): string {
  return [kind, `${size} bytes`, ...(type ? [printable(type)] : [])].join(', ')
}

export function dateOf(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}
