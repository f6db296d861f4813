/** Opening lockers and waiting for what they say. */
import { createLocker, LockerError } from '@kbve/locker'
import { expect } from 'chai'
import { type Made, makeLocker } from '../reference/locker.ts'
import { deviceKeyName } from './device_key.ts'
import { type Where, writeDisk } from './disk.ts'
import type { SuiteContext, TestDisk } from './harness.ts'

export type AnyLocker = ReturnType<typeof createLocker>
type Options = NonNullable<Parameters<typeof createLocker>[0]>

export const passphrase = 'Kärcher & söhne – 4711'

/** Resolves when `holds` is true; rejects, saying `what`, when it takes too long. */
export async function until(what: string, holds: () => unknown, ms = 8_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function settled(locker: AnyLocker): Promise<AnyLocker['status']> {
  await locker.ready
  await until('the locker has made up its mind', () => !/^(opening|unlocking)$/.test(locker.status.state))
  return locker.status
}

/** A locker on this disk that is locked again when the test is over. */
export function openLocker(t: SuiteContext, where: Partial<Where>, options: Options = {}): AnyLocker {
  const locker = createLocker({ ...where, ...options })
  t.after(async () => {
    await locker.flush().catch(() => {})
    locker[Symbol.dispose]()
  })
  return locker
}

/** A fresh locker that opens by itself. */
export async function freshLocker(t: SuiteContext, disk: TestDisk, options: Options = {}) {
  const where = { storage: disk.storage(), tenant: 'test', name: t.name() }
  const locker = openLocker(t, where, { unlock: 'device', ...options })
  const status = await settled(locker)
  expect(status.state, String(status.error)).to.equal('unlocked')
  return { where, locker }
}

export async function lockerOn(t: SuiteContext, where: Where, options: Options = {}): Promise<AnyLocker> {
  const locker = openLocker(t, where, { unlock: 'device', ...options })
  const status = await settled(locker)
  expect(status.state, String(status.error)).to.equal('unlocked')
  return locker
}

/** A locker the reference wrote, with a device slot, so that opening it costs no Argon2id. */
export async function madeOnDisk(
  t: SuiteContext,
  disk: TestDisk,
  values: Record<string, unknown>,
): Promise<{ where: Where; made: Made; device: CryptoKey }> {
  const where = { storage: disk.storage(), tenant: 'test', name: t.name() }
  const device = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  const made = await makeLocker({ tenant: where.tenant, name: where.name, device, values })
  await writeDisk(where, made.disk, deviceKeys(made, device))
  return { where, made, device }
}

export function deviceKeys(made: Made, device: CryptoKey): Record<string, CryptoKey> {
  const slot = made.header.slots.find((s) => s.kind === 'device')
  return slot ? { [deviceKeyName(slot)]: device } : {}
}

/** The `LockerError` that `action` ends with; anything else it does is a failure of the test. */
export async function failure(action: () => unknown): Promise<LockerError> {
  try {
    await action()
  } catch (error) {
    if (error instanceof LockerError) return error
    throw new Error(`a LockerError was due, and came: ${error}`, { cause: error })
  }
  throw new Error('a LockerError was due, and nothing was thrown')
}

export async function code(action: () => unknown): Promise<string> {
  return (await failure(action)).code
}
