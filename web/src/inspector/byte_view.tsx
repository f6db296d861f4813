import { type KeyboardEvent, type ReactNode, useState } from 'react'
import type { Field, Section } from './fields.ts'

/** One byte of one field. */
export interface Chosen {
  section: string
  field: string
  index: number
}

interface Props {
  /** Of what these are the bytes. */
  title: string
  sections: readonly Section[]
  chosen: Chosen | undefined
  choose: (chosen: Chosen) => void
  isFlipped: (field: Field, index: number) => boolean
  /** What is done with the chosen byte; it stays beside them. */
  children?: ReactNode
}

/** A long field is shown by its beginning and its end. */
const shownFront = 160
const shownBack = 32

/** All bytes in a row on one side, what they are on the other; pointing at either shows the other. */
export function ByteView({ title, sections, chosen, choose, isFlipped, children }: Props) {
  const [pointed, setPointed] = useState('')
  const active = pointed || (chosen ? `${chosen.section}/${chosen.field}` : '')
  // The pointer and the focus may be at different fields: the last that moved counts.
  const leave = (id: string) => setPointed((now) => (now === id ? '' : now))
  const first = sections[0]?.fields[0]
  const current = chosen ?? {
    section: sections[0]?.id ?? '',
    field: first?.id ?? '',
    index: first?.lead ?? 0,
  }
  const starts = startsOf(sections)
  return (
    <div className="anatomy">
      <div className="anatomy-side">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is sent with a form */}
        <div
          className="dump"
          role="group"
          aria-label={`Bytes of ${title}. The arrow keys go from byte to byte.`}
          onKeyDown={onArrow}
          onPointerLeave={() => setPointed('')}
        >
          {sections.map((section) => (
            <div key={section.id} className="dump-section" data-part={section.id}>
              <p className="dump-title" aria-hidden="true">
                {section.title}
              </p>
              <div className="bytes">
                {section.fields.map((field) => {
                  const id = `${section.id}/${field.id}`
                  return indexes(field).map((index) =>
                    index < 0 ? (
                      <span key={`${id} gap`} className="gap">
                        {field.bytes.length - shownFront - shownBack} more
                      </span>
                    ) : (
                      <button
                        key={`${id} ${index}`}
                        type="button"
                        className="byte"
                        data-kind={field.name}
                        data-active={active === id}
                        data-lead={index < field.lead || field.implied === true}
                        data-edge={index === 0}
                        data-flipped={isFlipped(field, index)}
                        aria-current={
                          chosen?.section === section.id &&
                          chosen.field === field.id &&
                          chosen.index === index
                        }
                        tabIndex={
                          current.section === section.id &&
                          current.field === field.id &&
                          current.index === index
                            ? 0
                            : -1
                        }
                        aria-label={`${field.name}, byte ${index}: ${pair(field.bytes[index])}`}
                        onPointerEnter={() => setPointed(id)}
                        onFocus={() => choose({ section: section.id, field: field.id, index })}
                        onClick={() => choose({ section: section.id, field: field.id, index })}
                      >
                        {pair(field.bytes[index])}
                      </button>
                    ),
                  )
                })}
              </div>
            </div>
          ))}
        </div>
        {children}
      </div>
      <div className="legend">
        {sections.map((section) => (
          <section key={section.id} data-part={section.id} aria-label={section.title}>
            <h4>{section.title}</h4>
            <p className="quiet">{section.words}</p>
            <ul>
              {section.fields.map((field) => {
                const id = `${section.id}/${field.id}`
                const start = starts.get(id) ?? 0
                return (
                  <li key={id}>
                    <button
                      type="button"
                      className="field-row"
                      data-active={active === id}
                      aria-pressed={chosen?.section === section.id && chosen.field === field.id}
                      onPointerEnter={() => setPointed(id)}
                      onPointerLeave={() => leave(id)}
                      onFocus={() => setPointed(id)}
                      onBlur={() => leave(id)}
                      onClick={() =>
                        choose({ section: section.id, field: field.id, index: firstChoice(field) })
                      }
                    >
                      <span className="field-name">
                        <b>{field.name}</b>{' '}
                        <span className="quiet number">
                          {field.bytes.length === 1
                            ? `byte ${start}`
                            : `bytes ${start}–${start + field.bytes.length - 1}`}
                        </span>
                      </span>
                      {field.text !== undefined && <code>{field.text}</code>}
                      <span className="field-words">{field.words}</span>
                    </button>
                  </li>
                )
              })}
            </ul>
          </section>
        ))}
      </div>
    </div>
  )
}

/** Where each field begins, counted over all of them. */
function startsOf(sections: readonly Section[]): Map<string, number> {
  const starts = new Map<string, number>()
  let at = 0
  for (const section of sections) {
    for (const field of section.fields) {
      starts.set(`${section.id}/${field.id}`, at)
      at += field.bytes.length
    }
  }
  return starts
}

/** The bytes that are shown; -1 stands for those that are not. */
function indexes({ bytes }: Field): number[] {
  const all = [...bytes.keys()]
  return bytes.length > shownFront + shownBack + 16
    ? [...all.slice(0, shownFront), -1, ...all.slice(-shownBack)]
    : all
}

/** The byte that a click on a field's name chooses: of a number the last, which is the one that can be changed. */
function firstChoice(field: Field): number {
  return field.lead === 0 && field.bytes.length === 8 && field.text !== undefined ? 7 : field.lead
}

function pair(byte = 0): string {
  return byte.toString(16).padStart(2, '0')
}

/** From byte to byte, and from line to line, as they stand on the screen. */
function onArrow(event: KeyboardEvent<HTMLElement>) {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.byte')]
  const at = all.indexOf(document.activeElement as HTMLElement)
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
  let to = next === undefined ? undefined : all[next]
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') to = nextLine(all, at, event.key === 'ArrowDown')
  if (at < 0 || !to) return
  event.preventDefault()
  to.focus()
}

function nextLine(all: readonly HTMLElement[], at: number, down: boolean): HTMLElement | undefined {
  const from = all[at]?.getBoundingClientRect()
  if (!from) return undefined
  const places = all.map((element) => ({ element, box: element.getBoundingClientRect() }))
  const beyond = places.filter(({ box }) => (down ? box.top > from.top + 1 : box.top < from.top - 1))
  const top = down
    ? Math.min(...beyond.map(({ box }) => box.top))
    : Math.max(...beyond.map(({ box }) => box.top))
  const line = beyond.filter(({ box }) => Math.abs(box.top - top) < 1)
  return line.sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left))[0]?.element
}
