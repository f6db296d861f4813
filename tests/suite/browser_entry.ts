/** The suite's entry in a browser; the runner provides `kbvePrint` and reads `kbveSummary`. */
import { indexedDBStorage } from '@kbve/locker'
import { suites } from './all.ts'
import { type Environment, runSuites, type Summary } from './harness.ts'

declare global {
  var kbvePrint: (line: string) => void
  var kbveSummary: Promise<Summary>
}

const query = new URLSearchParams(location.search)
const filter = query.get('filter')

globalThis.kbveSummary = runSuites(suites, {
  env: (query.get('env') ?? 'chromium') as Environment,
  disk: () => ({ storage: () => indexedDBStorage() }),
  print: (line) => globalThis.kbvePrint(line),
  ...(filter ? { filter } : {}),
})
