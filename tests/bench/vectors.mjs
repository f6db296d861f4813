/** npm run vectors [-- --json FILE]: how many vectors by others were checked, natively and as WebAssembly. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildNative, buildWasmTests } from '../../tools/build_cpp.mjs'
import { exec } from '../../tools/exec.mjs'
import { main, Problem, say } from '../../tools/say.mjs'
import { toolchain } from '../../tools/toolchain.mjs'
import { vectorEnvironment } from '../../tools/vectors.mjs'
import { jsonPath, printColumns } from './report.mjs'

const filter = '--gtest_filter=*Vectors.*'
const options = { capture: true, check: false }

async function native(env) {
  const binary = join(await buildNative('native-debug', 'kbve_tests'), 'tests/core/kbve_tests')
  return (await toolchain()).run(binary, [filter], { ...options, env })
}

async function wasm(env) {
  const binary = join(await buildWasmTests('wasm-release'), 'tests/core/kbve_tests.cjs')
  return exec(process.execPath, [binary, filter], { ...options, env: { ...process.env, ...env } })
}

/** The rows that the test program printed; a program that failed has its output shown and fails this one. */
function rowsOf(build, { code, output }) {
  if (code !== 0) {
    say(output)
    throw new Problem(`The vectors do not hold in the ${build} build; what it said is above.`)
  }
  const rows = [...output.matchAll(/^vectors: (\{.*\})$/gm)].map(([, text]) => JSON.parse(text))
  if (rows.length === 0) throw new Problem(`The ${build} build checked no vectors; build it again.`)
  return rows.map((row) => ({ ...row, suite: `${row.suite}, ${build}` }))
}

await main(async () => {
  const env = await vectorEnvironment((await toolchain()).root)
  const rows = [...rowsOf('native', await native(env)), ...rowsOf('WebAssembly', await wasm(env))]

  printColumns(
    'Vectors by others',
    ['suite', 'total', 'passed', 'skipped'],
    rows.map(({ suite, total, passed, skipped }) => [suite, ...[total, passed, skipped].map(String)]),
  )
  say('\nPassed, though not as the file has them, and why:')
  for (const { suite, remarks } of rows.filter(({ suite }) => suite.endsWith(', native'))) {
    for (const [reason, count] of Object.entries(remarks)) say(`  ${suite}: ${count} × ${reason}`)
  }
  say('\nSkipped, and why:')
  for (const { suite, reasons } of rows.filter(({ suite }) => suite.endsWith(', native'))) {
    for (const [reason, count] of Object.entries(reasons)) say(`  ${suite}: ${count} × ${reason}`)
  }

  const path = jsonPath()
  if (path) {
    const plain = rows.map(({ suite, total, passed, skipped }) => ({ suite, total, passed, skipped }))
    writeFileSync(path, `${JSON.stringify(plain, null, 2)}\n`)
    say(`\nwritten: ${path}`)
  }
})
