/** How figures are told. */

/** "99.98 %"; never rounded up to a hundred, so that an outage stays to be seen. */
export function percent(ratio: number | undefined): string {
  if (ratio === undefined) return '–'
  return `${(Math.floor(ratio * 10_000) / 100).toString()} %`
}

export const latency = (milliseconds: number | undefined) =>
  milliseconds === undefined ? '–' : `${milliseconds} ms`

const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

export const hour = (time: number) => hours.format(time)
