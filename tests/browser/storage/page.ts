/** What the storage tests' pages can do: the package's storage, and sealed-looking records to put in it. */
import { compareVersions, type JournalEntry, type SealedRecord } from '../../../npm/src/format.ts'
import { type IndexedDBStorageOptions, indexedDBStorage } from '../../../npm/src/storage/indexeddb.ts'
import { memoryStorage } from '../../../npm/src/storage/memory.ts'
import type { LockerStorage, StorageEvent, StorageSession } from '../../../npm/src/storage/storage.ts'

const text = new TextEncoder()
const read = new TextDecoder()

/** The storage looks at a box's size alone; here it holds its text in clear, padded. */
function record(id: string, rev: number, value: string): SealedRecord {
  const writer = text.encode('a writer')
  return {
    id,
    rev,
    writer,
    epoch: 1,
    kind: 'json',
    expires: 0,
    nonce: new Uint8Array(12),
    box: text.encode(value.padEnd(80)),
  }
}

function entry(id: string, rev: number, value: string): JournalEntry {
  return { records: [record(id, rev, value)] }
}

/** A million bytes that no browser can compress, as sealed bytes are. */
function bulky(id: string): JournalEntry {
  const box = new Uint8Array(1_000_000)
  for (let at = 0; at < box.length; at += 62_500) crypto.getRandomValues(box.subarray(at, at + 62_500))
  return { records: [{ ...record(id, 1, ''), box }] }
}

const events: StorageEvent[] = []

function open(
  name: string,
  options: IndexedDBStorageOptions = {},
  storage: LockerStorage = indexedDBStorage(options),
): Promise<StorageSession> {
  const writer = crypto.getRandomValues(new Uint8Array(8))
  return storage.open({ tenant: 'test', name }, { writer, onEvent: (event) => events.push(event) })
}

/** Opens as a locker would: what others left is applied first. Answers all values by id. */
async function openAndRead(name: string, options: IndexedDBStorageOptions = {}) {
  const session = await open(name, options)
  await inherit(session)
  return { session, values: await values(session) }
}

async function inherit(session: StorageSession): Promise<number> {
  const orphans = await session.orphans()
  for (const orphan of orphans) {
    await apply(session, orphan.entries as JournalEntry[])
    await orphan.discard()
  }
  return orphans.length
}

async function apply(session: StorageSession, entries: readonly JournalEntry[]): Promise<void> {
  const records = entries.flatMap((each) => each.records)
  await session.transact(
    records.map(({ id }) => id),
    (found) => {
      const newest = found.records as Map<string, SealedRecord>
      for (const each of records) {
        const old = newest.get(each.id)
        if (!old || compareVersions(old, each) < 0) newest.set(each.id, each)
      }
      return { put: [...newest.values()] }
    },
  )
}

async function values(session: StorageSession): Promise<Record<string, string>> {
  const { records } = await session.load('all')
  return Object.fromEntries(
    [...records].map(([id, each]) => [id, read.decode((each as SealedRecord).box).trimEnd()]),
  )
}

/** Tells the test in the present task; the page is still at work when the test hears it. */
function report(line: string): void {
  const request = new XMLHttpRequest()
  request.open('POST', '/log', false)
  request.send(line)
}

/** Keeps the present task at work. */
function toil(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) Math.sqrt(end)
}

/** The code of the error, or what came instead of one. */
async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    const value = await (typeof work === 'function' ? work() : work)
    return `no error but ${String(value)}`
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A bare IndexedDB request, beside what the storage does. */
function bare<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** A header as far as the storage looks at it. */
function header(locker: number) {
  return { format: 1, rev: 1, locker_id: new Uint8Array(16).fill(locker) }
}

Object.assign(globalThis, {
  kit: {
    apply,
    bare,
    bulky,
    codeOf,
    entry,
    events,
    header,
    indexedDBStorage,
    inherit,
    memoryStorage,
    open,
    openAndRead,
    record,
    report,
    toil,
    values,
    wait,
  },
})
