/** Cookies that belong to a locker: locked, unlocked, destroyed here and in another tab, and the profile in them. */
import { LockerError, lockerCookies } from '@kbve/locker/cookies'
import { expect } from 'chai'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { cookieKey } from '../reference/keys.ts'
import { jarFor, type TestJar } from './cookies_help.ts'
import { writeDisk } from './disk.ts'
import type { SuiteContext } from './harness.ts'
import {
  type AnyLocker,
  code,
  deviceKeys,
  freshLocker,
  lockerOn,
  madeOnDisk,
  openLocker,
  passphrase,
  until,
} from './help.ts'

const table = {
  token: { sealed: true },
  plain: {},
  user: { fields: ['username', 'avatar'] },
} as const

const avatar = 'https://example.com/ä.png'

export function suite(t: SuiteContext): void {
  async function cookiesOf(locker: AnyLocker, jar: TestJar) {
    const cookies = lockerCookies(locker, table, { jar })
    t.after(() => cookies[Symbol.dispose]())
    await cookies.ready
    return cookies
  }

  async function fresh() {
    const jar = jarFor(t)
    const { locker, where } = await freshLocker(t, t.disk())
    return { jar, locker, where, cookies: await cookiesOf(locker, jar) }
  }

  t.describe('lock and unlock', () => {
    t.test(
      'locked: sealed ones are told as locked, plain ones are read, and unlocking brings all back',
      async () => {
        const { locker, cookies, jar } = await fresh()
        cookies.set('token', 'secret')
        cookies.set('plain', 'clear')
        const before = jar.raw('token')
        locker.lock()
        expect(await code(() => cookies.get('token'))).to.equal('locked')
        expect(cookies.read('token')).to.have.nested.property('error.code', 'locked')
        expect(await code(() => cookies.set('token', 'x'))).to.equal('locked')
        expect(cookies.get('plain')).to.equal('clear')
        cookies.set('plain', 'still clear')
        expect(cookies.get('plain')).to.equal('still clear')
        expect(jar.raw('token')).to.equal(before)
        await locker.unlock({ device: true })
        expect(cookies.get('token')).to.equal('secret')
      },
    )

    t.test('locked, and there is none: that is absent', async () => {
      const { locker, cookies } = await fresh()
      locker.lock()
      expect(cookies.get('token')).to.equal(undefined)
      expect(cookies.read('token')).to.deep.equal({ state: 'absent' })
    })

    t.test('a locker that does not exist yet; and making cookies does not open one', async () => {
      const jar = jarFor(t)
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const locker = openLocker(t, where, { unlock: 'ask' })
      const cookies = await cookiesOf(locker, jar)
      expect(locker.status.state).to.equal('opening')
      expect(await code(() => cookies.set('token', 'x'))).to.equal('locked')
      await locker.create({ passphrase }, { cost: { memoryKib: 19_456, passes: 2 } })
      cookies.set('token', 'x')
      expect(cookies.get('token')).to.equal('x')
    })

    t.test('after a reload the same locker opens what it sealed', async () => {
      const { locker, cookies, jar, where } = await fresh()
      cookies.set('token', 'secret')
      await locker.flush()
      locker[Symbol.dispose]()
      const again = await cookiesOf(await lockerOn(t, where), jar)
      expect(again.get('token')).to.equal('secret')
    })

    t.test('listeners hear of set, lock and unlock, and not after they have gone', async () => {
      const { locker, cookies } = await fresh()
      const heard: string[] = []
      const stop = cookies.subscribe(() => heard.push(cookies.read('token').state))
      cookies.set('token', 'secret')
      locker.lock()
      expect(heard).to.include.members(['there', 'locked'])
      await locker.unlock({ device: true })
      expect(heard.at(-1)).to.equal('there')
      stop()
      const length = heard.length
      cookies.remove('token')
      expect(heard).to.have.length(length)
    })

    t.test(
      'who hears of the lock first reads no more, and who hears of the unlocking first does',
      async () => {
        const jar = jarFor(t)
        const { locker } = await freshLocker(t, t.disk())
        const heard: string[] = []
        locker.on('status', ({ state }) => heard.push(`${state} ${cookies.read('token').state}`))
        const cookies = await cookiesOf(locker, jar)
        cookies.set('token', 'secret')
        expect(cookies.get('token')).to.equal('secret')
        locker.lock()
        await locker.unlock({ device: true })
        expect(heard).to.include.members(['locked locked', 'unlocked there'])
        expect(heard).not.to.include.members(['locked there'])
      },
    )

    t.test('the key is the one of the format: jose opens the cookie, derived by WebCrypto', async () => {
      const jar = jarFor(t)
      const { where, made } = await madeOnDisk(t, t.disk(), {})
      const locker = await lockerOn(t, where)
      const cookies = await cookiesOf(locker, jar)
      cookies.set('token', 'a ü b')
      const { key_id: keyId, epoch } = made.header
      const key = await cookieKey(made.rootKey, keyId, epoch)
      const opened = await compactDecrypt(jar.raw('token') ?? '', key)
      expect(new TextDecoder().decode(opened.plaintext)).to.equal('a ü b')
      // And the other way round; under any other id of the key it is none of this locker's.
      const { kid } = opened.protectedHeader
      for (const [id, value] of [
        [kid, 'von jose'],
        [`${kid}0`, null],
        [kid?.replace('.1', '.01'), null],
        ['session', null],
      ] as const) {
        const sealed = await new CompactEncrypt(new TextEncoder().encode('von jose'))
          .setProtectedHeader({
            alg: 'dir',
            enc: 'A256GCM',
            typ: 'kbve-cookie',
            kid: id ?? '',
            cookie: 'token',
          })
          .encrypt(key)
        jar.write(`token=${sealed}; Path=/`)
        expect(cookies.get('token'), id).to.equal(value)
      }
    })
  })

  t.test('a locker that is open for reading only opens what was sealed, and seals nothing', async () => {
    const jar = jarFor(t)
    const { where, made, device } = await madeOnDisk(t, t.disk(), { 'profile/username': 'ann' })
    const locker = await lockerOn(t, where)
    const cookies = await cookiesOf(locker, jar)
    cookies.set('token', 'secret')
    locker[Symbol.dispose]()
    const header = { ...made.header, created: made.header.created + 1 }
    const { storage, tenant } = where
    await writeDisk(where, { ...made.disk, header }, deviceKeys(made, device))
    const again = await lockerOn(t, { storage, tenant, name: where.name })
    expect(again.status.readOnly).to.equal(true)
    const later = await cookiesOf(again, jar)
    expect(later.get('token')).to.equal('secret')
    expect(await code(() => later.set('token', 'x'))).to.equal('read_only')
    expect(later.get('token')).to.equal('secret')
    later.set('plain', 'x')
    expect(later.get('plain')).to.equal('x')
  })

  t.describe('destroy and sign out', () => {
    t.test('destroy removes every one of them, parts too', async () => {
      const { locker, cookies, jar } = await fresh()
      jar.write('theirs=1; Path=/')
      cookies.set('token', 'x'.repeat(3_500))
      cookies.set('plain', 'clear')
      locker.set('username', 'ann')
      expect(jar.names()).to.include.members(['token', 'token.1', 'plain', 'user'])
      await locker.destroy()
      expect(jar.names()).to.deep.equal(['theirs'])
      await locker.create()
      expect(cookies.get('token')).to.equal(undefined)
      cookies.set('token', 'of the new one')
      expect(cookies.get('token')).to.equal('of the new one')
    })

    t.test('destroy in another tab removes them in this one', async () => {
      const disk = t.disk()
      const jar = jarFor(t)
      const { where, locker } = await freshLocker(t, disk)
      const cookies = await cookiesOf(locker, jar)
      cookies.set('token', 'secret')
      locker.set('username', 'ann')
      await locker.flush()
      // The other tab has no cookies of its own.
      const other = await lockerOn(t, { ...where, storage: disk.storage() })
      await other.destroy()
      await until('they are gone', () => jar.names().length === 0)
      expect(cookies.get('token')).to.equal(undefined)
    })

    t.test('destroy before the module is loaded removes them when it is', async () => {
      const { cookies: _, ...first } = await fresh()
      first.jar.write('plain=x; Path=/')
      const late = lockerCookies(first.locker, table, { jar: first.jar })
      t.after(() => late[Symbol.dispose]())
      await first.locker.destroy()
      await until('it is gone', () => first.jar.raw('plain') === undefined)
    })

    t.test('clear before the module is loaded removes them when it is', async () => {
      const { cookies: _, locker, jar } = await fresh()
      locker.set('username', 'ann')
      jar.write('plain=x; Path=/')
      const early = lockerCookies(locker, table, { jar })
      t.after(() => early[Symbol.dispose]())
      early.clear()
      await until('they are gone', () => jar.names().length === 0)
      await early.ready
      expect(early.get('user')).to.equal(undefined)
    })

    t.test('clear: all go, the profile’s too, until somebody is there again', async () => {
      const { locker, cookies, jar } = await fresh()
      locker.patch({ username: 'ann', avatar })
      cookies.set('token', 'secret')
      cookies.clear()
      expect(jar.names()).to.deep.equal([])
      locker.set('username', 'ben')
      expect(jar.names()).to.deep.equal([])
      cookies.set('token', 'again')
      expect(cookies.get('user')).to.deep.equal({ username: 'ben', avatar })
    })
  })

  t.describe('the profile', () => {
    t.test('follows, and is not written where nothing of it changed', async () => {
      const { locker, cookies, jar } = await fresh()
      expect(cookies.get('user')).to.equal(undefined)
      locker.patch({ username: 'ann', avatar })
      expect(cookies.get('user')).to.deep.equal({ username: 'ann', avatar })
      expect(decodeURIComponent(jar.raw('user') ?? '')).to.equal(JSON.stringify({ username: 'ann', avatar }))
      const written = jar.lines.length
      locker.set('theme', 'dark')
      locker.set('username', 'ann')
      locker.entries.put('username', 'zoe')
      expect(jar.lines).to.have.length(written)
      locker.lock()
      expect(cookies.get('user')).to.deep.equal({ username: 'ann', avatar })
      await locker.unlock({ device: true })
      expect(jar.lines).to.have.length(written)
      locker.patch({ username: '', avatar: '' })
      expect(cookies.get('user')).to.equal(undefined)
    })

    t.test(
      'what another tab changed is in it, and what somebody broke is mended at the next unlock',
      async () => {
        const disk = t.disk()
        const jar = jarFor(t)
        const { where, locker } = await freshLocker(t, disk)
        const cookies = await cookiesOf(locker, jar)
        const other = await lockerOn(t, { ...where, storage: disk.storage() })
        other.set('username', 'from afar')
        await until('it has come', () => cookies.get('user')?.username === 'from afar')
        jar.write('user=nonsense; Path=/')
        expect(cookies.get('user')).to.equal(null)
        locker.lock()
        await locker.unlock({ device: true })
        expect(cookies.get('user')).to.deep.equal({ username: 'from afar', avatar: '' })
      },
    )

    t.test('a picture that does not fit is told by the locker, and the others stay', async () => {
      const { locker, cookies } = await fresh()
      const told: LockerError[] = []
      locker.on('error', (error) => told.push(error))
      locker.set('username', 'ann')
      locker.set('avatar', `data:image/png;base64,${'A'.repeat(20_000)}`)
      expect(told.map(({ code, field }) => `${code} ${field}`)).to.deep.equal(['cookie_too_large user'])
      expect(cookies.get('user')).to.deep.equal({ username: 'ann', avatar: '' })
      expect(told[0]).to.be.instanceOf(LockerError)
    })

    t.test('sealed, it is there only while the locker is open', async () => {
      const jar = jarFor(t)
      const { locker } = await freshLocker(t, t.disk())
      const cookies = lockerCookies(locker, { user: { fields: ['email'], sealed: true } }, { jar })
      t.after(() => cookies[Symbol.dispose]())
      locker.set('email', 'ann@example.com')
      await until('the module is loaded and it is written', () => cookies.read('user').state === 'there')
      expect(cookies.get('user')).to.deep.equal({ email: 'ann@example.com' })
      expect(jar.raw('user')).not.to.include('ann')
      locker.lock()
      expect(cookies.read('user').state).to.equal('locked')
    })

    t.test('disposed, it follows no more', async () => {
      const { locker, cookies, jar } = await fresh()
      locker.set('username', 'ann')
      cookies[Symbol.dispose]()
      const before = jar.raw('user')
      locker.set('username', 'ben')
      await locker.destroy()
      expect(jar.raw('user')).to.equal(before)
    })
  })
}
