/** Times of a token in words. */

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'medium' })

/** "in 12 minutes", for a number of seconds from now on. */
export function inWords(seconds: number): string {
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return relative.format(Math.trunc(seconds / size), unit)
}

/** Date, time and distance from `now` (ms) of a NumericDate; `undefined` for what is none. */
export function dateInWords(value: unknown, now: number): string | undefined {
  // The years a Date can have; a token may say anything.
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 8_640_000_000_000)
    return undefined
  return `${absolute.format(value * 1000)}, ${inWords(value - now / 1000)}`
}
