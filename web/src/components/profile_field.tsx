import { type InputHTMLAttributes, type KeyboardEvent, useId } from 'react'
import { type TextField, useSealedField } from '../hooks/use_sealed_field.ts'
import type { Demo } from '../lockers.ts'
import { FieldNote } from './field_note.tsx'

interface Props
  extends Pick<InputHTMLAttributes<HTMLInputElement>, 'autoComplete' | 'inputMode' | 'placeholder'> {
  demo: Demo
  name: TextField
  label: string
  /** Takes the whole width. */
  wide?: boolean
  /** A button that fills the field. */
  offer?: { label: string; value: () => string }
}

export function ProfileField({ demo, name, label, wide, offer, autoComplete = 'off', ...hints }: Props) {
  const id = useId()
  const field = useSealedField(demo, name)
  return (
    <div className={wide ? 'field wide' : 'field'}>
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        <FieldNote sealedIn={field.sealedIn} />
      </div>
      <div className="field-line">
        <input
          {...hints}
          id={id}
          type="text"
          name={name}
          value={field.draft}
          autoComplete={autoComplete}
          spellCheck={false}
          aria-invalid={field.error !== ''}
          aria-describedby={`${id}-error`}
          onChange={(event) => field.edit(event.target.value)}
          onBlur={field.commit}
          onKeyDown={(event) => keys(event, field)}
        />
        {offer && (
          <button type="button" className="button" onClick={() => field.save(offer.value())}>
            {offer.label}
          </button>
        )}
      </div>
      <p className="error" id={`${id}-error`} aria-live="polite">
        {field.error}
      </p>
    </div>
  )
}

function keys(event: KeyboardEvent, field: ReturnType<typeof useSealedField>) {
  if (event.key === 'Enter') field.commit()
  if (event.key === 'Escape') field.reset()
}
