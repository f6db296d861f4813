/** The browsers the tests run in, each driven in its own way, all with the same face (ports.ts, `Engine`). */
import { startChromium } from './chromium.mjs'

export const engines = {
  chromium: startChromium,
  // Loaded when asked for: most runs need neither.
  firefox: async () => (await import('./firefox.mjs')).startFirefox(),
  webkit: async () => (await import('./webkit.mjs')).startWebKit(),
}

/** The engine named by `--engine NAME` among the arguments, Chromium if none is, and the other arguments. */
export function engineOf(args) {
  const at = args.indexOf('--engine')
  const name = at < 0 ? 'chromium' : args[at + 1]
  if (!Object.hasOwn(engines, name)) {
    throw new Error(`There is no engine "${name}". The engines are ${Object.keys(engines).join(', ')}.`)
  }
  return { engine: name, rest: at < 0 ? args : args.toSpliced(at, 2) }
}
