/** What a benchmark shows and writes. */
import { writeFileSync } from 'node:fs'

/** @typedef {import('./measure.mjs').Row} Row */

/** Prints rows of cells in columns. @param {string[]} head @param {string[][]} lines */
export function printColumns(title, head, lines) {
  const widths = head.map((text, i) => Math.max(text.length, ...lines.map((line) => line[i].length)))
  const print = (cells) =>
    console.log(`  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd())
  console.log(`\n${title}\n`)
  print(head)
  print(widths.map((width) => '-'.repeat(width)))
  for (const line of lines) print(line)
}

const spread = (value, range) => (range ? `${value}  (${range[0]}–${range[1]})` : String(value))
const verdictText = (row) => (row.holds === undefined ? '' : row.holds ? 'holds' : 'FAILS')

/** Both sides, their ratio and the bar. @param {Row[]} rows */
export function printComparison(title, rows) {
  const head = ['row', 'ours (min–max)', 'peer (min–max)', 'unit', 'ratio (min–max)', 'bar', '', 'peer']
  const lines = rows.map((r) => [
    r.name,
    spread(r.ours, r.range?.ours),
    spread(r.peer, r.range?.peer),
    r.unit,
    spread(r.ratio, r.range?.ratio),
    r.bar ?? '',
    verdictText(r),
    r.peerName,
  ])
  printColumns(title, head, lines)
}

/** Sizes, with the bar where there is one. */
export function printSizes(title, rows) {
  const head = ['file', 'raw kB', 'gzip kB', 'brotli kB', 'bar (gzip)', '']
  const cell = (value) => value.toFixed(2).padStart(8)
  const lines = rows.map((r) => [
    r.name,
    cell(r.raw),
    cell(r.gzip),
    cell(r.brotli),
    r.bar ?? '',
    verdictText(r),
  ])
  printColumns(title, head, lines)
}

/** The path given after `--json`, or undefined. */
export function jsonPath(argv = process.argv.slice(2)) {
  const at = argv.indexOf('--json')
  if (at === -1) return undefined
  const path = argv[at + 1]
  if (!path || path.startsWith('--')) throw new Error('Say where to write: --json FILE.')
  return path
}

/** What was asked for besides `--json FILE`: names of rows, and whether it should be quick. */
export function askedFor(argv = process.argv.slice(2)) {
  const at = argv.indexOf('--json')
  const args = at === -1 ? argv : argv.toSpliced(at, 2)
  return { quick: args.includes('--quick'), names: args.filter((arg) => !arg.startsWith('--')) }
}

/** Prints the notes, writes the JSON file if one is asked for, and sets the exit code: 1 when a bar does not hold. */
export function finish(rows) {
  console.log()
  for (const row of rows) if (row.note) console.log(`  ${row.name}: ${row.note}`)
  const path = jsonPath()
  if (path) {
    writeFileSync(path, `${JSON.stringify(rows, null, 2)}\n`)
    console.log(`\n  written: ${path}`)
  }
  const failed = rows.filter((row) => row.holds === false)
  if (failed.length > 0) {
    console.error(
      `\n  Bars that do not hold: ${failed.map((row) => `${row.name} (${row.ratio}, ${row.bar})`).join('; ')}.`,
    )
    process.exitCode = 1
  }
}
