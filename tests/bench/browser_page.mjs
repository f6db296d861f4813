/** The page's side of `npm run bench:browser`; browser.mjs calls the functions of `kbveBench`. */
import { createLocker, indexedDBStorage } from '@kbve/locker'
import { argon2id } from 'hash-wasm'
import { inTurns } from './measure.mjs'
import { decodeCosts, verifyCosts } from './tokens.mjs'

const JSON_BYTES = 200
const values = Array.from({ length: 64 }, (_, i) =>
  Array.from({ length: JSON_BYTES - 2 }, (_, j) => String.fromCharCode(97 + ((i * 31 + j * 7) % 26))).join(
    '',
  ),
)
let turn = 0
/** A value that differs from the one before, so that a set() is never a repetition. */
const nextValue = () => values[turn++ & 63]

const random = (n) => crypto.getRandomValues(new Uint8Array(n))

async function deviceLocker(options = {}) {
  const locker = createLocker({ name: `bench-${crypto.randomUUID()}`, unlock: 'device', ...options })
  await locker.ready
  if (locker.status.state !== 'unlocked') throw new Error(`The locker is ${locker.status.state}.`)
  return locker
}

/** An IndexedDB database with one store like the journal's, and nothing around it. */
async function bareDatabase() {
  const name = `bare-${crypto.randomUUID()}`
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('entries', { autoIncrement: true })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return {
    /** Put and commit in the present task; the transaction says when it is complete. */
    put(entry) {
      const transaction = db.transaction('entries', 'readwrite', { durability: 'relaxed' })
      transaction.objectStore('entries').put(entry)
      transaction.commit()
      return transaction
    },
    clear() {
      const transaction = db.transaction('entries', 'readwrite')
      transaction.objectStore('entries').clear()
      return complete(transaction)
    },
    close() {
      db.close()
      indexedDB.deleteDatabase(name)
    },
  }
}

