/** What the tests in react_test.ts put on a page, as `globalThis.kbveReact`. Everything is in StrictMode. */
import '../../suite/dispose.ts'
import { createLocker, LockerError } from '@kbve/locker'
import { type Auth, createAuth } from '@kbve/locker/auth'
import {
  LockerProvider,
  MfaForm,
  RegisterForm,
  SignInForm,
  UnlockForm,
  UptimeBadge,
  useAuth,
  useField,
  useSession,
  useSignIn,
  useStatus,
  useUnlock,
} from '@kbve/locker/react'
import { createUptime, type Uptime } from '@kbve/locker/uptime'
import { Activity, type JSX, StrictMode, Suspense, use, useState } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { authDouble } from '../../suite/auth_double.ts'
import { GotrueDouble } from '../../suite/auth_gotrue_double.ts'
import { Time } from '../../suite/auth_help.ts'
import { type AnyLocker, settled, until } from '../../suite/help.ts'
import { turned } from '../../suite/turned.ts'

if (location.search === '?nolocks') Object.defineProperty(navigator, 'locks', { value: undefined })

const cost = { memoryKib: 19_456, passes: 2 }
const clock = () => kbveReact.now ?? Date.now()

function Vault(): JSX.Element {
  const { state } = useStatus()
  return (
    <>
      <h1>Locker</h1>
      <p id="state">{state}</p>
      <UnlockForm cost={cost} clock={clock} onOpen={() => kbveReact.opened++} />
    </>
  )
}

/** Hides the form, as an application does that keeps what is behind a tab. */
function Hidden(): JSX.Element {
  const [hidden, hide] = useState(false)
  return (
    <>
      <button type="button" onClick={() => hide(!hidden)}>
        {hidden ? 'Show' : 'Hide'}
      </button>
      <Activity mode={hidden ? 'hidden' : 'visible'}>
        <UnlockForm cost={cost} />
      </Activity>
    </>
  )
}

/** Somebody locks it by themselves. */
function Returning(): JSX.Element {
  const { state } = useStatus()
  return (
    <>
      <p id="state">{state}</p>
      <button type="button" onClick={() => kbveReact.locker.lock()}>
        Lock
      </button>
      <UnlockForm cost={cost} autoFocus />
    </>
  )
}

/** An application that shows something else as long as the locker is being opened. */
function Impatient(): JSX.Element {
  const { state } = useStatus()
  if (state === 'unlocking') return <p>please wait</p>
  return state === 'unlocked' ? <p>welcome</p> : <UnlockForm cost={cost} />
}

function Email(): JSX.Element {
  const { draft, setDraft, error, commit, reset, dirty, value } = useField('email')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        commit()
      }}
    >
      <label>
        Email <input value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={commit} />
      </label>
      <p id="error">{error?.message}</p>
      <p id="value">{value}</p>
      <p id="dirty">{String(dirty)}</p>
      <button type="button" onClick={reset}>
        Reset
      </button>
      <Theme />
    </form>
  )
}

/** Types and commits in one event. */
function Theme(): JSX.Element {
  const { draft, setDraft, commit } = useField('theme')
  const dark = () => {
    setDraft('dark')
    commit()
  }
  return (
    <button type="button" onClick={dark}>
      {draft}
    </button>
  )
}

function Own(): JSX.Element {
  const { mode, submit, error, cancel, busy } = useUnlock({ cost })
  return (
    <>
      <p id="own">{`${mode} ${busy} ${error?.code}`}</p>
      <button type="button" onClick={() => void submit('')}>
        Nothing
      </button>
      <button type="button" onClick={() => void submit('correct horse')}>
        Go
      </button>
      <button type="button" onClick={cancel}>
        Stop
      </button>
    </>
  )
}

function Waiting({ on }: { on: Promise<void> }): null {
  use(on)
  return null
}

/** Suspends around the form when the button is pressed. */
function Suspending(): JSX.Element {
  const [waits, setWaits] = useState<Promise<void>>()
  return (
    <>
      <button type="button" onClick={() => setWaits(new Promise((end) => setTimeout(end, 300)))}>
        Suspend
      </button>
      <Suspense fallback={<p>suspended</p>}>
        <UnlockForm cost={cost} />
        {waits && <Waiting on={waits} />}
      </Suspense>
    </>
  )
}

function Account(): JSX.Element {
  return (
    <>
      <h1>Account</h1>
      <p id="session">{useSession().state}</p>
      <SignInForm clock={clock} onStep={({ step }) => kbveReact.steps.push(step)} />
    </>
  )
}

