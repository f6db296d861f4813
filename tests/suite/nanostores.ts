/** A locker as stores: when they start, what they hold, when they tell. */
import { createLocker } from '@kbve/locker'
import { lockerAtom, lockerStores } from '@kbve/locker/nanostores'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { code, freshLocker, lockerOn, settled, until } from './help.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(value: T): T => value

const schema = {
  nickname: { type: 'string', maxBytes: 64 },
  size: { type: 'enum', values: ['small', 'large'] },
  level: { type: 'number' },
  news: { type: 'boolean' },
} as const

export function suite(t: SuiteContext): void {
  t.test('stores open nothing until somebody listens', async () => {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = createLocker(where)
    t.after(() => locker[Symbol.dispose]())
    const { $status, $theme } = lockerStores(locker)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(locker.status).to.equal($status.value)
    expect(locker.status.progress).to.equal(undefined)
    const seen: string[] = []
    t.after($status.subscribe(({ state }) => seen.push(state)))
    await until('it is open', () => $status.get().state === 'unlocked')
    expect(seen[0]).to.equal('opening')
    expect(seen.at(-1)).to.equal('unlocked')
    expect($theme.get()).to.equal('auto')
  })

  t.test('they tell only what changed, once, and write through', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const { $profile, $theme, $username } = lockerStores(locker)
    const told: string[] = []
    t.after($profile.listen((_value, _old, key) => told.push(`profile ${key}`)))
    t.after($theme.listen((value) => told.push(`theme ${value}`)))
    t.after($username.listen((value) => told.push(`username ${value}`)))
    $profile.setKey('theme', 'dark')
    $theme.set('dark')
    locker.set('theme', 'dark')
    $username.set('ann')
    expect(told).to.deep.equal(['profile theme', 'theme dark', 'profile username', 'username ann'])
    told.length = 0
    $profile.set({ ...$profile.get(), theme: 'light', username: 'bea' })
    expect(told.sort()).to.deep.equal(['profile undefined', 'theme light', 'username bea'])
    const other = await lockerOn(t, where)
    await locker.flush()
    await until('the other tab has it', () => other.get('username') === 'bea')
    told.length = 0
    other.set('theme', 'auto')
    await until('it came back', () => $theme.get() === 'auto')
    expect(told.sort()).to.deep.equal(['profile theme', 'theme auto'])
    expect(locker.profile).to.deep.equal($profile.get())
  })

  t.test('what the locker refuses, they throw, and keep what they held', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const { $profile, $email } = lockerStores(locker)
    $email.set('ann@example.com')
    expect(await code(() => $email.set('nonsense'))).to.equal('invalid_field')
    expect(await code(() => $profile.setKey('email', 'nonsense'))).to.equal('invalid_field')
    expect($email.get()).to.equal('ann@example.com')
    expect($profile.get().email).to.equal('ann@example.com')
    const $draft = lockerAtom<unknown>(locker, 'draft', 'initial')
    expect(await code(() => $draft.set(() => 1))).to.equal('not_serializable')
    locker.lock()
    expect($email.get()).to.equal('')
    expect(await code(() => $email.set('bea@example.com'))).to.equal('locked')
    expect(await code(() => $draft.set('x'))).to.equal('locked')
  })

  t.test('fields of the schema have stores with their types', async () => {
    const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
    const locker = createLocker({ ...where, schema })
    t.after(() => locker[Symbol.dispose]())
    await settled(locker as never)
    const { $nickname, $size, $level, $news } = lockerStores(locker)
    holds<Equal<ReturnType<typeof $nickname.get>, string>>(true)
    holds<Equal<ReturnType<typeof $size.get>, 'small' | 'large'>>(true)
    holds<Equal<ReturnType<typeof $level.get>, number>>(true)
    holds<Equal<ReturnType<typeof $news.get>, boolean>>(true)
    expect([$nickname, $size, $level, $news].map(($) => $.get())).to.deep.equal(['', 'small', 0, false])
    $size.set('large')
    $level.set(2.5)
    $news.set(true)
    expect(locker.profile).to.include({ size: 'large', level: 2.5, news: true })
    // @ts-expect-error the type refuses it first
    expect(await code(() => $size.set('huge'))).to.equal('invalid_field')
  })

  t.test('an entry’s atom: initial while locked, frozen copies, bytes told once', async () => {
    const { locker } = await freshLocker(t, t.disk())
    const $draft = lockerAtom(locker, 'draft', { text: '' })
    const $photo = lockerAtom(locker, 'photo', new Uint8Array())
    let [drafts, photos] = [0, 0]
    t.after($draft.listen(() => void drafts++))
    t.after($photo.listen(() => void photos++))
    const mine = { text: 'hello' }
    $draft.set(mine)
    mine.text = 'changed behind its back'
    expect($draft.get()).to.deep.equal({ text: 'hello' })
    expect(Object.isFrozen($draft.get())).to.equal(true)
    $draft.set({ text: 'hello' })
    $photo.set(Uint8Array.of(1, 2, 3))
    $photo.set(Uint8Array.of(1, 2, 3))
    expect([drafts, photos]).to.deep.equal([1, 1])
    locker.lock()
    expect($draft.get()).to.deep.equal({ text: '' })
    await locker.unlock({ device: true })
    expect($draft.get()).to.deep.equal({ text: 'hello' })
    expect($photo.get()).to.deep.equal(Uint8Array.of(1, 2, 3))
    locker.entries.delete('draft')
    expect($draft.get()).to.deep.equal({ text: '' })
  })
}
