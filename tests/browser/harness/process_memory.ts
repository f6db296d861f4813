/** The memory of a whole process, as somebody with its rights could read it: what is freed and not yet overwritten too. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const piece = 4 << 20

/** How often each of these lies in the writable memory of the process; `undefined` where that may not be read. */
export function countInProcess(
  pid: number,
  needles: Record<string, readonly Uint8Array[]>,
): Record<string, number> | undefined {
  let memory: number
  let maps: string
  try {
    maps = readFileSync(`/proc/${pid}/maps`, 'utf8')
    memory = openSync(`/proc/${pid}/mem`, 'r')
  } catch {
    return undefined
  }
  const counts = Object.fromEntries(Object.keys(needles).map((name) => [name, 0]))
  const longest = Math.max(...Object.values(needles).flatMap((ways) => ways.map((way) => way.length)))
  const buffer = Buffer.alloc(piece + longest)
  try {
    for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const end = Number.parseInt(to, 16)
      for (let at = Number.parseInt(from, 16); at < end; at += piece) {
        const read = readAt(memory, buffer, at, Math.min(piece + longest, end - at))
        const bytes = buffer.subarray(0, read)
        for (const [name, ways] of Object.entries(needles))
          for (const way of ways) counts[name] = (counts[name] ?? 0) + countIn(bytes, way)
      }
    }
  } finally {
    closeSync(memory)
  }
  return counts
}

function readAt(memory: number, into: Buffer, at: number, length: number): number {
  try {
    return readSync(memory, into, 0, length, at)
  } catch {
    // Unmapped since, or no memory at all.
    return 0
  }
}

/** What begins in the overlap is counted with the next piece. */
function countIn(bytes: Buffer, needle: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(needle); at >= 0 && at < piece; at = bytes.indexOf(needle, at + 1)) count++
  return count
}
