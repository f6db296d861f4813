import { useStore } from '@nanostores/react'
import type { Demo } from '../lockers.ts'
import { ToldLine } from './told_line.tsx'
import { useWork } from './use_work.ts'
import '../styles/locker_cards.css'

const meaning = {
  ok: '',
  header: 'The header is not the one that was sealed last, so nothing can be written.',
  records: 'What lies on the disk is not what was last sealed: something was replaced, removed or added.',
  rolled_back: 'Everything is whole, and an older copy of itself.',
}

/** There only while there is something to decide. */
export function RepairCard({ demo }: { demo: Demo }) {
  const { state, integrity, damaged } = useStore(demo.stores.$status)
  const work = useWork()
  const needed = state === 'unlocked' && (integrity !== 'ok' || damaged.length > 0)
  if (!needed && !work.told) return null
  return (
    <section className="card tool" aria-labelledby="repair-title">
      <h3 id="repair-title">Somebody was at the data</h3>
      {needed && (
        <>
          <p>
            {meaning[integrity]} {damaged.length > 0 && `These do not open: ${damaged.join(', ')}.`} Accepting
            it deletes what does not open and goes on with the rest. It brings nothing back; a backup does,
            and so does the inspector, for what was flipped there.
          </p>
          <div className="row">
            <button
              type="button"
              className="button danger"
              disabled={work.busy}
              onClick={() =>
                work.run(async () => {
                  const { removed } = await demo.locker.repair()
                  return removed.length > 0
                    ? `Accepted. Deleted, because it did not open: ${removed.join(', ')}.`
                    : 'Accepted as it is. Nothing had to be deleted.'
                })
              }
            >
              Accept what is there
            </button>
          </div>
        </>
      )}
      <ToldLine told={work.told} />
    </section>
  )
}
