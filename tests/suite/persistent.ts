/** An application's persistentAtom and persistentMap, kept in a locker. */
import { type Locker, memoryStorage } from '@kbve/locker'
import { lockerEngine } from '@kbve/locker/nanostores'
import {
  persistentAtom,
  persistentBoolean,
  persistentJSON,
  persistentMap,
  setPersistentEngine,
} from '@nanostores/persistent'
import { expect } from 'chai'
import type { SuiteContext } from './harness.ts'
import { code, freshLocker, lockerOn, openLocker, settled, until } from './help.ts'

/** The engine belongs to the whole page, so each test takes it. */
function keepIn(locker: Pick<Locker, 'entries' | 'on' | 'status'>, prefix?: string): void {
  setPersistentEngine(...lockerEngine(locker, prefix === undefined ? {} : { prefix }))
}

const passphrase = 'correct horse'
const cost = { memoryKib: 19_456, passes: 2 }

export function suite(t: SuiteContext): void {
  t.test('an atom writes what it is set to, and a later page finds it', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $draft = persistentAtom<string>('draft', 'nothing yet')
    t.after($draft.listen(() => {}))
    expect($draft.get()).to.equal('nothing yet')
    expect(locker.entries.list()).to.deep.equal([])
    $draft.set('Dear …')
    expect(locker.entries.get('persistent/draft')).to.equal('Dear …')
    await locker.flush()
    const later = await lockerOn(t, where)
    keepIn(later)
    expect(persistentAtom<string>('draft', 'nothing yet').get()).to.equal('Dear …')
  })

  t.test('a store that is set because another one was is written too', async () => {
    const { locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $first = persistentAtom<string>('first', '')
    const $second = persistentAtom<string>('second', '')
    t.after($second.listen(() => {}))
    const stop = locker.on('change', ({ entries }) => entries.has('persistent/first') && $second.set('too'))
    t.after(stop)
    $first.set('one')
    expect(locker.entries.get('persistent/second')).to.equal('too')
    // And when they take what is stored.
    stop()
    locker.lock()
    t.after($first.listen((value) => value === 'one' && $second.set(`after ${value}`)))
    await locker.unlock({ device: true })
    expect(locker.entries.get('persistent/first')).to.equal('one')
    expect($second.get()).to.equal(locker.entries.get('persistent/second'))
  })

  t.test('undefined removes; encoders and decoders have their say', async () => {
    const { locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $list = persistentJSON<string[]>('list', [])
    const $sure = persistentBoolean('sure')
    const $maybe = persistentAtom<string | undefined>('maybe', undefined)
    $list.set(['a', 'b'])
    $sure.set(true)
    $maybe.set('yes')
    expect(locker.entries.get('persistent/list')).to.equal('["a","b"]')
    expect(locker.entries.get('persistent/sure')).to.equal('yes')
    expect(persistentJSON<string[]>('list', []).get()).to.deep.equal(['a', 'b'])
    expect(persistentBoolean('sure').get()).to.equal(true)
    $maybe.set(undefined)
    $sure.set(false)
    expect(locker.entries.list()).to.deep.equal(['persistent/list', 'persistent/sure'])
    expect(persistentBoolean('sure', true).get()).to.equal(false)
  })

  t.test('a map keeps each key by itself, and set replaces them all', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $settings = persistentMap<Record<string, string | undefined>>('settings:', { size: 'small' })
    t.after($settings.listen(() => {}))
    $settings.setKey('theme', 'dark')
    // Every object has something of this name, and the locker has not.
    expect(persistentAtom<string>('constructor', 'initial').get()).to.equal('initial')
    expect(locker.entries.get('persistent/settings:theme')).to.equal('dark')
    $settings.setKey('theme', undefined)
    expect(locker.entries.get('persistent/settings:theme')).to.equal(undefined)
    $settings.set({ size: 'large', sound: 'off' })
    expect(locker.entries.list()).to.deep.equal(['persistent/settings:size', 'persistent/settings:sound'])
    await locker.flush()
    keepIn(await lockerOn(t, where))
    const $later = persistentMap<Record<string, string | undefined>>('settings:', {
      size: 'small',
      font: 'sans',
    })
    t.after($later.listen(() => {}))
    expect($later.get()).to.deep.equal({ size: 'large', sound: 'off', font: 'sans' })
  })

  t.test(
    'made and mounted before the locker opens: what is stored comes, and no default is written',
    async () => {
      const where = { storage: t.disk().storage(), tenant: 'test', name: t.name() }
      const first = openLocker(t, where, { unlock: 'ask' })
      await first.ready
      await first.create({ passphrase }, { cost })
      first.entries.put('persistent/draft', 'from before')
      first.entries.put('persistent/map:a', '1')
      await first.flush()
      first[Symbol.dispose]()

      const locker = openLocker(t, where, { unlock: 'ask' })
      keepIn(locker)
      const $draft = persistentAtom<string>('draft', 'initial')
      const $other = persistentAtom<string>('other', 'initial')
      const $map = persistentMap<Record<string, string>>('map:', { b: '2' })
      const told: unknown[] = []
      t.after($draft.subscribe((value) => told.push(value)))
      t.after($other.listen(() => {}))
      t.after($map.listen(() => {}))
      expect([$draft.get(), $map.get()]).to.deep.equal(['initial', { b: '2' }])
      expect((await settled(locker)).state).to.equal('locked')
      // Not kept, and nothing throws.
      $draft.set('typed while locked')
      $map.setKey('c', '3')
      await locker.unlock({ passphrase })
      expect(told).to.deep.equal(['initial', 'typed while locked', 'from before'])
      expect([$other.get(), $map.get()]).to.deep.equal(['initial', { a: '1', b: '2' }])
      expect(locker.entries.list()).to.deep.equal(['persistent/draft', 'persistent/map:a'])
      expect(locker.status.pending).to.equal(0)
    },
  )

  t.test('locked they hold their initial values; unlocked again, what was kept', async () => {
    const { locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $draft = persistentAtom<string>('draft', 'initial')
    const $map = persistentMap<Record<string, string>>('map:', {})
    t.after($draft.listen(() => {}))
    t.after($map.listen(() => {}))
    $draft.set('secret')
    $map.setKey('a', 'secret')
    locker.lock()
    expect([$draft.get(), $map.get()]).to.deep.equal(['initial', {}])
    await locker.unlock({ device: true })
    expect([$draft.get(), $map.get()]).to.deep.equal(['secret', { a: 'secret' }])
    $draft.set('changed')
    expect(locker.entries.get('persistent/draft')).to.equal('changed')
  })

  t.test('another tab’s changes arrive, and what it removes', async () => {
    const { where, locker } = await freshLocker(t, t.disk())
    const other = await lockerOn(t, where)
    keepIn(locker)
    const $draft = persistentAtom<string>('draft', 'initial')
    const $deaf = persistentAtom<string>('draft', 'initial', { listen: false })
    const $map = persistentMap<Record<string, string>>('map:', {})
    t.after($draft.listen(() => {}))
    t.after($deaf.listen(() => {}))
    t.after($map.listen(() => {}))
    other.entries.put('persistent/draft', 'there')
    other.entries.put('persistent/map:a', '1')
    await until('both came', () => $draft.get() === 'there' && $map.get().a === '1')
    expect($deaf.get()).to.equal('initial')
    other.entries.delete('persistent/draft')
    other.entries.delete('persistent/map:a')
    await until('both went', () => $draft.get() === 'initial' && $map.get().a === undefined)
    await Promise.all([locker.flush(), other.flush()])
    expect(locker.entries.list()).to.deep.equal([])
  })

  t.test('what an open locker refuses is thrown, and the store stays as it was', async () => {
    const { locker } = await freshLocker(t, t.disk())
    keepIn(locker)
    const $draft = persistentAtom<string>('draft', 'initial')
    $draft.set('short')
    expect(await code(() => $draft.set('x'.repeat(2_000_000)))).to.equal('too_large')
    expect($draft.get()).to.equal('short')
    expect(locker.entries.get('persistent/draft')).to.equal('short')
  })

  t.test('entries of others are not seen; two engines with prefixes of their own do not meet', async () => {
    const { locker } = await freshLocker(t, t.disk())
    locker.entries.put('draft', 'of the application')
    locker.entries.put('one/bytes', new Uint8Array([1]))
    locker.entries.put('one/object', { a: 1 })
    keepIn(locker, 'one/')
    const $one = persistentMap<Record<string, string>>('', {})
    t.after($one.listen(() => {}))
    expect($one.get()).to.deep.equal({})
    $one.setKey('draft', 'one')
    keepIn(locker, 'two/')
    expect(persistentAtom<string>('draft', 'two').get()).to.equal('two')
    expect(locker.entries.list()).to.deep.equal(['draft', 'one/bytes', 'one/draft', 'one/object'])
  })

  t.test('a store nobody listens to hears nothing, and opens nothing', async () => {
    const locker = openLocker(t, { storage: memoryStorage(), tenant: 'test', name: t.name() })
    keepIn(locker)
    const $draft = persistentAtom<string>('draft', 'initial')
    $draft.set('not kept')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(locker.status.state).to.equal('opening')
    const stop = $draft.listen(() => {})
    await until('listening opened it', () => locker.status.state === 'unlocked')
    expect($draft.get()).to.equal('initial')
    stop()
  })
}
