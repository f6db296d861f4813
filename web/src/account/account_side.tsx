import { LockerProvider, MfaForm, RegisterForm, SignInForm, useSession } from '@kbve/locker/react'
import { useStore } from '@nanostores/react'
import { useEffect, useState } from 'react'
import { Notes } from '../components/notes.tsx'
import { ProfileCard } from '../components/profile_card.tsx'
import { StatusCard } from '../components/status_card.tsx'
import type { Demo } from '../lockers.ts'
import { type Account, accountOf, isServed } from './account.ts'
import { SessionCard } from './session_card.tsx'

/** What the page knows while somebody is signed in, and how they do that. */
export function AccountSide({ demo }: { demo: Demo }) {
  const served = useServed()
  const account = accountOf(demo)
  return (
    <LockerProvider locker={demo.locker} auth={account.auth}>
      <section className="side" aria-labelledby="open-title">
        <div className="side-head">
          <h2 id="open-title">This page</h2>
          <p>knows who is signed in, while the locker is open</p>
        </div>
        {served === false ? <NoServer /> : <Forms account={account} />}
        <Opened demo={demo} />
        <StatusCard demo={demo} />
      </section>
    </LockerProvider>
  )
}

/** `undefined` as long as nobody knows. */
function useServed(): boolean | undefined {
  const [served, setServed] = useState<boolean>()
  useEffect(() => {
    const control = new AbortController()
    isServed(control.signal).then((is) => control.signal.aborted || setServed(is))
    return () => control.abort()
  }, [])
  return served
}

function NoServer() {
  return (
    <div className="card gate">
      <h3>No backend behind this page</h3>
      <p>
        <code>npm run demo:strapi</code> sets up a real Strapi on this machine and serves this page in front
        of it. Then you can register here, sign in, and see what of the session lies on the disk.
      </p>
    </div>
  )
}

const kinds = { signIn: 'Sign in', register: 'Register' } as const

function Forms({ account }: { account: Account }) {
  const session = useSession()
  const [kind, setKind] = useState<keyof typeof kinds>('signIn')
  if (session.state === 'signed-in') return <SessionCard account={account} session={session} />
  // Not while it is being asked for: the form that asked stays.
  const choosing =
    session.opensBySignIn || ['anonymous', 'expired', 'confirmation-required'].includes(session.state)
  return (
    <div className="card gate account">
      {choosing && (
        <fieldset className="segments" aria-label="What you want to do">
          {Object.entries(kinds).map(([each, label]) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === kind}
              onClick={() => setKind(each as keyof typeof kinds)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      )}
      {session.state === 'expired' && (
        <p>The session of {session.user?.email ?? 'the last visitor'} has ended. Sign in again.</p>
      )}
      {session.state === 'mfa-required' ? (
        <MfaForm />
      ) : kind === 'register' && !session.opensWith ? (
        <RegisterForm fields={['username', 'email']} />
      ) : (
        <SignInForm />
      )}
      <p className="quiet">
        The password goes to the server, which signs you in; on this device it also opens the locker, through
        Argon2id with 64 MiB.
      </p>
    </div>
  )
}

function Opened({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  if (state !== 'unlocked') return null
  return (
    <>
      <ProfileCard demo={demo} />
      <Notes demo={demo} />
    </>
  )
}
