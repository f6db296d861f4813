import type { Verdict } from './checks.ts'

const words = { holds: 'Holds', fails: 'Fails', open: 'Not checked' }

export function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  const failed = verdicts.some(({ verdict }) => verdict === 'fails')
  const proved = verdicts.some(({ name, verdict }) => name === 'Signature' && verdict === 'holds')
  const sentence = failed
    ? 'Do not accept this token.'
    : proved
      ? 'The signature holds, and so does all that was asked.'
      : 'Nothing is proved yet.'
  return (
    <div className="card">
      <h2>Checks</h2>
      <p className="summary" data-verdict={failed ? 'fails' : proved ? 'holds' : 'open'} role="status">
        {sentence}
      </p>
      <ul className="verdicts">
        {verdicts.map(({ name, verdict, text, code }) => (
          <li key={name} data-verdict={verdict}>
            <b>{name}</b>
            <span className="verdict">{words[verdict]}</span>
            <p>
              {text} {code && <code className="tag">{code}</code>}
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}
