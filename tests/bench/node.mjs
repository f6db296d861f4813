/**
 * `npm run bench`: the package against its peers under node, in turns, in one process.
 *   node tests/bench/node.mjs [--json FILE] [--quick] [name of a row …]
 */
import { argon2Rows } from './argon2.mjs'
import { nativeArgon2 } from './native_child.mjs'
import { openRow, openScaleRow, sealRows } from './records.mjs'
import { askedFor, finish, printComparison } from './report.mjs'
import { decodeRows, verifyAlgorithms, verifyRow } from './token_rows.mjs'
import { decodeCosts, verifyCosts } from './tokens.mjs'

const { quick, names: wanted } = askedFor()

/** The rows and what measures them. */
const benchmarks = [
  { name: 'seal-200B', run: () => sealRows({ rounds: quick ? 5 : 21 }) },
  { name: 'open-10000', run: () => openRow({ rounds: quick ? 3 : 11 }) },
  { name: 'open-scale', run: () => openScaleRow({ rounds: quick ? 3 : 9 }) },
  {
    name: 'argon2id-64MiB-t3',
    run: () => nativeArgon2((child) => argon2Rows(child, { rounds: quick ? 3 : 11 })),
  },
  { name: 'jwt-decode', run: async () => decodeRows(await decodeCosts({ rounds: quick ? 5 : 15 })) },
  ...verifyAlgorithms.map((alg) => ({
    name: `verify-${alg}`,
    run: async () => [verifyRow(alg, await verifyCosts(alg, { rounds: quick ? 5 : 15 }))],
  })),
]

const chosen = benchmarks.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
if (chosen.length === 0) {
  console.error(`No such row. The rows are ${benchmarks.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const rows = []
for (const { name, run } of chosen) {
  console.log(`  measuring ${name} …`)
  rows.push(...(await run()))
}
printComparison(`@kbve/locker against its peers, node ${process.versions.node} on ${process.arch}`, rows)
finish(rows)
