import type { Demo } from '../lockers.ts'
import { BackupCard } from './backup_card.tsx'
import { FileCard } from './file_card.tsx'
import { KeyslotsCard } from './keyslots_card.tsx'
import { RepairCard } from './repair_card.tsx'

/** What is done with a locker beside editing it. */
export function LockerCards({ demo }: { demo: Demo }) {
  return (
    <>
      <RepairCard demo={demo} />
      <FileCard demo={demo} />
      <KeyslotsCard demo={demo} />
      <BackupCard demo={demo} />
    </>
  )
}
