import { type ReactNode, useEffect, useRef } from 'react'
import type { Refusal } from '../hooks/use_opening.ts'
import { LockClosed } from './icons.tsx'

interface Props {
  title: string
  text: string
  label: string
  open: () => void
  refusal: Refusal | undefined
  /** Other ways in. */
  children?: ReactNode
}

/** One button that opens or makes the locker, with nothing to type. */
export function DirectGate({ title, text, label, open, refusal, children }: Props) {
  const button = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (refusal) button.current?.focus()
  }, [refusal])

  return (
    <div className="card gate">
      <h3>
        <LockClosed /> {title}
      </h3>
      <p>{text}</p>
      {refusal && (
        <p className={refusal.stopped ? 'quiet' : 'error'} role="alert">
          {refusal.message}
        </p>
      )}
      <button ref={button} type="button" className="button primary" onClick={open}>
        {label}
      </button>
      {children}
    </div>
  )
}