/** Both ways in, and what somebody who is in may do. */
function Whole(): JSX.Element {
  const { state } = useSession()
  const auth = useAuth()
  return (
    <>
      <Account />
      {state !== 'mfa-required' && <RegisterForm aria-label="new" />}
      {state === 'signed-in' && (
        <>
          <MfaForm />
          <button type="button" onClick={() => void auth.signOut()}>
            Sign out
          </button>
        </>
      )}
    </>
  )
}

/** Asks twice in one task, as an impatient finger does. */
function Twice(): JSX.Element {
  const { submit } = useSignIn()
  const ask = async (password: string) => {
    const came = await submit({ email: 'ann@example.com', password })
    kbveReact.steps.push(came?.step ?? 'nothing')
  }
  return (
    <>
      <h1>Account</h1>
      <button type="button" onClick={() => void Promise.all([ask('first'), ask('second')])}>
        Ask
      </button>
    </>
  )
}

function Newcomer(): JSX.Element {
  return (
    <>
      <h1>Account</h1>
      <RegisterForm fields={['username', 'email']} onStep={({ step }) => kbveReact.steps.push(step)} />
    </>
  )
}

function Factor(): JSX.Element {
  return (
    <>
      <h1>Account</h1>
      <MfaForm enrolment={{ friendlyName: 'phone' }} onEnrolled={() => kbveReact.steps.push('enrolled')} />
    </>
  )
}

function Badge(): JSX.Element {
  return (
    <>
      <h1>Services</h1>
      {kbveReact.uptime && <UptimeBadge uptime={kbveReact.uptime} />}
    </>
  )
}

const scenes = {
  ...{ Twice, Badge, Account, Whole, Newcomer, Factor },
  ...{ Vault, Returning, Hidden, Impatient, Email, Own, Suspending },
}
export type Scene = keyof typeof scenes

const page = {
  until,
  settled,
  LockerError,
  /** Where a test turns the clock itself. */
  now: undefined as number | undefined,
  double: authDouble({ state: 'anonymous' }),
  steps: [] as string[],
  createUptime,
  uptime: undefined as Uptime | undefined,
  /** How often a service was asked. */
  asked: 0,
  turn: (_milliseconds: number): Promise<void> => Promise.reject(new Error('nothing is watched')),
  /** Shows the badge of what is at this address, by a clock that `turn` turns. */
  watch(url: string, ahead: number): void {
    const clock = turned(1_760_000_000_000 + ahead)
    let underWay = 0
    page.turn = async (milliseconds) => {
      await page.uptime?.ready
      for (let gone = 0; gone < milliseconds; gone += 1_000) {
        // What is real takes its time: locks and answers.
        await new Promise((resolve) => setTimeout(resolve))
        await until('all answers are there', () => underWay === 0)
        await clock.turn(1_000)
      }
    }
    page.uptime = createUptime({
      services: [{ name: 'Site', url }],
      clock: clock.now,
      monotonic: clock.monotonic,
      timer: clock.timer,
      fetch: async (...given) => {
        page.asked++
        underWay++
        return fetch(...given).finally(() => underWay--)
      },
    })
    page.show('Badge', 'unused')
  },
  /** The double's, until `withGotrue`. */
  auth: undefined as Auth | undefined,
  server: undefined as unknown as GotrueDouble,
  /** A real session with a small GoTrue in this page. */
  withGotrue(name: string): void {
    const time = new Time()
    time.wall = Date.now()
    page.server = new GotrueDouble(time)
    page.locker = createLocker({ tenant: 'test', name, clock })
    const ports = { fetch: page.server.fetch('tab') }
    page.auth = createAuth({ locker: page.locker, backend: page.server.backend, ports })
  },
  locker: undefined as unknown as AnyLocker,
  /** How often a form has said that it opened the locker. */
  opened: 0,
  root: undefined as Root | undefined,
  /** Draws the scene about a locker of this name, or about the one that is there. */
  show(scene: Scene, name?: string, options: Parameters<typeof createLocker>[0] = { unlock: 'ask' }): void {
    if (name !== undefined) page.locker = createLocker({ tenant: 'test', name, clock, ...options })
    const Drawn = scenes[scene]
    page.root ??= createRoot(document.body.appendChild(document.createElement('main')))
    page.root.render(
      <StrictMode>
        <LockerProvider locker={page.locker} auth={page.auth ?? page.double.auth}>
          <Drawn key={`${scene} ${name}`} />
        </LockerProvider>
      </StrictMode>,
    )
  },
  unmount(): void {
    page.root?.unmount()
    page.root = undefined
  },
}

declare global {
  var kbveReact: typeof page
}

globalThis.kbveReact = page
page.double.givenUp = () => new LockerError('aborted', 'The work was given up.')
