import { useState } from 'react'

interface Props {
  label: string
  text: () => string
}

/** Puts a text on the clipboard, and says so; where the browser does not allow it, shows it to be copied by hand. */
export function CopyButton({ label, text }: Props) {
  const [told, tell] = useState('')
  const [shown, show] = useState<string>()

  async function copy() {
    const value = text()
    try {
      await navigator.clipboard.writeText(value)
      show(undefined)
      tell('Copied.')
    } catch {
      show(value)
      tell('The browser does not let this page copy. Here it is:')
    }
  }

  return (
    <div className="copy">
      <button type="button" className="button" onClick={copy}>
        {label}
      </button>
      <span className="quiet" aria-live="polite">
        {told}
      </span>
      {shown !== undefined && (
        <textarea readOnly rows={6} className="mono" aria-label={label} value={shown} />
      )}
    </div>
  )
}
