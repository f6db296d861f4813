/** Large values for tests, and disks that have no room for them. */
import { LockerError, type LockerStorage } from '@kbve/locker'
import { expect } from 'chai'
import { partsOf, type Where, withSession } from './disk.ts'

/** Bytes in which every place differs from its neighbours, and every part from every other. */
export function patterned(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 7 + (i >> 8) * 13 + (i >> 20) * 31) & 255
  return bytes
}

/** The ids of all parts that lie there. */
export function partsOn(where: Where): Promise<string[]> {
  return withSession(where, async (session) => (await partsOf(session)).ids())
}

/** As on plain http. Only while `work` runs. */
export async function withoutSubtle<T>(work: () => Promise<T>): Promise<T> {
  Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(crypto, 'subtle')
  }
}

/** Which call from now on fails for want of room, counted from 1, and all after it. */
interface Fault {
  put?: number
  transact?: number
}

/** The same storage, without room once it is armed. */
export function faulty(inner: LockerStorage): { storage: LockerStorage; arm(fault: Fault): void } {
  let fault: Fault = {}
  const counts = { put: 0, transact: 0 }
  const pass = (call: keyof Fault) => {
    counts[call] += 1
    if (counts[call] >= (fault[call] ?? Number.POSITIVE_INFINITY))
      throw new LockerError('storage_full', 'There is no room, as this test wants it.')
  }
  const storage: LockerStorage = {
    notes: inner.notes,
    async open(name, options) {
      const session = await inner.open(name, options)
      return {
        append: (entry) => session.append(entry),
        pending: () => session.pending(),
        settle: (entries) => session.settle(entries),
        retry: () => session.retry(),
        async transact(ids, fn, rest) {
          pass('transact')
          return session.transact(ids, fn, rest)
        },
        upgrade: (fn) => session.upgrade(fn),
        load: (ids) => session.load(ids),
        key: (keyName) => session.key(keyName),
        async parts() {
          const parts = await partsOf(session)
          return {
            ...parts,
            async put(part) {
              pass('put')
              return parts.put(part)
            },
          }
        },
        orphans: () => session.orphans(),
        close: () => session.close(),
        destroy: () => session.destroy(),
      }
    },
  }
  return {
    storage,
    arm(next) {
      fault = next
      counts.put = 0
      counts.transact = 0
    },
  }
}

/** Fails where a value that came back is not these bytes. */
export async function same(value: unknown, expected: Uint8Array): Promise<void> {
  const bytes = value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : (value as Uint8Array)
  expect(bytes.length).to.equal(expected.length)
  let differs = -1
  // By hand: the values are large, and a callback for every byte is slow.
  for (let i = 0; i < bytes.length && differs < 0; i++) if (bytes[i] !== expected[i]) differs = i
  expect(differs, 'the first byte that differs').to.equal(-1)
}
