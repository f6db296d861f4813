/** Backups, and the lockers they are made of, for the tests. */
import { readLocker } from '../reference/locker.ts'
import { readDisk, shown, type Where } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { type AnyLocker, openLocker, passphrase } from './help.ts'
import { asked, cost, place } from './slot_help.ts'

export const secret = { passphrase }

export interface Kept {
  where: Where
  locker: AnyLocker
}

/** An open locker with a passphrase, a profile, entries of every kind and a deletion. */
export async function filled(t: SuiteContext): Promise<Kept> {
  const where = place(t)
  const locker = await asked(t, where)
  await locker.create(secret, { cost })
  locker.patch({ username: 'ann', theme: 'dark' })
  locker.entries.put('draft', { text: 'ä\u2028', list: [1, null, -0.5] })
  locker.entries.put('photo', Uint8Array.of(0, 255, 7))
  locker.entries.put('gone', 1)
  locker.entries.delete('gone')
  return { where, locker }
}

/** An open locker of its own, with other keys. */
export async function another(t: SuiteContext): Promise<Kept> {
  const where = place(t)
  const locker = await asked(t, where)
  await locker.create({ passphrase: 'another one' }, { cost })
  return { where, locker }
}

/** No locker yet. */
export async function nothing(t: SuiteContext, unlock: 'ask' | 'device' = 'ask'): Promise<Kept> {
  const where = place(t)
  const locker = openLocker(t, where, { unlock })
  await locker.ready
  if (unlock === 'device') await locker.destroy()
  return { where, locker }
}

/** Everything it shows. */
export function values({ profile, entries }: AnyLocker): Record<string, unknown> {
  const list = entries.list().map((name) => [`entry/${name}`, entries.get(name)])
  return { ...profile, ...Object.fromEntries(list) }
}

/** The disk as text: equal texts, equal disks. */
export async function diskText(where: Where): Promise<string> {
  return shown(await readDisk(where))
}

/** Whether another program finds header, root and records in order. */
export async function isWhole(where: Where, opens: Parameters<typeof readLocker>[1]): Promise<boolean> {
  const { macHolds, rootHolds } = await readLocker(await readDisk(where), opens)
  return macHolds && rootHolds
}

/** A backup's JSON, changed. */
export async function changed(
  blob: Blob,
  // biome-ignore lint/suspicious/noExplicitAny: any member of it may be made anything
  change: (file: any) => void,
): Promise<string> {
  const file = JSON.parse(await blob.text())
  change(file)
  return JSON.stringify(file)
}
