/** The processes a browser has started, and which of them is the one of a tab. */
import { readdirSync, readFileSync } from 'node:fs'

/** The clock in which /proc counts a process's time. */
const TICK_MS = 10

/** What /proc says of a process; `undefined` when it has ended. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const [state, parent, ...rest] = text.slice(end + 2).split(' ')
    if (state === 'Z') return undefined
    const ticks = Number(rest[9]) + Number(rest[10])
    return { pid, name: text.slice(text.indexOf('(') + 1, end), parent: Number(parent), ms: ticks * TICK_MS }
  } catch {
    return undefined
  }
}

/** Every living process that descends from `root`, whose names begin with one of `names` if given. */
export function descendants(root, names = ['']) {
  const all = new Map()
  for (const entry of readdirSync('/proc')) {
    const found = /^\d+$/.test(entry) ? stat(Number(entry)) : undefined
    if (found) all.set(found.pid, found)
  }
  const isBelow = (pid) => {
    for (let at = all.get(pid)?.parent; at; at = all.get(at)?.parent) if (at === root) return true
    return false
  }
  return [...all.values()].filter(({ pid, name }) => isBelow(pid) && names.some((n) => name.startsWith(n)))
}

export const isAlive = (pid) => stat(pid) !== undefined

/** Of these processes the one that works while `work` is under way: no other does as much. */
export async function busiest(pids, work) {
  const before = new Map(pids.map((pid) => [pid, stat(pid)?.ms ?? 0]))
  await work()
  const spent = pids.map((pid) => ({ pid, ms: (stat(pid)?.ms ?? 0) - before.get(pid) }))
  const [first, second] = spent.sort((a, b) => b.ms - a.ms)
  if (!first || first.ms < 50 || (second && second.ms * 2 > first.ms)) {
    throw new Error(`no process stands out as that of the tab: ${JSON.stringify(spent)}`)
  }
  return first.pid
}

/** SIGKILL, and until the process is gone. */
export async function end(pid) {
  process.kill(pid, 'SIGKILL')
  await until(`process ${pid} is gone`, () => !isAlive(pid))
}

/** Resolves with what `holds` gives as soon as that is something; what it throws is tried again, too. */
export async function until(what, holds, ms = 10_000) {
  const limit = Date.now() + ms
  for (;;) {
    let failure
    try {
      const found = await holds()
      if (found) return found
    } catch (error) {
      failure = error
    }
    if (Date.now() > limit) throw new Error(`waited ${ms} ms in vain until ${what}`, { cause: failure })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A queue of one: what is given to it runs after what was given before. */
export function inTurn() {
  let last = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
}
