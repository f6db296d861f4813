/** node tests/cli/run.mjs [part of a test's name]: the command line and the native programs. Last line: "N passed, N failed". */
import { backups } from './backups.mjs'
import { differences } from './differences.mjs'
import { reader } from './reader.mjs'
import { terminal } from './terminals.mjs'
import { tokens } from './tokens.mjs'

const filter = process.argv[2] ?? ''
let passed = 0
let failed = 0
for (const [name, test] of Object.entries({
  ...backups,
  ...tokens,
  ...terminal,
  ...differences,
  ...reader,
})) {
  if (!name.includes(filter)) continue
  const from = performance.now()
  try {
    await test()
    passed++
    console.log(`✓ ${name} (${Math.round(performance.now() - from)} ms)`)
  } catch (error) {
    failed++
    console.log(`✗ ${name}\n${String(error?.stack ?? error).replaceAll(/^/gm, '    ')}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
