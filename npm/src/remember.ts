/**
 * `remember: 'reload'`: the root key of an open locker, wrapped by a key of this browser that is kept with the locker,
 * and the ciphertext in sessionStorage, which is this tab's. Either goes when the locker is locked, in whatever tab.
 *
 * A duplicated tab gets a copy of sessionStorage. So a tab holds a Web Lock for what it keeps as long as it lives, and
 * what another tab holds opens nothing here. Loaded where the option is set.
 */
import { fromBase64url, toBase64url, toJson } from './base64url.ts'
import { asHeader } from './checked.ts'
import { LockerError, orThrow, throwIfAborted } from './errors.ts'
import type { Header } from './format.ts'
import { sameBytes } from './header_json.ts'
import { isOver } from './idle.ts'
import type { Lifecycle } from './lifecycle.ts'
import { randomBytes } from './new_slot.ts'
import type { Ports } from './ports.ts'
import type { SlotJob, Unlocked } from './slot_modules.ts'
import { databaseName, type StorageSession } from './storage/storage.ts'
import { opened } from './vault.ts'

/** In the store `keys`. */
const keyName = 'reload'

/** The page before this one may need a moment to let go. */
const waitForLock = 1_500

interface Kept {
  id: string
  nonce: Uint8Array<ArrayBuffer>
  wrapped: Uint8Array<ArrayBuffer>
}

/** Opens what this tab has kept. `wrong_secret` where there is nothing that opens. */
export async function unlock({
  core,
  opening,
  header,
  schemaJson,
  signal,
  secret,
}: SlotJob): Promise<Unlocked> {
  const { reload: ports } = secret as { reload: Ports }
  const rootKey = await read(await opening, header, ports)
  if (!rootKey) {
    forget(ports)
    throw new LockerError('wrong_secret', 'This tab keeps nothing that opens the locker; unlock it.')
  }
  try {
    throwIfAborted(signal)
    return { vault: opened(core.module, core.module.Vault.adopt(toJson(header), rootKey, schemaJson)) }
  } finally {
    rootKey.fill(0)
  }
}

async function read(
  session: StorageSession,
  header: Header,
  ports: Ports,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const kept = keptIn(ports)
  if (!kept || (ports.idle && isOver(ports)) || !(await isFree(lockName(ports, kept.id)))) return undefined
  try {
    const key = await session.key(keyName)
    return key && new Uint8Array(await crypto.subtle.decrypt(cipher(header, kept), key, kept.wrapped))
  } catch {
    // Wrapped under another key, or for another root key: nothing that opens.
    return undefined
  }
}

/** Keeps what is open now, until it is locked. */
export async function keep(life: Lifecycle): Promise<void> {
  const { ports, open } = life
  const locks = globalThis.navigator?.locks as LockManager | undefined
  const place = tabStorage()
  // In device mode it opens by itself. Where a tab cannot be told from its copy, or keys cannot be had, it asks.
  if (!open || !place || !locks || !globalThis.crypto?.subtle || ports.mode === 'device') return
  const { session, vault } = open.changing
  const { header } = vault
  const still = () => life.open === open && open.changing.vault === vault
  const id = toBase64url(randomBytes(16))
  const stop = new AbortController()
  const leave = life.audience.status.add(({ state }) => {
    if (state === 'unlocked' || state === 'failed') return
    // It knows the open locker, whose values would stay with it.
    leave()
    stop.abort()
    // A page that goes may dispose of its locker, and come back by a reload.
    if (!life.lives) return
    forget(ports)
    const remove = (found: { header: unknown }) => {
      const now = asHeader(found.header)
      const same = now && now !== 'unknown' && sameBytes(now.key_id, header.key_id)
      return same ? { keys: new Map([[keyName, null]]) } : undefined
    }
    // Where it fails: without its ciphertext the key opens nothing.
    session.transact([], remove).catch(() => {})
  })
  const key = await wrappingKey(session)
  if (!still()) return
  const kept: Kept = { id, nonce: randomBytes(12), wrapped: new Uint8Array() }
  const rootKey = orThrow(vault.core.rootKey())
  try {
    kept.wrapped = new Uint8Array(await crypto.subtle.encrypt(cipher(header, kept), key, rootKey))
  } finally {
    rootKey.fill(0)
  }
  if (!still()) return
  hold(locks, lockName(ports, id), stop.signal)
  place.setItem(placeOf(ports), toJson(kept))
}

/** This browser's key for it: the one that is there, so that tabs do not take it from each other. */
async function wrappingKey(session: StorageSession): Promise<CryptoKey> {
  const there = await session.key(keyName)
  if (there) return there
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  await session.transact([], () => ({ keys: new Map([[keyName, made]]) }))
  return (await session.key(keyName)) ?? made
}

function forget(ports: Ports): void {
  tabStorage()?.removeItem(placeOf(ports))
}

function keptIn(ports: Ports): Kept | undefined {
  try {
    const { id, nonce, wrapped } = JSON.parse(tabStorage()?.getItem(placeOf(ports)) ?? '{}')
    const bytes = [nonce, wrapped].map((text) => fromBase64url(String(text)))
    const [first, second] = bytes
    return typeof id === 'string' && first && second ? { id, nonce: first, wrapped: second } : undefined
  } catch {
    return undefined
  }
}

function cipher(header: Header, { nonce }: Pick<Kept, 'nonce'>): AesGcmParams {
  const label = new TextEncoder().encode('kbve-locker/1/reload')
  return {
    name: 'AES-GCM',
    iv: nonce,
    additionalData: Uint8Array.from([...label, ...header.locker_id, ...header.key_id]),
  }
}

function tabStorage(): Storage | undefined {
  try {
    return globalThis.sessionStorage
  } catch {
    // Merely asking throws where site data is blocked.
    return undefined
  }
}

function placeOf({ name }: Ports): string {
  return `${databaseName(name)}/reload`
}

function lockName(ports: Ports, id: string): string {
  return `${placeOf(ports)}/${id}`
}

/** Whether no living page holds it. */
async function isFree(name: string): Promise<boolean> {
  try {
    const { locks } = navigator
    return await locks.request(name, { signal: AbortSignal.timeout(waitForLock) }, () => true)
  } catch {
    return false
  }
}

/** Holds the lock while the page is looked at; in the back/forward cache nothing may be held. */
function hold(locks: LockManager, name: string, stop: AbortSignal): void {
  let release = () => {}
  const take = () => {
    const over = new Promise<void>((resolve) => {
      release = resolve
    })
    locks.request(name, { ifAvailable: false }, () => over).catch(() => {})
  }
  take()
  stop.addEventListener('abort', () => release())
  if (typeof document === 'undefined') return
  addEventListener('pagehide', () => release(), { signal: stop })
  addEventListener('pageshow', (event) => (event as PageTransitionEvent).persisted && take(), {
    signal: stop,
  })
}
