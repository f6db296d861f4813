/** `kbve-locker verify FILE`. */
import { damagedIn, foundAt, openedWith } from './backup_file.ts'
import { dateOf } from './open.ts'
import { onlyOne, optionsOf } from './options.ts'
import { printable } from './output.ts'
import type { Call } from './run.ts'
import { checkSources } from './secret.ts'

export async function verify({ args, out, signal }: Call): Promise<number> {
  const { values: options, rest } = optionsOf(args, {
    unlock: { type: 'boolean' },
    recovery: { type: 'boolean' },
    'passphrase-file': { type: 'string' },
    json: { type: 'boolean' },
  })
  const path = onlyOne(rest, 'FILE')
  const unlock = options.unlock || options.recovery || options['passphrase-file'] !== undefined
  if (unlock) checkSources(options, path)
  const found = await foundAt(path)
  const { header, records } = found.backup
  const damaged: string[] = []
  if (unlock) {
    const opened = await openedWith(found, options, signal)
    try {
      damaged.push(...(await damagedIn(opened)))
    } finally {
      opened.vault.wipe()
    }
  }
  const { tenant, name, created } = header
  const slots = header.slots.map(({ kind, label }) => ({ kind, label }))
  const sealed = unlock ? damaged.length === 0 : null
  out.answer(
    {
      whole: true,
      sealed,
      locker: { tenant, name, created },
      slots,
      records: records.length,
      bytes: found.bytes,
      damaged,
    },
    () => [
      `A whole backup of locker "${printable(name)}" of "${printable(tenant)}", made ${dateOf(created)}:`,
      `  ${records.length} records, ${found.bytes} bytes`,
      ...slots.map(({ kind, label }) => `  opens with: ${kind} "${printable(label)}"`),
      unlock
        ? '  Its seal holds: it is the file that was written.'
        : '  Whether it is as it was written, only a secret can tell: add --unlock.',
    ],
  )
  for (const id of damaged) out.complain(`${id} does not open.`)
  return damaged.length > 0 ? 1 : 0
}
