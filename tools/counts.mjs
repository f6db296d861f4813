/** The sum line of our own runners, or GoogleTest's summary. */
export function counts(output) {
  const sums = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
  if (sums) return { passed: Number(sums[1]), failed: Number(sums[2]) }
  const number = (pattern) => Number(pattern.exec(output)?.[1] ?? 0)
  return {
    passed: number(/^\[ {2}PASSED {2}\] (\d+) tests?\./m),
    failed: number(/^\[ {2}FAILED {2}\] (\d+) tests?, listed below/m),
  }
}