function complete(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

const boxBytes = 256 + 16

/** What the journal gets for one set(), ready made. */
function preparedEntry() {
  return {
    records: [
      {
        id: 'profile/username',
        rev: Date.now() * 1024,
        writer: random(8),
        epoch: 0,
        kind: 'json',
        expires: 0,
        nonce: random(12),
        box: random(boxBytes),
      },
    ],
  }
}

/** Until timers, messages and storage have nothing left to do for what went before: the browser writes on for some
 *  milliseconds after a transaction is complete, and the next one would wait for that. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 25))

/** indexedDBStorage(), which also tells what is handed to the journal and when that is complete. */
function watchedStorage() {
  const storage = indexedDBStorage()
  const seen = { completion: undefined, entry: undefined }
  return {
    seen,
    storage: {
      notes: storage.notes,
      async open(name, options) {
        const session = await storage.open(name, options)
        return new Proxy(session, {
          get(target, key) {
            if (key === 'append') {
              return (entry) => {
                seen.entry = entry
                seen.completion = target.append(entry)
                return seen.completion
              }
            }
            const member = target[key]
            return typeof member === 'function' ? member.bind(target) : member
          },
        })
      },
    },
  }
}

/** The peer must write as much as the locker does. */
async function assertSameShape() {
  const { storage, seen } = watchedStorage()
  const locker = await deviceLocker({ storage })
  locker.set('username', nextValue())
  const [ours] = seen.entry.records
  const [peers] = preparedEntry().records
  const shape = (record) =>
    Object.entries(record)
      .map(([key, value]) => `${key}:${value?.length ?? typeof value}`)
      .sort()
      .join()
  if (shape(ours) !== shape(peers))
    throw new Error(`The peer writes ${shape(peers)}, the locker ${shape(ours)}.`)
  await locker.destroy()
}

/** Until the browser has compiled both sides as well as it will: that is asked about a page in use. */
async function warmUp(locker, bare) {
  for (let round = 0; round < 60; round++) {
    let last
    for (let i = 0; i < 20; i++) {
      locker.set('username', nextValue())
      last = bare.put(preparedEntry())
    }
    await Promise.all([locker.flush(), complete(last)])
    await bare.clear()
  }
}

async function handedOver({ rounds }) {
  await assertSameShape()
  const batch = 10
  const locker = await deviceLocker()
  const bare = await bareDatabase()
  await warmUp(locker, bare)
  const costs = await inTurns(
    {
      async ours() {
        let spent = 0
        for (let i = 0; i < batch; i++) {
          const value = nextValue()
          const begin = performance.now()
          locker.set('username', value)
          spent += performance.now() - begin
        }
        await locker.flush()
        await rest()
        return (spent * 1000) / batch
      },
      async peer() {
        let spent = 0
        const transactions = []
        for (let i = 0; i < batch; i++) {
          const entry = preparedEntry()
          const begin = performance.now()
          transactions.push(bare.put(entry))
          spent += performance.now() - begin
        }
        await complete(transactions.at(-1))
        await bare.clear()
        await rest()
        return (spent * 1000) / batch
      },
    },
    { warmup: 10, rounds },
  )
  await locker.destroy()
  bare.close()
  return { ours: costs.ours, peer: costs.peer, boxBytes }
}

async function durable({ rounds }) {
  await assertSameShape()
  const { storage, seen } = watchedStorage()
  const locker = await deviceLocker({ storage })
  const bare = await bareDatabase()
  await warmUp(locker, bare)
  const costs = await inTurns(
    {
      async ours() {
        const value = nextValue()
        const begin = performance.now()
        locker.set('username', value)
        await seen.completion.done
        const took = performance.now() - begin
        await locker.flush()
        await rest()
        return took
      },
      async peer() {
        const entry = preparedEntry()
        const begin = performance.now()
        await complete(bare.put(entry))
        const took = performance.now() - begin
        await bare.clear()
        await rest()
        return took
      },
    },
    { warmup: 10, rounds },
  )
  await locker.destroy()
  bare.close()
  return { ours: costs.ours, peer: costs.peer }
}

/** Every WASM memory that comes to be on this page (not in its workers). */
function watchMemories() {
  const memories = []
  const note = (instance) => {
    for (const exported of Object.values(instance.exports)) {
      if (exported instanceof WebAssembly.Memory) memories.push(exported)
    }
  }
  const { instantiate, instantiateStreaming } = WebAssembly
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate.apply(WebAssembly, args)
    note(made instanceof WebAssembly.Instance ? made : made.instance)
    return made
  }
  WebAssembly.instantiateStreaming = async (...args) => {
    const made = await instantiateStreaming.apply(WebAssembly, args)
    note(made.instance)
    return made
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = new target(...args)
      note(instance)
      return instance
    },
  })
  return {
    memories,
    /** The largest of those that came since the last call, in MiB. */
    take() {
      const largest = Math.max(...memories.splice(0).map((memory) => memory.buffer.byteLength))
      if (!Number.isFinite(largest)) throw new Error('No WASM instance was made on this page.')
      return largest / 2 ** 20
    },
  }
}

async function memoryAfterUnlock() {
  const memoryKib = 65_536
  const secret = 'correct horse battery staple'
  const watch = watchMemories()
  const name = `bench-${crypto.randomUUID()}`

  const first = createLocker({ name, unlock: 'ask' })
  await first.ready
  await first.create({ passphrase: secret })
  first.set('username', nextValue())
  await first.flush()
  first.lock()
  await first.unlock({ passphrase: secret })
  if (first.status.state !== 'unlocked') throw new Error(`The locker is ${first.status.state}.`)
  const ours = watch.take()
  await first.destroy()

  await argon2id({
    password: secret,
    salt: random(16),
    parallelism: 1,
    iterations: 3,
    memorySize: memoryKib,
    hashLength: 32,
    outputType: 'binary',
  })
  return { ours, peer: watch.take(), memoryKib }
}

globalThis.kbveBench = { handedOver, durable, memoryAfterUnlock, decodeCosts, verifyCosts }
