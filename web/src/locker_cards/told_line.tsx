import type { Told } from './use_work.ts'

/** What became of it. There also while it is empty, so that what comes is read aloud. */
export function ToldLine({ told }: { told: Told | undefined }) {
  return (
    <p className="told" data-tone={told?.tone} role="status">
      {told?.text}
    </p>
  )
}
