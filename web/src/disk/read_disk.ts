/**
 * What IndexedDB holds of a locker, read the way anybody with this disk could read it: with plain
 * `indexedDB`, without the package, without a key.
 */
export interface DiskRecord {
  id: string
  rev: number
  writer: Uint8Array
  epoch: number
  kind: string
  expires: number
  nonce: Uint8Array
  box: Uint8Array<ArrayBuffer>
}

export interface DiskSlot {
  id: Uint8Array
  kind: string
  label: string
  created: number
  kdf: Record<string, unknown>
  nonce: Uint8Array
  wrapped: Uint8Array
}

export interface DiskHeader {
  format: number
  rev: number
  locker_id: Uint8Array
  key_id: Uint8Array
  tenant: string
  name: string
  created: number
  epoch: number
  slots: DiskSlot[]
  mac: Uint8Array
}

export interface Disk {
  /** The main database's name; undefined when there is none. */
  database: string | undefined
  header: DiskHeader | undefined
  root: DiskRecord | undefined
  records: DiskRecord[]
  journals: { database: string; records: DiskRecord[] }[]
  keys: { name: string; algorithm: string; extractable: boolean }[]
  /** localStorage: what is kept in clear on purpose. */
  notes: { key: string; value: string }[]
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Opens a database that exists; undefined when it does not (any more). Never makes one. */
function openExisting(name: string): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => request.transaction?.abort()
    request.onerror = () => resolve(undefined)
    request.onsuccess = () => {
      const database = request.result
      // A visitor must not stand in the way of the locker's own upgrade or deletion.
      database.onversionchange = () => database.close()
      resolve(database)
    }
  })
}

async function reading<T>(name: string, read: (database: IDBDatabase) => Promise<T>): Promise<T | undefined> {
  const database = await openExisting(name)
  if (!database) return undefined
  try {
    return await read(database)
  } finally {
    database.close()
  }
}

async function readMain(database: IDBDatabase): Promise<Pick<Disk, 'header' | 'root' | 'records' | 'keys'>> {
  const stores = ['meta', 'records', 'keys'].filter((store) => database.objectStoreNames.contains(store))
  if (stores.length < 3) return { header: undefined, root: undefined, records: [], keys: [] }
  const transaction = database.transaction(stores, 'readonly')
  const meta = transaction.objectStore('meta')
  const keyStore = transaction.objectStore('keys')
  const [header, root, records, names, keys] = await Promise.all([
    settled(meta.get('header')),
    settled(meta.get('root')),
    settled(transaction.objectStore('records').getAll()),
    settled(keyStore.getAllKeys()),
    settled(keyStore.getAll()),
  ])
  return {
    header,
    root,
    records,
    keys: (keys as CryptoKey[]).map((key, i) => ({
      name: String(names[i]),
      algorithm: key.algorithm.name,
      extractable: key.extractable,
    })),
  }
}

async function readJournal(database: IDBDatabase): Promise<DiskRecord[]> {
  if (!database.objectStoreNames.contains('entries')) return []
  const entries = await settled(database.transaction('entries', 'readonly').objectStore('entries').getAll())
  return entries.flatMap((entry: { records?: DiskRecord[] }) => entry.records ?? [])
}

function readNotes(database: string): Disk['notes'] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(`${database}/`))
    .sort()
    .map((key) => ({ key, value: localStorage.getItem(key) ?? '' }))
}

const empty: Disk = {
  database: undefined,
  header: undefined,
  root: undefined,
  records: [],
  journals: [],
  keys: [],
  notes: [],
}

/** Everything this browser holds of the locker with this name. */
export async function readDisk(lockerName: string): Promise<Disk> {
  const names = (await indexedDB.databases()).flatMap(({ name }) => (name ? [name] : []))
  const main = names.find((name) => name.startsWith('kbve-locker/') && name.endsWith(`/${lockerName}`))
  if (!main) return empty
  const found = await reading(main, readMain)
  if (!found) return empty
  const journals: Disk['journals'] = []
  for (const database of names.filter((name) => name.startsWith(`${main}/journal/`)).sort()) {
    journals.push({ database, records: (await reading(database, readJournal)) ?? [] })
  }
  return { database: main, ...found, journals, notes: readNotes(main) }
}

/** Changes one bit of a sealed box behind the locker's back, as a bad disk or a curious person would. */
export async function flipBit(database: string, id: string): Promise<void> {
  await changeStored(database, 'records', id, (found) => {
    const { box } = found as DiskRecord
    const first = box[0]
    if (first === undefined) return false
    box[0] = first ^ 1
    return true
  })
}

/** Lets `change` change what lies there, and writes it back where that says so. False where nothing was written. */
export async function changeStored(
  database: string,
  storeName: 'records' | 'meta',
  key: string,
  change: (found: unknown) => boolean,
): Promise<boolean> {
  const changed = await reading(database, async (main) => {
    const store = main.transaction(storeName, 'readwrite').objectStore(storeName)
    const found: unknown = await settled(store.get(key))
    if (typeof found !== 'object' || found === null || !change(found)) return false
    // The header and the root lie under a key of their own, a record under its id.
    await settled(store.keyPath === null ? store.put(found, key) : store.put(found))
    return true
  })
  return changed ?? false
}
