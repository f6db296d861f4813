#!/usr/bin/env node
/** `npx kbve-locker`: backups and tokens on a command line. */
import { exit, run } from './cli/run.ts'

// Whoever reads the answer may have seen enough of it, as `head` has after some lines.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? exit.done : exit.file)
})

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
