/** The suite's entry in node: every locker lies in a `memoryStorage()` that two "tabs" can share. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { memoryStorage } from '@kbve/locker'
import { suites } from './all.ts'
import { type NodePort, runSuites } from './harness.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

const node: NodePort = {
  run: (source) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, stdout: string, stderr: string) =>
        error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout)
      execFile(process.execPath, ['--input-type=module', '-e', source], { cwd: here, timeout: 20_000 }, done)
    }),
}

const summary = await runSuites(suites, {
  env: 'node',
  node,
  disk: () => {
    const storage = memoryStorage()
    return { storage: () => storage }
  },
  print: (line) => console.log(line),
  ...(process.argv[2] ? { filter: process.argv[2] } : {}),
})
process.exitCode = summary.failed > 0 || summary.passed === 0 ? 1 : 0
