/** Plain text tables for a terminal. */

/** `rows` under `head`, columns padded; those in `right` are numbers. The last column is never padded. */
export function table(head, rows, right) {
  const cells = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i].length)))
  const line = (row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].map((text) => `  ${text}`).join('\n')
}

/** The first bytes in hex. */
export function hexHead(bytes, count) {
  return Buffer.from(bytes.subarray(0, count)).toString('hex').replace(/../g, '$& ').trimEnd()
}
