/**
 * node tests/package/run.mjs [filter]: the packed package, installed in empty folders and used as people use it.
 * Last line: "N passed, N failed".
 */
import { startChromium } from '../browser/harness/chromium.mjs'
import { makeGiven } from './harness/given.mjs'

const files = [
  'content',
  'node',
  'plain',
  'vite',
  'webpack',
  'esbuild',
  'rollup',
  'next',
  'tree',
  'types',
  'new_user',
]

const filter = process.argv[2] ?? ''
let passed = 0
let failed = 0
let opened
/** Thrown where a machine cannot run a test; it counts neither way, and is told. */
class Skipped extends Error {}
const context = {
  given: makeGiven(),
  skip(why) {
    throw new Skipped(why)
  },
  /** One Chromium for all; each consumer has an origin of its own. Started when the first page is opened. */
  browser: {
    async open() {
      opened ??= startChromium()
      return (await opened).context.newPage()
    },
  },
}
for (const file of files) {
  const { tests } = await import(`./${file}_test.mjs`)
  for (const [name, test] of Object.entries(tests)) {
    if (!name.includes(filter) && !file.includes(filter)) continue
    const from = performance.now()
    try {
      await test(context)
      passed += 1
      console.log(`ok      ${name} (${((performance.now() - from) / 1000).toFixed(1)} s)`)
    } catch (error) {
      if (error instanceof Skipped) {
        console.log(`skipped ${name}: ${error.message}`)
        continue
      }
      failed += 1
      console.log(`FAILED  ${name}\n${error.stack}`)
    }
  }
}
await (await opened)?.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
