import { useStore } from '@nanostores/react'
import { useMemo } from 'react'
import type { Demo } from '../lockers.ts'
import { type DiskView, diskStore } from './disk_store.ts'
import { HeaderView } from './header_view.tsx'
import { size } from './hex.ts'
import { flipBit } from './read_disk.ts'
import { RecordRow } from './record_row.tsx'

/** The other half of the page: what anybody with this disk sees. */
export function DiskPanel({ demo }: { demo: Demo }) {
  const { $disk, refresh } = useMemo(() => diskStore(demo), [demo])
  const disk = useStore($disk)
  return (
    <section className="side disk" aria-labelledby="disk-title">
      <div className="side-head">
        <h2 id="disk-title">This disk</h2>
        <p>read live with plain IndexedDB, without a key</p>
      </div>
      {disk?.database && (disk.header || disk.records.length > 0) ? (
        <Contents
          disk={disk}
          tamper={(id) => {
            if (disk.database) void flipBit(disk.database, id).then(refresh)
          }}
        />
      ) : (
        <p className="card quiet">{disk ? emptiness(disk) : 'Reading…'}</p>
      )}
    </section>
  )
}

function emptiness({ database }: DiskView): string {
  return database
    ? `${database} is there, and empty: the locker is not created yet.`
    : 'Nothing of this locker lies on this disk.'
}

interface ContentsProps {
  disk: DiskView
  tamper: (id: string) => void
}

function Contents({ disk, tamper }: ContentsProps) {
  const bytes = disk.records.reduce((sum, record) => sum + record.box.length, 0)
  const waiting = disk.journals.flatMap(({ database, records }) =>
    records.map((record) => ({ database, record, key: `${database} ${record.id} ${record.rev}` })),
  )
  return (
    <div className="card store">
      <p className="path">{disk.database}</p>

      <h3>
        meta <span className="quiet">header, root</span>
      </h3>
      {disk.header && <HeaderView header={disk.header} keys={disk.keys} />}
      {disk.root && (
        <ul className="rows">
          <RecordRow record={disk.root} changes={0} />
        </ul>
      )}

      <h3>
        records{' '}
        <span className="quiet number">
          {disk.records.length} sealed, {size(bytes)} of boxes
        </span>
      </h3>
      {disk.records.length === 0 && <p className="quiet">None yet.</p>}
      <ul className="rows">
        {disk.records.map((record) => (
          <RecordRow
            key={record.id}
            record={record}
            changes={disk.changes.get(record.id) ?? 0}
            tamper={() => tamper(record.id)}
          />
        ))}
      </ul>

      <h3>
        journals <span className="quiet">one per open tab; an entry leaves it when it is applied</span>
      </h3>
      <ul className="journals">
        {disk.journals.map((journal) => (
          <li key={journal.database}>
            <code>journal/{journal.database.split('/').at(-1)}</code>{' '}
            <span className="quiet number">{journal.records.length} waiting</span>
          </li>
        ))}
      </ul>
      {waiting.length > 0 && (
        <ul className="rows">
          {waiting.map(({ key, record }) => (
            <RecordRow key={key} record={record} changes={0} />
          ))}
        </ul>
      )}

      {disk.notes.length > 0 && (
        <>
          <h3>
            localStorage <span className="quiet">in clear on purpose: the theme, for the first paint</span>
          </h3>
          <dl className="notes">
            {disk.notes.map(({ key, value }) => (
              <div key={key}>
                <dt>{key.split('/').slice(3).join('/')}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  )
}
