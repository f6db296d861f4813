/** Late entries: what a page that goes away leaves, sealed, in localStorage. Only browsers have it. */
import { expect } from 'chai'
import { openRecord, sealRecord } from '../reference/record.ts'
import {
  type Bytes,
  fromBase64url,
  randomBytes,
  type SealedRecord,
  toBase64url,
} from '../reference/shapes.ts'
import type { Where } from './disk.ts'
import type { Environment, SuiteContext } from './harness.ts'
import { lockerOn, madeOnDisk } from './help.ts'

const browsers: Environment[] = ['chromium', 'firefox', 'webkit']

/** The item as it lies there: a list of entries, bytes as base64url. */
function asText(records: SealedRecord[]): string {
  const text = (_: string, value: unknown) => (value instanceof Uint8Array ? toBase64url(value) : value)
  return JSON.stringify([{ records }], text)
}

function fromText(text: string): SealedRecord[] {
  const bytes = new Set(['writer', 'nonce', 'box'])
  const entries: { records: SealedRecord[] }[] = JSON.parse(text, (key, value) =>
    bytes.has(key) ? fromBase64url(value) : value,
  )
  return entries.flatMap((entry) => entry.records)
}

const prefix = (where: Where) => `kbve-locker/${where.tenant}/${where.name}/late/`

function items(where: Where): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix(where)))
    .map((key) => localStorage.getItem(key) ?? '')
}

export function suite(t: SuiteContext): void {
  function leave(where: Where, writer: Bytes, text: string): void {
    const key = prefix(where) + toBase64url(writer)
    localStorage.setItem(key, text)
    t.after(() => localStorage.removeItem(key))
  }

  t.test(
    'made by the reference: applied at opening, and then gone',
    async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), {
        'profile/username': 'old',
        'profile/last': 'kept',
      })
      const writer = randomBytes(8)
      const rev = Date.now() * 1024
      const late = [
        await sealRecord(made, 'profile/username', 'late', { rev, writer }),
        await sealRecord(made, 'profile/last', 'too old', { rev: 1, writer }),
      ]
      leave(where, writer, asText(late))
      const locker = await lockerOn(t, where)
      expect(locker.get('username')).to.equal('late')
      expect(locker.get('last')).to.equal('kept')
      expect(locker.status.integrity).to.equal('ok')
      expect(items(where)).to.deep.equal([])
      expect((await lockerOn(t, where)).get('username')).to.equal('late')
    },
    { only: browsers },
  )

  t.test(
    'made by a page that goes away before its journal is complete: the reference opens it',
    async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'old' })
      const locker = await lockerOn(t, where)
      locker.patch({ username: 'leaving', theme: 'dark' })
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))
      const left = items(where)
      expect(left).to.have.length(1)
      expect(left[0], 'sealed').to.not.include('leaving')
      const values: Record<string, unknown> = {}
      for (const record of fromText(left[0] ?? '')) values[record.id] = await openRecord(made, record)
      expect(values).to.deep.equal({ 'profile/username': 'leaving', 'profile/theme': 'dark' })
      await locker.flush()
      expect(items(where), 'applied, so no longer needed').to.deep.equal([])
    },
    { only: browsers },
  )

  t.test(
    'damaged or garbage: harms nothing, and what is whole is still applied',
    async () => {
      const { where, made } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
      const rev = Date.now() * 1024
      const writer = randomBytes(8)
      const sealed = await sealRecord(made, 'profile/username', 'eve', { rev, writer })
      const whole = await sealRecord(made, 'profile/last', 'ohara', { rev, writer })
      leave(where, randomBytes(8), asText([{ ...sealed, rev: rev + 1 }]))
      for (const text of [
        '',
        'x',
        '[]',
        '{}',
        '[null]',
        '[{"records":[{"id":7}]}]',
        `[${'['.repeat(5_000)}`,
      ]) {
        leave(where, randomBytes(8), text)
      }
      leave(where, writer, asText([whole]))
      const locker = await lockerOn(t, where)
      expect(locker.get('username')).to.equal('ann')
      expect(locker.get('last')).to.equal('ohara')
      expect(locker.status.integrity).to.equal('ok')
    },
    { only: browsers },
  )
}
