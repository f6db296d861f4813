import { CopyButton } from '../components/copy_button.tsx'

interface Props {
  code: string
  done: () => void
}

/** A recovery code just drawn, which nobody can show again. */
export function NewCode({ code, done }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups no fields, which a fieldset is for
    <div className="new-code" role="group" aria-label="The new recovery code" tabIndex={-1}>
      <p>Write it down now: it is shown only once, and nobody can show it again.</p>
      <code className="recovery-code">{code}</code>
      <div className="row">
        <CopyButton label="Copy the code" text={() => code} />
        <button type="button" className="button" onClick={done}>
          I have it
        </button>
      </div>
    </div>
  )
}
