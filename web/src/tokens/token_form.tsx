import { type JwsAlgorithm, jwsAlgorithms } from '@kbve/locker/jose'
import { useId } from 'react'
import type { Asked } from './checks.ts'

interface Props {
  asked: Asked
  change: (part: Partial<Asked>) => void
  sample: () => void
  clear: () => void
}

export function TokenForm({ asked, change, sample, clear }: Props) {
  const id = useId()
  return (
    <form className="card token-form" noValidate onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label htmlFor={`${id}-token`}>Token</label>
        <textarea
          id={`${id}-token`}
          className="mono"
          rows={7}
          spellCheck={false}
          autoComplete="off"
          value={asked.token}
          placeholder="eyJ…"
          onChange={(event) => change({ token: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-key`}>Key</label>
        <textarea
          id={`${id}-key`}
          className="mono"
          rows={7}
          spellCheck={false}
          autoComplete="off"
          value={asked.key}
          placeholder="A JWK or JWKS, a PEM public key, or the text of an HMAC secret"
          onChange={(event) => change({ key: event.target.value })}
        />
      </div>
      <div className="pair">
        <div className="field">
          <label htmlFor={`${id}-algorithm`}>Allowed algorithm</label>
          <select
            id={`${id}-algorithm`}
            value={asked.algorithm}
            onChange={(event) => change({ algorithm: event.target.value as JwsAlgorithm })}
          >
            {jwsAlgorithms.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-tolerance`}>Clocks may differ by</label>
          <select
            id={`${id}-tolerance`}
            value={asked.tolerance}
            onChange={(event) => change({ tolerance: Number(event.target.value) })}
          >
            <option value={0}>nothing</option>
            <option value={30}>30 seconds</option>
            <option value={600}>10 minutes</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-issuer`}>Expected issuer</label>
          <input
            id={`${id}-issuer`}
            type="text"
            autoComplete="off"
            value={asked.issuer}
            onChange={(event) => change({ issuer: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-audience`}>Expected audience</label>
          <input
            id={`${id}-audience`}
            type="text"
            autoComplete="off"
            value={asked.audience}
            onChange={(event) => change({ audience: event.target.value })}
          />
        </div>
      </div>
      <div className="row">
        <button type="button" className="button" onClick={sample}>
          Make a sample
        </button>
        <button type="button" className="button" onClick={clear}>
          Clear
        </button>
      </div>
    </form>
  )
}
