/** The storage in a real Chromium. `node tests/browser/storage/run.mjs [part of a test's name]` */
import { connection } from './connection.mjs'
import { durability } from './durability.mjs'
import { leftBehind } from './left_behind.mjs'
import { room } from './room.mjs'
import { setStage, within } from './stage.mjs'
import { transactions } from './transactions.mjs'

const tests = { ...transactions, ...durability, ...leftBehind, ...connection, ...room }
const wanted = process.argv[2] ?? ''
const LIMIT_MS = 300_000

const stage = await setStage()
let passed = 0
let failed = 0
try {
  for (const [name, test] of Object.entries(tests)) {
    if (!name.includes(wanted)) continue
    const begun = Date.now()
    try {
      await within(LIMIT_MS, test(stage), `not done after ${LIMIT_MS} ms`)
      passed += 1
      console.log(`  ok    ${name} (${Date.now() - begun} ms)`)
    } catch (error) {
      failed += 1
      console.log(`  FAIL  ${name}\n        ${(error.stack ?? String(error)).replaceAll('\n', '\n        ')}`)
    }
    for (const page of stage.context.pages().slice(1)) await page.close().catch(() => {})
  }
} finally {
  await stage.close()
}
if (passed + failed === 0) {
  failed = 1
  console.log(`  FAIL  no test has "${wanted}" in its name`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
