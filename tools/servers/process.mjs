/** A server as a child process: on a free port, in a folder that goes with it, ended by its own id. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem, seconds } from '../say.mjs'

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort() {
  return new Promise((settle, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => settle(port))
    })
  })
}

/** A new folder for one server. */
export function scratchFolder(name) {
  const folder = join(tmpdir(), `kbve-${name}-${randomBytes(6).toString('hex')}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true })
}

const running = new Set()
// However this process ends, what it started ends too.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

/**
 * Starts a command and waits until `ready()` says true. Answers { log(), stop() }; a Problem with the end of what
 * the server said when it ends first, or is not ready in `time` milliseconds.
 */
export async function startProcess(name, command, args, { ready, time = 120_000, ...options }) {
  const from = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  running.add(child)
  let log = ''
  let gone
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-200_000)
    })
  }
  const ended = new Promise((settle) => {
    child.on('error', (cause) => settle(`could not be started: ${cause.message}`))
    child.on('exit', (code, signal) => settle(`ended (${signal ?? code})`))
  }).then((how) => {
    gone = how
    running.delete(child)
  })
  const stop = async () => {
    // A quick end: what it has lies in a folder that goes anyway, except for PostgreSQL, which wants SIGINT.
    if (!gone) child.kill(options.stopSignal ?? 'SIGTERM')
    await Promise.race([ended, sleep(10_000)])
    if (!gone) child.kill('SIGKILL')
    await ended
  }
  for (;;) {
    if (gone)
      throw new Problem(`${log.slice(-4_000)}\n${name} ${gone} before it was ready; its words are above.`)
    if (await ready().catch(() => false)) break
    if (performance.now() - from > time) {
      await stop()
      throw new Problem(
        `${log.slice(-4_000)}\n${name} was not ready in ${seconds(time)}; its words are above.`,
      )
    }
    await sleep(100)
  }
  return { pid: child.pid, log: () => log, stop }
}

/** Whether an address answers with success. */
export async function answers(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  await response.arrayBuffer()
  return response.ok
}
