import { LockerError, loadJose } from '@kbve/locker/jose'
import { useEffect, useState } from 'react'
import { RoomIntro } from '../components/room_intro.tsx'
import { type Asked, checkToken } from './checks.ts'
import { Claims } from './claims.tsx'
import { makeSample } from './sample.ts'
import { TokenForm } from './token_form.tsx'
import { Verdicts } from './verdicts.tsx'
import '../styles/tokens_lab.css'

const nothing: Asked = { token: '', key: '', algorithm: 'ES256', issuer: '', audience: '', tolerance: 0 }

/** Paste a token and a key: what it says, and what of that is proved. */
export function TokenLab() {
  const [asked, setAsked] = useState(nothing)
  const problem = useJose()
  const now = useClock()
  const change = (part: Partial<Asked>) => setAsked((before) => ({ ...before, ...part }))
  const findings = problem === '' && asked.token.trim() !== '' ? checkToken(asked, now) : undefined
  return (
    <>
      <RoomIntro
        title="What a token says, and what of it is proved"
        lead="Signatures are checked by the same C++ in WebAssembly that your application would call, synchronously. Nothing you paste leaves this page, and nothing of it is kept."
      />
      {problem && problem !== 'loading' && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
      <div className="columns">
        <section className="side" aria-label="Token and key">
          <TokenForm
            asked={asked}
            change={change}
            sample={async () => change(await makeSample(Date.now()))}
            clear={() => setAsked(nothing)}
          />
        </section>
        <section className="side" aria-label="What was found">
          {findings ? (
            <>
              <Verdicts verdicts={findings.verdicts} />
              {findings.jwt && <Claims jwt={findings.jwt} now={now} />}
            </>
          ) : (
            <div className="card">
              <p className="quiet">
                {problem === 'loading' ? 'Loading what checks tokens …' : 'Paste a token, or make a sample.'}
              </p>
            </div>
          )}
        </section>
      </div>
    </>
  )
}

/** '' once the module is there, `'loading'` before, or the sentence that says why it is not. */
function useJose(): string {
  const [state, setState] = useState('loading')
  useEffect(() => {
    let here = true
    loadJose().then(
      () => here && setState(''),
      (error: unknown) => {
        if (!(error instanceof LockerError)) throw error
        if (here) setState(error.message)
      },
    )
    return () => {
      here = false
    }
  }, [])
  return state
}

/** The time, once a second: a token that ends while somebody looks at it is no longer valid. */
function useClock(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
