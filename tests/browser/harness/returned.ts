/** What `set()` and its like have returned for, as pages told it, and whether a disk still has it. */
import type { Logged } from './ports.ts'

export interface Returned extends Logged {
  id: string
  rev: number
  writer: number[]
  value: string | null
  life: string
}

/** A record in clear. */
export interface Raw {
  id: string
  rev: number
  writer: number[]
}

export function returnedOf(lines: readonly Logged[]): Returned[] {
  return lines.filter((line) => line.what === 'returned') as unknown as Returned[]
}

function compare(a: Omit<Raw, 'id'>, b: Omit<Raw, 'id'>): number {
  if (a.rev !== b.rev) return a.rev - b.rev
  const at = a.writer.findIndex((byte, i) => byte !== b.writer[i])
  return at < 0 ? 0 : (a.writer[at] ?? 0) - (b.writer[at] ?? 0)
}

/** What the disk has neither in this version nor in a larger one. */
export function lostOf(returned: readonly Returned[], disk: readonly Raw[]): Returned[] {
  const byId = new Map(disk.map((record) => [record.id, record]))
  return returned.filter((line) => {
    const stored = byId.get(line.id)
    return !stored || compare(line, stored) > 0
  })
}

/** The values that must be shown: of each id the one whose version is on the disk. */
export function valuesOf(returned: readonly Returned[], disk: readonly Raw[]): Map<string, string | null> {
  const byId = new Map(disk.map((record) => [record.id, record]))
  const values = new Map<string, string | null>()
  for (const line of returned) {
    const stored = byId.get(line.id)
    if (stored && compare(line, stored) === 0) values.set(line.id, line.value)
  }
  return values
}
