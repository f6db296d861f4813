/** Entries of tabs that are no more. They are opened before they are applied: a disk can hold anything. */
import { asEntry } from './checked.ts'
import type { SealedRecord } from './format.ts'
import type { StorageSession } from './storage/storage.ts'
import type { OpenVault } from './vault.ts'

export interface Adopted {
  /** Of entries that open as a whole. */
  readonly records: readonly SealedRecord[]
  /** Ids in entries that do not. These entries stay where they are. */
  readonly damaged: readonly string[]
  /** After the transaction that applied the records is complete. */
  finish(): Promise<void>
  /** Leaves everything where it is. */
  release(): void
}

export async function adoptOrphans(session: StorageSession, vault: OpenVault): Promise<Adopted> {
  const orphans = await session.orphans()
  const records: SealedRecord[] = []
  const damaged = new Set<string>()
  const whole = orphans.map((orphan) => {
    let clean = true
    for (const raw of orphan.entries) {
      const entry = asEntry(raw)
      const bad = 'bad' in entry ? entry.bad : unopened(entry.records, vault)
      if ('records' in entry && bad.length === 0) records.push(...entry.records)
      for (const id of bad) damaged.add(id)
      clean &&= bad.length === 0
    }
    return clean
  })
  return {
    records,
    damaged: [...damaged],
    async finish() {
      for (const [i, orphan] of orphans.entries()) {
        // One damaged entry keeps the whole journal: applying the others again changes nothing.
        if (whole[i]) await orphan.discard()
        else orphan.release()
      }
    },
    release() {
      for (const orphan of orphans) orphan.release()
    },
  }
}

function unopened(records: readonly SealedRecord[], vault: OpenVault): string[] {
  const opened = vault.open(records)
  return records.filter((_, i) => !opened[i]?.opens).map((record) => record.id)
}
