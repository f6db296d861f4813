import { useStore } from '@nanostores/react'
import type { Demo } from '../lockers.ts'
import { DestroyDialog } from './destroy_dialog.tsx'

const integrities = {
  ok: 'ok: header, records and root agree',
  header: 'header: it was changed without the key, so the locker is read-only',
  records: 'records: one was replaced, added or removed behind the locker’s back',
  rolled_back: 'rolled back: this is an older copy of the whole locker',
}

const destroyable = new Set(['locked', 'unlocked', 'failed'])

export function StatusCard({ demo }: { demo: Demo }) {
  const status = useStore(demo.stores.$status)
  const open = status.state === 'unlocked'
  return (
    <div className="card status">
      <h3>Status</h3>
      <dl>
        <div data-bad={open && status.integrity !== 'ok'}>
          <dt>Integrity</dt>
          <dd>{open ? integrities[status.integrity] : 'checked when it opens'}</dd>
        </div>
        <div data-bad={status.damaged.length > 0}>
          <dt>Damaged</dt>
          <dd>
            {status.damaged.length === 0
              ? 'none'
              : `${status.damaged.join(', ')}: set aside, the rest opened`}
          </dd>
        </div>
        <div>
          <dt>Pending</dt>
          <dd className="number">{status.pending} handed over, not yet applied</dd>
        </div>
        <div>
          <dt>Storage</dt>
          <dd>
            {status.persisted
              ? 'the browser promised to keep it'
              : 'the browser may evict it when space is short'}
            {status.readOnly && ', read-only'}
          </dd>
        </div>
      </dl>
      <DestroyDialog demo={demo} disabled={!destroyable.has(status.state)} />
    </div>
  )
}
