import { hex, tight } from './hex.ts'
import type { Disk, DiskSlot } from './read_disk.ts'

interface Props {
  header: NonNullable<Disk['header']>
  keys: Disk['keys']
}

export function HeaderView({ header, keys }: Props) {
  return (
    <div className="header-view">
      <dl className="facts">
        <div>
          <dt>locker_id</dt>
          <dd>{tight(header.locker_id)}</dd>
        </div>
        <div>
          <dt>rev</dt>
          <dd>{header.rev}</dd>
        </div>
        <div>
          <dt>epoch</dt>
          <dd>{header.epoch}</dd>
        </div>
      </dl>
      <ul className="rows">
        {header.slots.map((slot) => (
          <li key={tight(slot.wrapped)} className="record">
            <div className="record-head">
              <code className="record-id">slot</code>
              <span className="tag">{slot.kind}</span>
              <span className="quiet number">{slot.wrapped.length} B wrapped root key</span>
            </div>
            <p className="box">{hex(slot.wrapped, 48)}</p>
            <p className="quiet">{derivation(slot)}</p>
          </li>
        ))}
        {keys.map((key) => (
          <li key={key.name} className="record">
            <div className="record-head">
              <code className="record-id">keys/{key.name}</code>
              <span className="tag">CryptoKey</span>
              <span className="quiet">
                {key.algorithm}, {key.extractable ? 'extractable' : 'not extractable'}
              </span>
            </div>
            <p className="quiet">
              No script can read its bytes, but a copied browser profile contains them. A passphrase is for
              that.
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}

function derivation({ kdf }: DiskSlot): string {
  if (kdf.alg === 'argon2id13')
    return `Argon2id: ${Number(kdf.memory_kib) / 1024} MiB, ${kdf.passes} passes, ${kdf.lanes} lane`
  return kdf.alg === 'hkdf-sha256'
    ? 'HKDF-SHA-256: of a recovery code, or of what a passkey gives'
    : `${kdf.alg}: by the key below`
}
