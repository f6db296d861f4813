import { type ChangeEvent, useId, useState } from 'react'
import { useSealedField } from '../hooks/use_sealed_field.ts'
import type { Demo } from '../lockers.ts'
import { FieldNote } from './field_note.tsx'
import { pictureAsDataUrl } from './picture.ts'

/** A link, or a picture of one's own made small enough to be sealed. A link is not shown as a picture:
 *  that would ask somebody else's server for it. */
export function AvatarField({ demo }: { demo: Demo }) {
  const id = useId()
  const field = useSealedField(demo, 'avatar')
  const [problem, setProblem] = useState('')
  const picture = field.draft.startsWith('data:image/')

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (!file) return
    try {
      field.save(await pictureAsDataUrl(file))
      setProblem('')
    } catch {
      setProblem('This file is not a picture the browser can read. Choose a PNG, JPEG or WebP file.')
    }
  }

  return (
    <div className="field wide">
      <div className="field-head">
        <label htmlFor={id}>Avatar</label>
        <FieldNote sealedIn={field.sealedIn} />
      </div>
      <div className="field-line">
        {picture && <img className="avatar" src={field.draft} alt="The avatar" />}
        <input
          id={id}
          type="text"
          name="avatar"
          inputMode="url"
          placeholder="https://…"
          autoComplete="off"
          spellCheck={false}
          value={field.draft}
          aria-invalid={field.error !== ''}
          aria-describedby={`${id}-error`}
          onChange={(event) => field.edit(event.target.value)}
          onBlur={field.commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') field.commit()
            if (event.key === 'Escape') field.reset()
          }}
        />
        <label className="button file">
          Picture…
          <input className="hidden" type="file" accept="image/*" onChange={choose} />
        </label>
        {field.draft !== '' && (
          <button type="button" className="button" onClick={() => field.save('')}>
            Remove
          </button>
        )}
      </div>
      <p className="error" id={`${id}-error`} aria-live="polite">
        {problem || field.error}
      </p>
    </div>
  )
}
