/** The suite's entry in a browser; the runner takes `kbveLines` out and reads `kbveSummary`. */
import './dispose.ts'
import { indexedDBStorage } from '@kbve/locker'
import { suites } from './all.ts'
import { type Environment, runSuites, type Summary } from './harness.ts'

declare global {
  /** What is to be printed. */
  var kbveLines: string[]
  var kbveSummary: Summary | undefined
}

const query = new URLSearchParams(location.search)
const filter = query.get('filter')
globalThis.kbveLines = []
const print = (line: string) => void kbveLines.push(line)
addEventListener('error', (event) => print(`  page: ${event.message}`))
addEventListener('unhandledrejection', (event) => print(`  page, nobody caught: ${event.reason}`))

globalThis.kbveSummary = undefined
runSuites(suites, {
  env: (query.get('env') ?? 'chromium') as Environment,
  disk: () => ({ storage: () => indexedDBStorage() }),
  print,
  ...(filter ? { filter } : {}),
}).then((summary) => {
  globalThis.kbveSummary = summary
})
