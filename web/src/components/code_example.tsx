import type { Mode } from '../lockers.ts'
import { CopyButton } from './copy_button.tsx'

/** Modules of their own, so that what is shown compiles. */
const texts = import.meta.glob<string>('../examples/*.tsx', { query: '?raw', import: 'default', eager: true })

/** What an application writes to have the locker that is shown. */
export function CodeExample({ mode }: { mode: Mode }) {
  const text = texts[`../examples/${mode}.tsx`]
  if (text === undefined) return null
  return (
    <details className="example">
      <summary>The code for this locker</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and by the keyboard too */}
      <pre tabIndex={0}>
        <code>{text.trim()}</code>
      </pre>
      <CopyButton label="Copy the code" text={() => text} />
    </details>
  )
}
