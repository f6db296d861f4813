import { LockerError, type SessionView } from '@kbve/locker/auth'
import { UptimeBadge } from '@kbve/locker/react'
import { useState } from 'react'
import type { Account } from './account.ts'

/** Who is signed in, until when, and the way out. */
export function SessionCard({ account, session }: { account: Account; session: SessionView }) {
  const { auth, uptime } = account
  const [problem, setProblem] = useState('')
  const { user, expiresAt, claims } = session

  async function attempt(work: () => Promise<unknown>) {
    setProblem('')
    try {
      await work()
    } catch (error) {
      if (!(error instanceof LockerError)) throw error
      setProblem(error.message)
    }
  }

  return (
    <div className="card status">
      <h3>Signed in as {user?.username ?? user?.email ?? user?.id}</h3>
      <dl>
        <div>
          <dt>Email</dt>
          <dd>
            {user?.email ?? 'none'}
            {user?.email && !user.emailConfirmed && ', not confirmed'}
          </dd>
        </div>
        <div>
          <dt>Token</dt>
          <dd className="number">
            {expiresAt
              ? `ends at ${new Date(expiresAt).toLocaleTimeString()}, and is renewed before`
              : 'has no end'}
          </dd>
        </div>
        <div>
          <dt>Claims</dt>
          <dd>
            <code className="mono">{claims ? JSON.stringify(claims) : 'none'}</code>
          </dd>
        </div>
        <div>
          <dt>Server</dt>
          <dd>
            <UptimeBadge uptime={uptime} over="hour" />
          </dd>
        </div>
      </dl>
      <p className="error" aria-live="polite">
        {problem || session.error?.message}
      </p>
      <div className="row">
        <button type="button" className="button primary" onClick={() => attempt(() => auth.signOut())}>
          Sign out
        </button>
        <button type="button" className="button" onClick={() => attempt(() => auth.refresh())}>
          Renew the token
        </button>
        <button
          type="button"
          className="button"
          onClick={() => attempt(() => auth.signOut({ scope: 'global' }))}
        >
          Sign out everywhere
        </button>
      </div>
    </div>
  )
}
