/** What a test page offers to the test that drives it, as `globalThis.kbve`. */
import '../../suite/dispose.ts'
import { createLocker, indexedDBStorage, LockerError } from '@kbve/locker'
import { type CookieTable, lockerCookies } from '@kbve/locker/cookies'
import { lockerAtom, lockerStores } from '@kbve/locker/nanostores'
import { type Spy, spied } from '../../suite/disk.ts'
import { type AnyLocker, settled, until } from '../../suite/help.ts'
import { partsOn } from '../../suite/large_help.ts'
import { labour } from './labour.ts'
import { wasmBytes } from './memories.ts'
import { reopened, wander } from './wander.ts'

if (location.search === '?nolocks') Object.defineProperty(navigator, 'locks', { value: undefined })

type Options = NonNullable<Parameters<typeof createLocker>[0]>

/** Arrives at the server before it returns, whatever happens to this page afterwards. */
function log(line: { what: string; [detail: string]: unknown }): void {
  const request = new XMLHttpRequest()
  request.open('POST', '/log', false)
  request.send(JSON.stringify(line))
}

/** The main database, opened behind the locker's back. */
function rawOpen(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(`kbve-locker/test/${encodeURIComponent(name)}`)
    request.onupgradeneeded = () => request.transaction?.abort()
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** What there is of a locker's main database. */
async function remains(name: string): Promise<string> {
  const databases = (await indexedDB.databases()).map((db) => db.name)
  if (!databases.includes(`kbve-locker/test/${encodeURIComponent(name)}`)) return 'no database'
  const db = await rawOpen(name).catch(() => undefined)
  if (!db || db.objectStoreNames.length === 0) return 'no stores'
  const keys = await new Promise<IDBValidKey[]>((resolve) => {
    const request = db.transaction('meta').objectStore('meta').getAllKeys()
    request.onsuccess = () => resolve(request.result)
  })
  db.close()
  return keys.includes('header') ? 'a header' : 'no header'
}

/** Keeps a readwrite transaction on all stores of the main database alive until `release`. */
async function holdMain(name: string): Promise<void> {
  const db = await rawOpen(name)
  const stores = [...db.objectStoreNames]
  const tx = db.transaction(stores, 'readwrite')
  let held = true
  kbve.release = async () => {
    held = false
    await new Promise((resolve) => {
      tx.oncomplete = resolve
      tx.onabort = resolve
    })
    db.close()
  }
  await new Promise<void>((resolve) => {
    const again = () => {
      resolve()
      if (held) tx.objectStore(stores[0] ?? '').get('x').onsuccess = again
    }
    tx.objectStore(stores[0] ?? '').get('x').onsuccess = again
  })
}

/** Every record of the main database, in clear metadata only. */
async function rawRecords(name: string): Promise<{ id: string; rev: number; writer: number[] }[]> {
  const db = await rawOpen(name)
  try {
    return await new Promise((resolve, reject) => {
      const request = db.transaction('records').objectStore('records').getAll()
      request.onsuccess = () =>
        resolve(request.result.map(({ id, rev, writer }) => ({ id, rev, writer: [...writer] })))
      request.onerror = () => reject(request.error)
    })
  } finally {
    db.close()
  }
}

/** Cookies of whatever names. */
interface Cookies {
  readonly ready: Promise<void>
  read(name: string): { state: string; value?: unknown }
  set(name: string, value: string): void
  flush(): Promise<void>
}

const page = {
  createLocker,
  indexedDBStorage,
  LockerError,
  lockerAtom,
  lockerStores,
  until,
  settled,
  log,
  rawOpen,
  rawRecords,
  remains,
  holdMain,
  wander,
  reopened,
  labour,
  wasmBytes,
  release: async () => {},
  /** The ids of all parts of large entries on the disk of the locker that `open` made last. */
  parts: () => partsOn({ storage: indexedDBStorage(), tenant: 'test', name: page.name }),
  name: '',
  /** The locker that `open` made last. */
  locker: undefined as unknown as AnyLocker,
  spy: undefined as unknown as Spy,
  errors: [] as string[],
  cookies: undefined as unknown as Cookies,
  /** The cookies of that locker, in the page's own jar. */
  async keepCookies(table: CookieTable) {
    page.cookies = lockerCookies(page.locker, table) as unknown as Cookies
    await page.cookies.ready
  },
  /** Opens a locker and answers the status it settles on, as something a test can read. */
  async open(name: string, options: Options = {}) {
    page.spy = spied(indexedDBStorage())
    page.name = name
    const locker = createLocker({
      tenant: 'test',
      name,
      unlock: 'device',
      storage: page.spy.storage,
      ...options,
    })
    page.locker = locker
    locker.on('error', (error) => void page.errors.push(error.code))
    await settled(locker)
    return page.status()
  },
  status() {
    const { state, reason, integrity, damaged, pending, readOnly, error } = page.locker.status
    return { state, reason, integrity, damaged: [...damaged], pending, readOnly, code: error?.code }
  },
  profile: () => ({ ...page.locker.profile }),
}

declare global {
  var kbve: typeof page
}

globalThis.kbve = page
