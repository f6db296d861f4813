/**
 * What all forms share. They are plain HTML without any style, and their fields have no `name`: whatever happens
 * before the page's script runs, or without it, nothing that was typed gets into an address or to a server.
 */
import {
  type ComponentPropsWithoutRef,
  createContext,
  type JSX,
  type KeyboardEvent,
  type ReactNode,
  type SubmitEvent,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'

/** What a person has to be told, and which field it is about. */
export interface Problem {
  readonly message: string
  readonly field?: string | undefined
  /** Who is not at that field yet is only taken there. */
  readonly gently?: boolean
}

/** What a form of this package takes beside its own: whatever `<form>` takes. */
export type FormProps = Omit<ComponentPropsWithoutRef<'form'>, 'children' | 'onSubmit' | 'method' | 'action'>

/** Reads what was typed; a field that is not there is empty. */
export type Values = (name: string) => string

interface FrameProps extends FormProps {
  busy: boolean
  problem: Problem | undefined
  /** Another object each time that the person is to be taken on: to the problem's field, or to `next`, or to what is said. */
  cue: object | undefined
  next?: string | undefined
  retryIn: number
  /** What is going on, while it is busy. */
  doing: ReactNode
  /** What is to be known, while it is not. */
  notice?: ReactNode
  /** 0 to 1, where it is known. */
  fraction?: number | undefined
  waitText: (seconds: number) => string
  /** What the box says that shows the passwords that are typed; none where there are no such fields. */
  reveal?: string | undefined
  /** What the button says that sends the form; none where there is nothing to send. */
  send?: string | undefined
  cancel?: { label: string; call: () => void } | undefined
  /** Buttons beside that. */
  more?: ReactNode
  /** Sends; or answers the problem that is to be mended first. */
  onSend: (values: Values) => Problem | undefined
  /** Shows a problem that was answered, or that there is none any more. */
  onProblem: (problem: Problem | undefined) => void
  children?: ReactNode
}

const Inside = createContext<{ id: string; wrong: string | undefined; busy: boolean; revealed: boolean }>({
  id: '',
  wrong: undefined,
  busy: false,
  revealed: false,
})

/** The form around the fields. */
export function Frame(props: FrameProps): JSX.Element {
  const { busy, problem, cue, next, retryIn, doing, fraction, waitText } = props
  const { notice, reveal, send, cancel, more, onSend, onProblem } = props
  const { children, ...rest } = withoutOwn(props)
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [revealed, setRevealed] = useState(false)
  const fieldOf = (name: string) => form.current?.elements.namedItem(`${id}-${name}`)

  // Where the person goes on: at the field or button that it is about, or else at the sentence that says what is.
  const goal = problem ? problem.field : next
  const said = problem ? 'problem' : 'notice'
  useEffect(() => {
    if (cue && !goTo(form.current, `${id}-${goal}`)) document.getElementById(`${id}-${said}`)?.focus()
  }, [cue, goal, said, id])

  // The button that was pressed for it goes with the work.
  const giveUp = () => {
    cancel?.call()
    if (!goTo(form.current, `${id}-${next}`))
      form.current?.querySelector<HTMLElement>('[type=submit]')?.focus()
  }

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy || retryIn > 0 || send === undefined) return
    const found = onSend((name) => {
      const field = fieldOf(name)
      return field instanceof HTMLInputElement ? field.value : ''
    })
    const there = found && fieldOf(`${found.field}`)
    if (found?.gently && there instanceof HTMLInputElement && there !== document.activeElement) {
      onProblem(undefined)
      there.focus()
    } else if (found) onProblem(found)
    // Who looks on does not see the password for as long as the work lasts, and browsers keep it in no list of texts.
    else setRevealed(false)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    rest.onKeyDown?.(event)
    if (event.key === 'Escape' && busy) cancel?.call()
  }
  return (
    // `dialog` outside a dialog: a form that is sent before there is a script goes nowhere.
    <form
      noValidate
      method="dialog"
      {...rest}
      ref={form}
      aria-busy={busy}
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
    >
      <Inside value={{ id, wrong: problem?.field, busy, revealed }}>
        {children}
        {reveal !== undefined && (
          <p>
            <label>
              <input
                type="checkbox"
                checked={revealed}
                onChange={(event) => setRevealed(event.target.checked)}
              />{' '}
              {reveal}
            </label>
          </p>
        )}
        <p id={`${id}-problem`} aria-live="polite" tabIndex={-1}>
          {problem?.message}
        </p>
        {retryIn > 0 && <p role="timer">{waitText(retryIn)}</p>}
        <p id={`${id}-notice`} role="status" tabIndex={-1}>
          {busy ? doing : notice}
        </p>
        {busy && <progress aria-label={typeof doing === 'string' ? doing : undefined} value={fraction} />}
        <p>
          {/* Not `disabled`, which would take the focus away from who has just pressed it. */}
          {send !== undefined && (
            <button type="submit" aria-disabled={busy || retryIn > 0}>
              {send}
            </button>
          )}
          {busy && cancel && (
            <button type="button" onClick={giveUp}>
              {cancel.label}
            </button>
          )}
          {more}
        </p>
      </Inside>
    </form>
  )
}

/** Takes the person to a field, or to a button, of the form; answers whether there is one. */
function goTo(form: HTMLFormElement | null, id: string): boolean {
  const there = form?.elements.namedItem(id)
  if (!(there instanceof HTMLElement)) return false
  there.focus()
  if (there instanceof HTMLInputElement) there.select()
  return true
}

const own = [
  ...['busy', 'problem', 'cue', 'next', 'retryIn', 'doing', 'notice', 'fraction', 'waitText'],
  ...['reveal', 'send', 'cancel', 'more', 'onSend', 'onProblem'],
]

/** What is for the `<form>` itself. */
function withoutOwn(props: FrameProps): FormProps & { children?: ReactNode } {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !own.includes(key)))
}

type InputProps = Omit<ComponentPropsWithoutRef<'input'>, 'id' | 'name'>

/** A labelled field of the form around it. What is typed is in the page's own input and nowhere else. */
export function TextField(props: InputProps & { name: string; label: ReactNode }): JSX.Element {
  const { name, label, type = 'text', ...input } = props
  const { id, wrong, busy, revealed } = useContext(Inside)
  const secret = type === 'password'
  return (
    <p>
      <label htmlFor={`${id}-${name}`}>{label}</label>{' '}
      <input
        type={secret && revealed ? 'text' : type}
        required
        // A password that is shown is no text to be mended, or to be sent to whoever checks the spelling.
        {...(secret && { autoCapitalize: 'none', autoCorrect: 'off', spellCheck: false })}
        {...input}
        id={`${id}-${name}`}
        readOnly={busy || input.readOnly}
        aria-invalid={wrong === name}
        aria-describedby={`${id}-problem`}
      />
    </p>
  )
}

/** A button beside the one that sends: it waits while the form is at work, and `name` is what a problem calls it. */
export function OtherButton(props: { name?: string; label: string; call: () => void }): JSX.Element {
  const { name, label, call } = props
  const { id, busy } = useContext(Inside)
  return (
    <button id={name && `${id}-${name}`} type="button" aria-disabled={busy} onClick={() => busy || call()}>
      {label}
    </button>
  )
}

/** Tells password managers whose password it is, where the form does not ask. */
export function AccountName({ name }: { name: string }): JSX.Element {
  return <input hidden readOnly type="text" autoComplete="username" value={name} />
}
