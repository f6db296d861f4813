/**
 * What a test in this folder gets, wherever it runs. A file exports `suite(t)`, which registers its
 * tests; a runner (tests/run_suite.mjs) then runs them one after another, in node or in a browser.
 * Two things count as a failure although no assertion failed: a suite without a test, and a test
 * that never ends.
 */
import type { LockerStorage } from '@kbve/locker'

export type Environment = 'node' | 'chromium' | 'firefox' | 'webkit'

export interface TestOptions {
  /** Milliseconds; 20,000 if not said. */
  timeout?: number
  /** Only here; elsewhere it is counted as not run. */
  only?: readonly Environment[]
}

/** A disk on which any number of tabs can be simulated: each call is another hold on the same data. */
export interface TestDisk {
  storage(): LockerStorage
}

/** What only node has, for tests that need a process of their own. */
export interface NodePort {
  /** Runs the text as an ES module in a fresh node beside the package; answers what it printed. */
  run(source: string): Promise<string>
}

export interface SuiteContext {
  readonly env: Environment
  readonly node?: NodePort
  describe(name: string, body: () => void): void
  test(name: string, body: () => unknown, options?: TestOptions): void
  /** Runs after the present test, whatever became of it. */
  after(cleanup: () => unknown): void
  /** A locker name no other test uses. */
  name(): string
  disk(): TestDisk
}

export interface Summary {
  passed: number
  failed: number
  skipped: number
}

export interface RunnerPorts {
  env: Environment
  node?: NodePort
  disk(): TestDisk
  print(line: string): void
  /** Only tests whose full name contains this. */
  filter?: string
}

interface Registered {
  name: string
  body: () => unknown
  options: TestOptions
}

export type Suite = (t: SuiteContext) => void

let names = 0

export async function runSuites(suites: Record<string, Suite>, ports: RunnerPorts): Promise<Summary> {
  const summary: Summary = { passed: 0, failed: 0, skipped: 0 }
  const started = performance.now()
  for (const [file, suite] of Object.entries(suites)) {
    const part = await runSuite(file, suite, ports)
    summary.passed += part.passed
    summary.failed += part.failed
    summary.skipped += part.skipped
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (summary.skipped) ports.print(`${summary.skipped} not for ${ports.env}`)
  ports.print(`${seconds} s in ${ports.env}`)
  ports.print(`${summary.passed} passed, ${summary.failed} failed`)
  return summary
}

async function runSuite(file: string, suite: Suite, ports: RunnerPorts): Promise<Summary> {
  const summary: Summary = { passed: 0, failed: 0, skipped: 0 }
  const path: string[] = [file]
  const tests: Registered[] = []
  let cleanups: (() => unknown)[] = []
  const context: SuiteContext = {
    env: ports.env,
    ...(ports.node ? { node: ports.node } : {}),
    describe(name, body) {
      path.push(name)
      body()
      path.pop()
    },
    test(name, body, options = {}) {
      tests.push({ name: [...path, name].join(' › '), body, options })
    },
    after: (cleanup) => void cleanups.push(cleanup),
    name: () => `test-${Date.now().toString(36)}-${names++}`,
    disk: ports.disk,
  }
  suite(context)
  if (tests.length === 0) {
    summary.failed++
    ports.print(`✗ ${file}: this suite registered no test`)
  }
  for (const test of tests) {
    if (ports.filter && !test.name.includes(ports.filter)) continue
    if (test.options.only && !test.options.only.includes(ports.env)) {
      summary.skipped++
      continue
    }
    const started = performance.now()
    let failure: unknown
    try {
      await within(test.options.timeout ?? 20_000, test.body)
    } catch (error) {
      failure = error ?? new Error('failed without saying why')
    }
    for (const cleanup of cleanups.reverse()) {
      try {
        await within(5_000, cleanup)
      } catch (error) {
        failure ??= error
      }
    }
    cleanups = []
    const ms = Math.round(performance.now() - started)
    ports.print(`${failure ? '✗' : '✓'} ${test.name} (${ms} ms)`)
    if (failure) {
      summary.failed++
      ports.print(indented(failure))
    } else summary.passed++
  }
  return summary
}

/** Runs `body`, and rejects when it has not ended in time. */
async function within(ms: number, body: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${ms} ms`)), ms)
  })
  try {
    await Promise.race([Promise.resolve().then(body), late])
  } finally {
    clearTimeout(timer)
  }
}

function indented(failure: unknown): string {
  const code = failure instanceof Error && 'code' in failure ? ` [${String(failure.code)}]` : ''
  // A stack has the message in it in some engines only.
  const { stack = '' } = failure instanceof Error ? failure : {}
  const said = `${failure}${code}`
  const text = stack.includes(String(failure)) ? `${stack}${code}` : `${said}\n${stack}`
  return text.replaceAll(/^/gm, '    ')
}
