/** Files and standard input, whose failures are said in a sentence. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { FileError } from './failures.ts'
import { printable } from './output.ts'

/** What lies at `path`, or comes from standard input for `-`. */
export function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path === '-' ? 0 : path))
  } catch (cause) {
    throw new FileError(`The file ${printable(path)} cannot be read: ${reason(cause)}.`, { cause })
  }
}

export function textOf(path: string): string {
  return new TextDecoder().decode(bytesOf(path))
}

/** Writes a file that only its owner reads. */
export function writeFile(path: string, pieces: readonly (string | Uint8Array)[], force: boolean): void {
  try {
    const file = openSync(path, force ? 'w' : 'wx', 0o600)
    try {
      for (const piece of pieces) {
        const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
      }
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    const there = (cause as { code?: string }).code === 'EEXIST'
    const why = there ? 'it is there already; add --force to write over it' : reason(cause)
    throw new FileError(`The file ${printable(path)} cannot be written: ${why}.`, { cause })
  }
}

function reason(cause: unknown): string {
  const { code } = cause as { code?: string }
  const known: Record<string, string> = {
    ENOENT: 'there is none',
    EACCES: 'you may not',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
  }
  return known[code ?? ''] ?? code ?? String(cause)
}
