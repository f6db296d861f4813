/** Reading and changing a locker's disk behind its back, through the same port the locker uses. */
import type { LockerStorage, PartStore } from '@kbve/locker'
import type { Bytes, Disk, SealedRecord } from '../reference/shapes.ts'
import { randomBytes, toBase64url } from '../reference/shapes.ts'

export interface Where {
  storage: LockerStorage
  tenant: string
  name: string
}

type Session = Awaited<ReturnType<LockerStorage['open']>>
type Snapshot = Awaited<ReturnType<Session['load']>>
type AppendedEntry = Parameters<Session['append']>[0]

export async function withSession<T>(where: Where, use: (session: Session) => Promise<T>): Promise<T> {
  const { storage, tenant, name } = where
  const session = await storage.open({ tenant, name }, { writer: randomBytes(8), onEvent: () => {} })
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** What lies on the main database now. */
export function readDisk(where: Where): Promise<Disk> {
  return withSession(where, async (session) => {
    const found = await session.load('all')
    const records = [...found.records.values()] as SealedRecord[]
    return { header: found.header, root: found.root, records } as Disk
  })
}

/** Puts header, root and exactly these records there, whatever their shape. */
export function writeDisk(
  where: Where,
  disk: { header: unknown; root: unknown; records: readonly unknown[] },
  keys: Record<string, CryptoKey> = {},
): Promise<void> {
  return withSession(where, async (session) => {
    await session.transact('all', (found) => {
      const put = disk.records as AppendedEntry['records']
      const ids = new Set(put.map((r) => r.id))
      return {
        header: disk.header,
        root: disk.root,
        put,
        remove: [...found.records.keys()].filter((id) => !ids.has(id)),
        keys: new Map(Object.entries(keys)),
      }
    })
  })
}

/** Leaves entries in a journal whose tab is gone. */
export function leaveInJournal(where: Where, entries: readonly { records: SealedRecord[] }[]): Promise<void> {
  return withSession(where, async (session) => {
    for (const entry of entries) await session.append(entry as AppendedEntry).done
  })
}

/** A disk as text, so that two can be compared and shown. */
export function shown(value: unknown): string {
  const text = (_: string, part: unknown) => {
    if (part instanceof Uint8Array) return `b:${toBase64url(part)}`
    if (typeof part === 'bigint' || typeof part === 'number') return `${typeof part}:${part}`
    if (part instanceof Map || part instanceof ArrayBuffer) return Object.prototype.toString.call(part)
    return part
  }
  return JSON.stringify(value, text, 1)
}

export interface Spy {
  storage: LockerStorage
  /** Every record handed over to the journal, in order. */
  appended: SealedRecord[]
  /** Every record that a transaction on the main database has written, in order of their completion. */
  written: SealedRecord[]
}

/** The same storage, listening to what is handed over. `beforeTransact` may hold transactions up. */
export function spied(inner: LockerStorage, beforeTransact?: () => Promise<void>): Spy {
  const appended: SealedRecord[] = []
  const written: SealedRecord[] = []
  const storage: LockerStorage = {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      return {
        append(entry) {
          appended.push(...structuredClone(entry.records))
          return session.append(entry)
        },
        pending: () => session.pending(),
        settle: (entries) => session.settle(entries),
        retry: () => session.retry(),
        async transact(ids, fn, transactOptions) {
          await beforeTransact?.()
          let put: readonly unknown[] = []
          const found = await session.transact(
            ids,
            (snapshot) => {
              const changes = fn(snapshot)
              put = changes?.put ?? []
              return changes
            },
            transactOptions,
          )
          written.push(...(put as SealedRecord[]))
          return found
        },
        upgrade: (fn) => session.upgrade(fn),
        load: (ids) => session.load(ids),
        key: (keyName) => session.key(keyName),
        parts: () => partsOf(session),
        orphans: () => session.orphans(),
        close: () => session.close(),
        destroy: () => session.destroy(),
      }
    },
  }
  return { storage, appended, written }
}

/** Where the session keeps the parts of large values. */
export async function partsOf(session: Session): Promise<PartStore> {
  if (!session.parts) throw new Error('this storage has no place for parts')
  return session.parts()
}

interface Disturbance {
  /** What a read answers instead of what was found. */
  found?(found: Snapshot): Snapshot
  /** A journal that seems to have been left behind. */
  orphans?: readonly unknown[]
}

/**
 * The same storage, whose reads answer something else than what lies there. Only so can a locker be
 * shown anything at all: the storage itself refuses to write what is not a record.
 */
export function disturbed(
  inner: LockerStorage,
  { found = (same) => same, orphans }: Disturbance,
): LockerStorage {
  return {
    notes: inner.notes,
    async open(name, options) {
      // Nothing may be read past it.
      const { ahead: _, ...rest } = options
      const session = await inner.open(name, rest)
      return {
        append: (entry) => session.append(entry),
        pending: () => session.pending(),
        settle: (entries) => session.settle(entries),
        retry: () => session.retry(),
        transact: (ids, fn, how) => session.transact(ids, (snapshot) => fn(found(snapshot)), how),
        upgrade: (fn) => session.upgrade((snapshot) => fn(found(snapshot))),
        load: async (ids) => found(await session.load(ids)),
        key: (keyName) => session.key(keyName),
        parts: () => partsOf(session),
        async orphans() {
          const real = await session.orphans()
          if (!orphans) return real
          return [...real, { entries: orphans, discard: async () => {}, release: () => {} }]
        },
        close: () => session.close(),
        destroy: () => session.destroy(),
      }
    },
  }
}

/** A copy of `bytes` with one bit turned over. */
export function flipped(bytes: Uint8Array, bit: number): Bytes {
  const copy = new Uint8Array(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

/** Values of every type a disk can hold, most of them wrong wherever they are put. */
export function garbage(): unknown[] {
  return [
    undefined,
    null,
    true,
    -1,
    1.5,
    2 ** 53,
    2 ** 64,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10n,
    '',
    'x',
    'x'.repeat(100_000),
    '\ud800',
    '\u0000',
    [],
    [[]],
    {},
    { length: 12 },
    { alg: 'argon2id13' },
    new Date(0),
    new Map(),
    new Uint8Array(),
    new Uint8Array(1),
    new Uint8Array(100_000),
    new ArrayBuffer(16),
    new Float64Array(2),
  ]
}
