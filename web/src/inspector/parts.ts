/** The list of what can be taken apart, of one locker. */
import type { LockerInspection } from '@kbve/locker/inspect'
import { size, tight } from '../disk/hex.ts'
import type { Disk, DiskRecord } from '../disk/read_disk.ts'
import { cookieSections, type SealedCookie } from './cookie_fields.ts'
import { headerSections, recordSections, type Section, slotSections } from './fields.ts'

export interface Part {
  id: string
  title: string
  /** Beside the title. */
  note: string
  damaged?: boolean
  sections(): Section[]
  /** What `inspectLocker` says of it. */
  facts: readonly (readonly [name: string, value: string])[]
}

export interface PartGroup {
  title: string
  words: string
  parts: readonly Part[]
  /** What stands there where there are none. */
  none: string
}

export function groupsOf(
  disk: Disk,
  inspection: LockerInspection | undefined,
  cookies: readonly SealedCookie[],
): PartGroup[] {
  const { header, root } = disk
  if (!header) return []
  const rows = new Map(inspection?.records.map((row) => [row.id, row]))
  const record = (one: DiskRecord, id: string, row = rows.get(one.id)): Part => ({
    id,
    title: one.id,
    note: `${one.kind}, ${size(one.box.length)}`,
    damaged: row?.damaged === true,
    sections: () => recordSections(one, header.locker_id),
    facts: row
      ? [
          ['sealed', row.sealed.toLocaleString()],
          ['by', row.here ? 'this tab' : `tab ${row.writer}`],
          ['rev', String(row.rev)],
          ['epoch', String(row.epoch)],
          ['kind', row.kind],
          ['box', `${row.bytes} bytes`],
          ['expires', row.expires?.toLocaleString() ?? 'never'],
        ]
      : [],
  })
  return [
    {
      title: 'Header and root',
      words: 'store meta',
      none: '',
      parts: [
        {
          id: 'header',
          title: 'header',
          note: `rev ${header.rev}`,
          sections: () => headerSections(header),
          facts: [
            ['made', new Date(header.created).toLocaleString()],
            ['keyslots', String(header.slots.length)],
            ['epoch', String(header.epoch)],
            ...(inspection?.witness
              ? [['root', `${inspection.witness.root} with the witness`] as const]
              : []),
            ...(inspection?.attempts
              ? [['wrong passphrases', String(inspection.attempts.failed)] as const]
              : []),
          ],
        },
        ...(root ? [record(root, 'root', inspection?.root)] : []),
      ],
    },
    {
      title: 'Keyslots',
      words: 'in the header',
      none: '',
      parts: header.slots.map((slot, i) => ({
        id: `slot/${tight(slot.id)}`,
        title: slot.kind,
        note: slot.label,
        sections: () => slotSections(slot, i),
        facts: [
          ['made', new Date(slot.created).toLocaleString()],
          ['key', inspection?.slots[i]?.kdf ?? ''],
          ...(inspection?.slots[i]?.key ? [['in this browser', inspection.slots[i].key] as const] : []),
        ],
      })),
    },
    {
      title: 'Records',
      words: inspection?.parts ? `store records; ${inspection.parts} parts of large values` : 'store records',
      none: 'None yet: edit something in the locker’s room.',
      parts: disk.records.map((one) => record(one, `record/${one.id}`)),
    },
    {
      title: 'Journals',
      words: 'one per tab, empty when all is applied',
      none: 'Nothing waits to be applied.',
      parts: disk.journals.flatMap(({ database, records }) =>
        records.map((one) => record(one, `journal/${database}/${one.id}/${one.rev}`)),
      ),
    },
    {
      title: 'Cookies',
      words: 'sealed ones of this locker',
      none: 'None. The button below seals one.',
      parts: cookies.map((cookie) => ({
        id: `cookie/${cookie.name}`,
        title: cookie.name,
        note: `JWE, ${size(cookie.value.length)}`,
        sections: () => cookieSections(cookie),
        facts: (inspection?.cookies ?? [])
          .filter(({ name }) => name === cookie.name)
          .flatMap(({ bytes, parts, epoch }) => [
            ['bytes', String(bytes)] as const,
            ['cookies', String(parts)] as const,
            ['epoch', String(epoch)] as const,
          ]),
      })),
    },
  ]
}
