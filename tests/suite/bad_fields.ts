/** Bad values from the application itself: refused before anything is sealed. */
import { expect } from 'chai'
import { readDisk, spied } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import { code, failure, freshLocker } from './help.ts'

const bad: Record<string, unknown[]> = {
  username: ['\ud800', 'a\udfff', '\udc00\ud800'],
  last: ['\ud83d'],
  phone: ['015112345678', '+', '+0151123456', '+49 151 x', `+${'1'.repeat(16)}`],
  uuid: ['6fa459ea-ee8a-4ca4-894e-db77e160355', '6fa459ea-ee8a-4ca4-894e-db77e160355g', 'x'],
  avatar: ['javascript:alert(1)', 'ftp://example.com/a', '/a.png', 'data:text/html,x', 'http://'],
  github: ['-ann', 'ann ohara', 'ann/ohara', 'a'.repeat(60)],
  instagram: ['ann ohara', 'ann/ohara', 'a'.repeat(60)],
  email: ['ann', 'ann@', '@example.com', 'ann@exa mple.com', 'ann@example..com', 'ann@-example.com'],
  theme: ['', 'Dark', 'blue'],
}

export function suite(t: SuiteContext): void {
  t.test('a value that is not what its field says is invalid_field and changes nothing', async () => {
    const spy = spied(t.disk().storage())
    const { locker } = await freshLocker(t, { storage: () => spy.storage })
    const before = { ...locker.profile }
    for (const [field, values] of Object.entries(bad)) {
      for (const value of values) {
        const error = await failure(() => locker.set(field as 'username', value as string))
        expect(error, `${field} = ${JSON.stringify(value)}`).to.include({ code: 'invalid_field', field })
        expect(error.message, 'a sentence').to.match(/^.{20,}[.]$/s)
      }
    }
    expect({ ...locker.profile }).to.deep.equal(before)
    expect(spy.appended, 'nothing was sealed').to.deep.equal([])
  })

  t.test('without `validate`, size and Unicode still count', async () => {
    const { locker } = await freshLocker(t, t.disk(), { validate: false })
    locker.set('email', 'not an address')
    expect(locker.get('email')).to.equal('not an address')
    expect(await code(() => locker.set('email', '\ud800'))).to.equal('invalid_field')
    expect(await code(() => locker.set('email', 'x'.repeat(2_049)))).to.equal('too_large')
  })

  t.test('sizes are counted in bytes: 2,048 fit, one more does not; 10 MB do not', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.set('username', 'ü'.repeat(1_024))
    for (const value of ['ü'.repeat(1_024).concat('x'), 'x'.repeat(10_000_000)]) {
      expect(await failure(() => locker.set('username', value))).to.include({
        code: 'too_large',
        field: 'username',
      })
    }
    const start = 'data:image/png;base64,'
    locker.set('avatar', start + 'A'.repeat(65_536 - start.length))
    expect(await code(() => locker.set('avatar', start + 'A'.repeat(65_537 - start.length)))).to.equal(
      'too_large',
    )
    expect(await code(() => locker.set('avatar', start + 'A'.repeat(10_000_000)))).to.equal('too_large')
    expect(await code(() => locker.patch({ theme: 'dark', last: 'x'.repeat(10_000_000) }))).to.equal(
      'too_large',
    )
    expect(locker.get('theme')).to.equal('auto')
    await locker.flush()
    const disk = await readDisk(where)
    expect(disk.records.map((r) => r.id).sort()).to.deep.equal(['profile/avatar', 'profile/username'])
    expect(locker.status.pending).to.equal(0)
    locker.set('username', 'still works')
    expect(locker.get('username')).to.equal('still works')
  })

  t.test('an entry that is no JSON, and one with a bad name', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const circle: { self?: unknown } = {}
    circle.self = circle
    for (const value of [circle, 10n, () => 1, Symbol('x')]) {
      expect(await code(() => locker.entries.put('x', value as never))).to.equal('not_serializable')
    }
    for (const name of ['', '\ud800', 'x'.repeat(10_000)]) {
      expect(() => locker.entries.put(name, 1)).to.throw(TypeError)
    }
    expect([...locker.entries.list()]).to.deep.equal([])
    locker.entries.put('__proto__', { a: 1 })
    expect(locker.entries.get('__proto__')).to.deep.equal({ a: 1 })
    expect(locker.entries.get('toString')).to.equal(undefined)
  })

  t.test('an update that returns a bad value is refused, in all tabs', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    locker.set('email', 'ann@example.com')
    await locker.flush()
    const before = await readDisk(where)
    expect(await code(() => locker.update('email', () => 'nonsense'))).to.equal('invalid_field')
    expect(await code(() => locker.update('email', () => 'x'.repeat(10_000_000)))).to.equal('too_large')
    expect(await readDisk(where)).to.deep.equal(before)
  })
}
