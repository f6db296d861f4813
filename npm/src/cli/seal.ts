/** `kbve-locker seal VALUES`. */
import { isatty } from 'node:tty'
import { madeOf } from '../backup/backup.ts'
import { backupText } from '../backup/backup_file.ts'
import { loadCore } from '../core.ts'
import { prepare } from '../passphrase_slot.ts'
import { opened } from '../vault.ts'
import { UsageError } from './failures.ts'
import { textOf, writeFile } from './files.ts'
import { onlyOne, optionsOf } from './options.ts'
import type { Call } from './run.ts'
import { askNewPassphrase, checkSources } from './secret.ts'
import { itemsOf } from './values.ts'

export async function seal({ args, out, signal }: Call): Promise<number> {
  const { values: options, rest } = optionsOf(args, {
    out: { type: 'string' },
    name: { type: 'string' },
    tenant: { type: 'string' },
    'passphrase-file': { type: 'string' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  })
  const path = onlyOne(rest, 'file of VALUES')
  if (options.out === undefined && isatty(1))
    throw new UsageError('A backup is no text to read; say where it goes with --out FILE.')
  checkSources(options, path)
  const values = itemsOf(textOf(path))
  const passphrase = await askNewPassphrase(options)
  const core = await loadCore()
  const now = Date.now()
  const name = options.name ?? values.name ?? 'default'
  const tenant = options.tenant ?? values.tenant ?? 'default'
  const vault = opened(core.module, core.module.Vault.create(tenant, name, now, values.schemaJson))
  try {
    const slot = await prepare({ core, vault, secret: { passphrase }, cost: {}, signal, slots: [] })
    try {
      slot.into(vault, now)
    } finally {
      slot.wipe()
    }
    const records = vault.seal(values.items, now).map(({ record }) => record)
    vault.beginSum()
    vault.open(records, true)
    const text = backupText(madeOf(vault, vault.header, records, vault.newRoot(now)))
    if (options.out === undefined) for (const piece of text) process.stdout.write(piece)
    else writeFile(options.out, text, options.force === true)
    if (options.out !== undefined && out.json)
      out.answer({ sealed: records.length, out: options.out }, () => [])
    else out.complain(`${records.length} values sealed.`)
    return 0
  } finally {
    vault.wipe()
  }
}
