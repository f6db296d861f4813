import { Check } from './icons.tsx'

/** A browser's clock may tick in tenths of a millisecond, which is more than a seal takes. */
function duration(milliseconds: number): string {
  return milliseconds < 0.1 ? 'under 0.1 ms' : `${milliseconds.toFixed(1)} ms`
}

/** How long `set()` took: validated, sealed and handed to the journal. */
export function FieldNote({ sealedIn }: { sealedIn: number | undefined }) {
  return (
    <span className="field-note" aria-live="polite">
      {sealedIn !== undefined && (
        <>
          <Check /> sealed in {duration(sealedIn)}
        </>
      )}
    </span>
  )
}
