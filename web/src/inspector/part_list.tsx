import type { PartGroup } from './parts.ts'

interface Props {
  groups: readonly PartGroup[]
  shown: string
  show: (id: string) => void
  sealCookie: (() => Promise<void>) | undefined
}

/** What can be taken apart. */
export function PartList({ groups, shown, show, sealCookie }: Props) {
  return (
    <nav className="card part-list" aria-label="What lies on the disk">
      {groups.map(({ title, words, parts, none }) => (
        <div key={title}>
          <h2>
            {title} <span className="quiet">{words}</span>
          </h2>
          {parts.length === 0 && <p className="quiet">{none}</p>}
          <ul>
            {parts.map((part) => (
              <li key={part.id}>
                <button
                  type="button"
                  aria-current={part.id === shown ? 'true' : undefined}
                  onClick={() => show(part.id)}
                >
                  <code>{part.title}</code>
                  {part.damaged && <span className="tag bad">damaged</span>}
                  <span className="quiet number">{part.note}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <button
        type="button"
        className="button small"
        disabled={!sealCookie}
        onClick={() => void sealCookie?.()}
      >
        Seal a cookie
      </button>
    </nav>
  )
}
