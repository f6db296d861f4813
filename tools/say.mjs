/** What the tools print: one line per step, with the time it took. */

const started = performance.now()

export function say(text) {
  process.stdout.write(`${text}\n`)
}

export function seconds(ms) {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

export function sinceStart() {
  return seconds(performance.now() - started)
}

/** Says what is about to happen, does it, and says how long it took. */
export async function step(text, work) {
  const from = performance.now()
  say(`> ${text}`)
  const result = await work()
  say(`  done in ${seconds(performance.now() - from)}`)
  return result
}

/** An error whose message is all the person needs: printed without a stack. */
export class Problem extends Error {}

/** Runs a tool's main function; a Problem ends it with its sentence and exit code 1. */
export async function main(work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}
