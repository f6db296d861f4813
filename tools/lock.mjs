import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './say.mjs'

function ownerIsAlive(folder) {
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0)
    return true
  } catch (error) {
    if (error.code !== 'ENOENT') return error.code === 'EPERM'
    // No pid yet: its owner is between mkdir and write, unless that was long ago.
    const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    return Date.now() - made < 5000
  }
}

/** Does the work while holding a lock folder, so that two runs never make the same thing at once. */
export async function withLock(folder, what, work) {
  mkdirSync(dirname(folder), { recursive: true })
  let told = false
  for (;;) {
    try {
      mkdirSync(folder)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!ownerIsAlive(folder)) {
      rmSync(folder, { recursive: true, force: true })
      continue
    }
    if (!told) say(`  another run is busy with ${what}; waiting for it (its lock is ${folder})`)
    told = true
    await sleep(300)
  }
  const release = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', release)
  try {
    writeFileSync(join(folder, 'pid'), String(process.pid))
    return await work()
  } finally {
    release()
    process.off('exit', release)
  }
}
