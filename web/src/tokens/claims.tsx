import type { Jwt } from '@kbve/locker/jose'
import { dateInWords } from './times.ts'

const meanings: Record<string, string> = {
  iss: 'issuer',
  sub: 'subject',
  aud: 'audience',
  exp: 'ends',
  nbf: 'begins',
  iat: 'issued',
  jti: 'its own id',
  alg: 'algorithm',
  kid: 'key',
  typ: 'type',
  cty: 'content',
  crit: 'must be understood',
}

const dates = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at']

export function Claims({ jwt, now }: { jwt: Jwt; now: number }) {
  return (
    <div className="card claims">
      <h2>Header</h2>
      <Members of={jwt.header} now={now} />
      <h2>Claims</h2>
      <Members of={jwt.claims} now={now} />
    </div>
  )
}

function Members({ of, now }: { of: object; now: number }) {
  const members = Object.entries(of)
  if (members.length === 0) return <p className="quiet">Empty.</p>
  return (
    <dl className="members">
      {members.map(([name, value]) => {
        const when = dates.includes(name) ? dateInWords(value, now) : undefined
        return (
          <div key={name}>
            <dt>
              <code>{name}</code> {Object.hasOwn(meanings, name) && <span>{meanings[name]}</span>}
            </dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
              {when && <span className="number">{when}</span>}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
