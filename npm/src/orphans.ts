/** Entries of tabs that are no more. They are opened before they are applied: a disk can hold anything. */
import { apply, type Merged } from './apply.ts'
import { asEntry } from './checked.ts'
import { compareVersions, type SealedRecord } from './format.ts'
import { releaseAll, type StorageSession } from './storage/storage.ts'
import type { ChangeNote } from './tabs.ts'
import type { OpenVault } from './vault.ts'

/** What was applied, and the ids in entries that do not open. These entries stay where they are. */
export interface Adopted extends Merged {
  /** What lay there of the same ids. */
  readonly found: ReadonlyMap<string, unknown>
  /** All that was handed over, applied now or before: a tab may die after applying and before telling. */
  readonly handed: readonly SealedRecord[]
  readonly damaged: readonly string[]
}

/** Applies what tabs that are no more have left. `check` throws where the header is not the one expected. `forget`:
 *  entries that do not open go too, because somebody has said so. `taking`: they are being taken already. */
export async function adoptOrphans(
  session: StorageSession,
  vault: OpenVault,
  now: () => number,
  check: (header: unknown, root: unknown) => void,
  forget = false,
  taking = session.orphans(),
): Promise<Adopted> {
  const orphans = await taking
  try {
    const records: SealedRecord[] = []
    const closed = orphans.map(({ entries }) =>
      entries.flatMap((raw): ChangeNote[] => {
        const entry = asEntry(raw)
        if ('bad' in entry) return entry.bad.map((id) => ({ id, rev: -1, writer: new Uint8Array() }))
        const bad = unopened(entry.records, vault)
        if (bad.length === 0) records.push(...entry.records)
        return bad
      }),
    )
    const damaged = new Set<string>()
    const whole = orphans.filter((_, i) => {
      // While the keys become others a version is sealed under both, and one of the two opens.
      const bad = closed[i]?.filter(
        (one) => !records.some((it) => it.id === one.id && !compareVersions(it, one)),
      )
      for (const { id } of bad ?? []) damaged.add(id)
      return bad?.length === 0
    })
    const merged =
      records.length > 0 ? await apply(session, vault, records, now(), check) : { won: [], found: new Map() }
    // One damaged entry keeps the whole journal: applying the others again changes nothing.
    for (const orphan of forget ? orphans : whole) await orphan.discard()
    return { ...merged, handed: records, damaged: [...damaged] }
  } finally {
    releaseAll(orphans)
  }
}

function unopened(records: readonly SealedRecord[], vault: OpenVault): SealedRecord[] {
  const opened = vault.open(records)
  return records.filter((_, i) => !opened[i]?.opens)
}
