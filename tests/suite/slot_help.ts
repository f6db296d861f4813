/** Lockers with a passphrase, for the tests of keyslots. */
import { floorCost } from '../reference/keys.ts'
import type { Header } from '../reference/shapes.ts'
import { readDisk, type Where } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, openLocker, passphrase } from './help.ts'

/** The lowest that is allowed, so that tests are quick. */
export const cost = { memoryKib: floorCost.memory_kib, passes: floorCost.passes }

export function place(t: SuiteContext): Where {
  return { storage: t.disk().storage(), tenant: 'test', name: t.name() }
}

/** A locker that waits to be opened. */
export async function asked(t: SuiteContext, where: Where): Promise<AnyLocker> {
  const locker = openLocker(t, where, { unlock: 'ask' })
  await locker.ready
  return locker
}

/** An open one with a passphrase and a value. */
export async function created(t: SuiteContext): Promise<{ where: Where; locker: AnyLocker }> {
  const where = place(t)
  const locker = await asked(t, where)
  await locker.create({ passphrase }, { cost })
  locker.set('username', 'ann')
  await locker.flush()
  return { where, locker }
}

export async function headerOf(where: Where): Promise<Header> {
  return (await readDisk(where)).header
}

export async function kinds(locker: AnyLocker): Promise<string[]> {
  return (await locker.slots.list()).map((slot) => slot.kind)
}
