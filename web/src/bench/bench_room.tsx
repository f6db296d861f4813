import { useEffect, useRef, useState } from 'react'
import { CopyButton } from '../components/copy_button.tsx'
import { RoomIntro } from '../components/room_intro.tsx'
import type { Result } from './measure.ts'
import { asJson, asMarkdown, surroundings } from './report.ts'
import { ResultTable } from './result_table.tsx'
import { plans, runAll, type Step } from './run.ts'
import '../styles/bench.css'

interface Found {
  results: readonly Result[]
  missing: readonly { name: string; why: string }[]
}

const nothing: Found = { results: [], missing: [] }

/** Measures in the browser of whoever looks at it. */
export function BenchRoom() {
  const [step, setStep] = useState<Step>()
  const [found, setFound] = useState(nothing)
  const [told, tell] = useState('')
  const running = useRef<AbortController>(undefined)
  const button = useRef<HTMLButtonElement>(null)

  // Nobody waits any more for what was begun here.
  useEffect(() => () => running.current?.abort(), [])

  async function run() {
    const control = new AbortController()
    running.current = control
    setFound(nothing)
    tell('')
    const here = (call: () => void) => control.signal.aborted || call()
    try {
      await runAll(control.signal, {
        step: (now) => here(() => setStep(now)),
        result: (result) => here(() => setFound((now) => ({ ...now, results: [...now.results, result] }))),
        missing: (name, why) =>
          here(() => setFound((now) => ({ ...now, missing: [...now.missing, { name, why }] }))),
      })
      tell('Everything is measured.')
    } catch (error) {
      if (!control.signal.aborted) throw error
      tell('Stopped. What was measured until then is below.')
    } finally {
      setStep(undefined)
      button.current?.focus()
    }
  }

  return (
    <>
      <RoomIntro
        title="How fast it is in this browser"
        lead="Every figure is measured here and now, on your machine, beside the libraries one would take instead. It takes about ten seconds; the page stays usable, and you can stop at any time."
      />
      <div className="card bench-head">
        <div className="row">
          <button
            ref={button}
            type="button"
            className="button primary"
            onClick={step ? () => running.current?.abort() : run}
          >
            {step ? 'Stop' : found.results.length > 0 ? 'Measure again' : 'Measure'}
          </button>
          <p aria-live="polite" className="quiet">
            {step ? `Measuring: ${step.name}` : told || `${plans.length} comparisons`}
          </p>
        </div>
        {step && <progress value={step.share} aria-label="How far it is" />}
        {!step && found.results.length > 0 && (
          <div className="row">
            <CopyButton label="Copy as Markdown" text={() => asMarkdown(found.results, surroundings())} />
            <CopyButton label="Copy as JSON" text={() => asJson(found.results, surroundings())} />
          </div>
        )}
      </div>
      <div className="bench-results">
        {found.results.map((result) => (
          <ResultTable key={result.title} result={result} />
        ))}
      </div>
      {found.missing.map(({ name, why }) => (
        <p key={name} className="error">
          {name}: {why}
        </p>
      ))}
      <p className="quiet bench-note">
        Shorter bars are better. All sides run in turns in slices of some 8 ms; the bar is the median, the
        line over it the quartiles. The storage is memory, so that only the work of the page is compared.
        Where WebCrypto is quicker it is so behind a promise: a page that is closed before the promise is kept
        has lost what it was to seal, so the locker does without.
      </p>
    </>
  )
}
