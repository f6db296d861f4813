/** Looks for secrets in all that a tab holds: a heap snapshot, the WebAssembly memories, the process. */
import { hkdfSync } from 'node:crypto'
import { expect } from 'chai'
import type { CDPSession } from 'playwright-core'
import type { Secret } from '../../reference/header.ts'
import { readLocker } from '../../reference/locker.ts'
import type { Disk } from '../../reference/shapes.ts'
import { spellings } from '../../suite/planted.ts'
import type { Chromium, Tab } from './ports.ts'
import { countInProcess } from './process_memory.ts'

export interface Sought {
  texts: Record<string, string>
  keys: Record<string, Uint8Array>
}

export interface Found {
  /** Names of what a snapshot holds, after garbage collection. */
  heap: string[]
  wasm: string[]
  /** How often each lies in the process, freed memory included; `undefined` where that may not be read. */
  process: Record<string, number> | undefined
}

/** The same here and in the page: what is planted is not named there by the driver. */
export async function textOf(seed: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seed))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(36)).join('')
}

export async function search(chromium: Chromium, tab: Tab, sought: Sought): Promise<Found> {
  const cdp = await chromium.context.newCDPSession(tab.page)
  try {
    const heap = namesIn(await snapshotOf(cdp), sought)
    const needles = Object.entries({ ...sought.texts, ...sought.keys }).map(
      ([name, one]): [string, Buffer] => [name, Buffer.from(one as string)],
    )
    const ways = (one: Buffer) => [one, Buffer.from(one.toString('latin1'), 'utf16le')]
    return {
      heap,
      wasm: await inWasm(tab, needles),
      process: countInProcess(tab.pid, Object.fromEntries(needles.map(([name, one]) => [name, ways(one)]))),
    }
  } finally {
    await cdp.detach()
  }
}

/** Of these, what lies in the process. */
export function inProcess({ process }: Found, names: object): string[] {
  return Object.keys(names).filter((name) => process?.[name])
}

/** One line for whoever runs it. */
export function told({ process }: Found): string {
  if (!process) return '  the whole process may not be read here'
  const counts = Object.entries(process).map(([what, times]) => `${what} ${times}`)
  return `  left in the whole process, freed memory included: ${counts.join(', ')}`
}

async function snapshotOf(cdp: CDPSession): Promise<string> {
  await cdp.send('HeapProfiler.collectGarbage')
  const chunks: string[] = []
  const take = ({ chunk }: { chunk: string }) => void chunks.push(chunk)
  cdp.on('HeapProfiler.addHeapSnapshotChunk', take)
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  cdp.off('HeapProfiler.addHeapSnapshotChunk', take)
  return chunks.join('')
}

/** Which of these lie in a text, in any spelling. */
function namesIn(text: string, { texts, keys }: Sought): string[] {
  const found = Object.entries(texts).filter(([, one]) => spellings(one).some((way) => text.includes(way)))
  const bytes = Object.entries(keys).filter(([, key]) => {
    const buffer = Buffer.from(key)
    return ['hex', 'base64', 'base64url'].some((way) => text.includes(buffer.toString(way as 'hex')))
  })
  return [...found, ...bytes].map(([name]) => name)
}

function inWasm({ page }: Tab, needles: [string, Buffer][]): Promise<string[]> {
  return page.evaluate(
    (wanted) => {
      const holds = (bytes: Uint8Array, needle: readonly number[]) => {
        for (let at = bytes.indexOf(needle[0] ?? 0); at >= 0; at = bytes.indexOf(needle[0] ?? 0, at + 1))
          if (needle.every((byte, i) => bytes[at + i] === byte)) return true
        return false
      }
      return wanted
        .filter(({ needle }) => kbveMemories().some((bytes) => holds(bytes, needle)))
        .map(({ name }) => name)
    },
    needles.map(([name, one]) => ({ name, needle: [...one] })),
  )
}

async function diskOf({ page }: Tab, name: string): Promise<Disk> {
  const text = await page.evaluate(async (at) => {
    const db = await kbve.rawOpen(at)
    const all = (store: string, key?: string) =>
      new Promise<unknown>((resolve) => {
        const from = db.transaction(store).objectStore(store)
        const request = key ? from.get(key) : from.getAll()
        request.onsuccess = () => resolve(request.result)
      })
    const disk = {
      header: await all('meta', 'header'),
      root: await all('meta', 'root'),
      records: await all('records'),
    }
    db.close()
    return JSON.stringify(disk, (_, part) => (part instanceof Uint8Array ? { bytes: [...part] } : part))
  }, name)
  return JSON.parse(text, (_, part) => (Array.isArray(part?.bytes) ? Uint8Array.from(part.bytes) : part))
}

/** Every key that a secret of this locker leads to, by its name, but for what opens the slot; and the disk. */
export async function keysOf(tab: Tab, name: string, secret: Secret) {
  const disk = await diskOf(tab, name)
  const { opened, values } = await readLocker(disk, secret)
  expect(values.size).to.be.greaterThan(2)
  const derived = (info: string, epoch?: number) => {
    const label = Buffer.concat([Buffer.from(info), Buffer.from(epoch === undefined ? [] : [0, 0, 0, epoch])])
    return new Uint8Array(hkdfSync('sha256', opened.rootKey, disk.header.key_id, label, 32))
  }
  const keys = {
    root: opened.rootKey,
    data: derived('kbve-locker/1/data', 1),
    cookie: derived('kbve-locker/1/cookie', 1),
    header: derived('kbve-locker/1/header'),
    set: derived('kbve-locker/1/set'),
  }
  const kdfOf = (kind: string) => {
    const slot = disk.header.slots.find((one) => one.kind === kind)
    if (!slot) throw new Error(`the locker has no slot of the kind ${kind}`)
    return slot.kdf
  }
  return { keys, kdfOf }
}
