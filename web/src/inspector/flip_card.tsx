import { useStore } from '@nanostores/react'
import { Gate } from '../components/gate.tsx'
import type { Demo } from '../lockers.ts'
import type { Field } from './fields.ts'
import type { Flip } from './flip.ts'
import type { Flips } from './use_flips.ts'
import { expectation, verdictOf } from './verdict.ts'

/** A byte that could be changed, and of what it is one. */
export interface Candidate {
  field: Field
  title: string
  byte: number
  /** `undefined`: it lies nowhere, or is no byte that can be changed. */
  flip: Flip | undefined
  why: string
}

interface Props {
  demo: Demo
  flips: Flips
  candidate: Candidate | undefined
}

/** Change a byte, see what the locker says, and put it back. */
export function FlipCard({ demo, flips, candidate }: Props) {
  const status = useStore(demo.stores.$status)
  const verdict = verdictOf(status, flips.refused)
  const flip = candidate?.flip
  return (
    <section className="flip" aria-labelledby="flip-title">
      <h3 id="flip-title">Flip a byte</h3>
      {candidate ? (
        <p>
          <b>{candidate.title}</b>, {candidate.field.name}: byte is{' '}
          <code className="number">{candidate.byte.toString(16).padStart(2, '0')}</code>
          {flip && (
            <>
              {' '}
              and becomes <code className="number">{flip.after.toString(16).padStart(2, '0')}</code>.{' '}
              <span className="quiet">Expected: {expectation(flip.place)}</span>
            </>
          )}
        </p>
      ) : (
        <p className="quiet">Choose a byte.</p>
      )}
      {candidate && !flip && <p className="quiet">{candidate.why}</p>}
      <div className="row">
        <button
          type="button"
          className="button primary"
          disabled={!flip || flips.busy}
          onClick={() => flip && flips.flip(flip)}
        >
          {flip?.place.store === 'cookie' ? 'Flip it' : 'Lock, flip, open again'}
        </button>
        {status.state !== 'unlocked' && demo.mode === 'device' && (
          <button type="button" className="button" disabled={flips.busy} onClick={flips.reopen}>
            Open again
          </button>
        )}
      </div>
      <div role="status" className="flip-told">
        {flips.tried && (
          <p className="verdict-line" data-tone={verdict.tone}>
            <b>{verdict.title}.</b> {verdict.text}
          </p>
        )}
        {flips.cookie && (
          <p className="verdict-line" data-tone={flips.cookie.state === 'invalid' ? 'bad' : 'good'}>
            <b>The cookie is {flips.cookie.state === 'there' ? 'there and opens' : flips.cookie.state}.</b>{' '}
            {flips.cookie.error && `${flips.cookie.error.code}: ${flips.cookie.error.message}`}
          </p>
        )}
        {flips.note && <p>{flips.note}</p>}
      </div>
      {flips.flips.length > 0 && (
        <ul className="flip-list" aria-label="What is changed now">
          {flips.flips.map((one) => (
            <li key={one.id}>
              <span>
                {one.title}, {one.place.path.filter((step) => typeof step === 'string').join('.') || 'value'}{' '}
                <code className="number">
                  {one.before.toString(16).padStart(2, '0')} → {one.after.toString(16).padStart(2, '0')}
                </code>
              </span>
              <button
                type="button"
                className="button small"
                disabled={flips.busy}
                aria-label={`Restore it: the byte of ${one.title}`}
                onClick={() => flips.restore(one)}
              >
                Restore it
              </button>
            </li>
          ))}
        </ul>
      )}
      {demo.mode !== 'device' && status.state !== 'unlocked' && flips.tried && <Gate demo={demo} />}
    </section>
  )
}
