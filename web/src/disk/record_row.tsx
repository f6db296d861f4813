import { hex, size, tight } from './hex.ts'
import type { DiskRecord } from './read_disk.ts'

interface Props {
  record: DiskRecord
  /** Goes up when the record was seen to change; a new number starts the mark's animation again. */
  changes: number
  tamper?: () => void
}

export function RecordRow({ record, changes, tamper }: Props) {
  return (
    <li className="record">
      {changes > 0 && <span key={changes} className="changed" />}
      <div className="record-head">
        <code className="record-id">{record.id}</code>
        <span className="tag">{record.kind}</span>
        <span className="quiet number">{size(record.box.length)}</span>
        {tamper && (
          <button
            type="button"
            className="button small"
            onClick={tamper}
            title="Changes one bit of this box on the disk. Then lock, and open again."
            aria-label={`Flip a bit of ${record.id}`}
          >
            Flip a bit
          </button>
        )}
      </div>
      <p className="box">
        <span className="visually-hidden">box </span>
        {hex(record.box, 48)}
      </p>
      <dl className="facts">
        <div>
          <dt>rev</dt>
          <dd>{record.rev}</dd>
        </div>
        <div>
          <dt>writer</dt>
          <dd>
            <span className="writer" style={{ '--hue': hueOf(record.writer) } as React.CSSProperties} />
            {tight(record.writer)}
          </dd>
        </div>
        <div>
          <dt>epoch</dt>
          <dd>{record.epoch}</dd>
        </div>
        <div>
          <dt>nonce</dt>
          <dd>{tight(record.nonce)}</dd>
        </div>
        {record.expires > 0 && (
          <div>
            <dt>expires</dt>
            <dd>{new Date(record.expires).toLocaleTimeString()}</dd>
          </div>
        )}
      </dl>
    </li>
  )
}

/** A colour per tab, so that one sees which tab sealed what. */
function hueOf(writer: Uint8Array): number {
  return (((writer[0] ?? 0) * 256 + (writer[1] ?? 0)) * 137) % 360
}
