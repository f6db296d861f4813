/** What tabs leave behind is found, once, and by the right one. */
import { expect } from 'chai'

const open = async (stage, locker, options) => {
  const tab = await stage.tab()
  await tab.page.evaluate(
    async ([locker, options]) => {
      window.session = await kit.open(locker, options)
    },
    [locker, options],
  )
  return tab
}
const append = (page, id, rev, value) =>
  page.evaluate(([id, rev, value]) => session.append(kit.entry(id, rev, value)).done, [id, rev, value])
const orphans = (page) =>
  page.evaluate(async () => {
    window.taken = await session.orphans()
    return taken.flatMap(({ entries }) => entries.map(({ records }) => records[0].id))
  })
const journals = (page, locker) =>
  page.evaluate(
    async (prefix) =>
      (await indexedDB.databases())
        .map(({ name }) => name)
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .sort(),
    `kbve-locker/test/${locker}/journal/`,
  )
const lateKeys = (page, locker) =>
  page.evaluate(
    (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).length,
    `kbve-locker/test/${locker}/late/`,
  )

export const leftBehind = {
  'every tab has a journal of its own, and a living tab keeps its': async (stage) => {
    const one = await open(stage, 'own')
    const two = await open(stage, 'own')
    await append(one.page, 'entry/one', 1, '1')
    await append(two.page, 'entry/two', 1, '2')
    expect(await journals(one.page, 'own')).to.deep.equal(['0', '1'])
    expect(await orphans(one.page)).to.deep.equal([])
    expect(await orphans(two.page)).to.deep.equal([])
  },

  'the entries of a killed tab go to one heir, until it lets go': async (stage) => {
    const dead = await open(stage, 'heirs')
    const one = await open(stage, 'heirs')
    const two = await open(stage, 'heirs')
    await append(dead.page, 'entry/a', 1, 'A')
    await stage.kill(dead)
    expect(await orphans(one.page)).to.deep.equal(['entry/a'])
    expect(await orphans(two.page)).to.deep.equal([])
    await one.page.evaluate(() => {
      for (const orphan of taken) orphan.release()
    })
    expect(await orphans(two.page)).to.deep.equal(['entry/a'])
    await two.page.evaluate(() => Promise.all(taken.map((orphan) => orphan.discard())))
    expect(await orphans(one.page)).to.deep.equal([])
  },

  'a tab that dies just after another looked is noticed': async (stage) => {
    const dying = await open(stage, 'dying')
    const heir = await open(stage, 'dying')
    await append(dying.page, 'entry/a', 1, 'A')
    expect(await orphans(heir.page)).to.deep.equal([])
    await stage.kill(dying)
    await heir.page.waitForFunction(() => kit.events.some(({ type }) => type === 'orphans'), null, {
      timeout: 5_000,
    })
    expect(await orphans(heir.page)).to.deep.equal(['entry/a'])
  },

  'a new owner finds what the former owner of its journal left, and not its own': async (stage) => {
    const dead = await open(stage, 'inherited')
    await append(dead.page, 'entry/old', 1, 'old')
    await stage.kill(dead)
    const heir = await open(stage, 'inherited')
    await append(heir.page, 'entry/new', 1, 'new')
    expect(await journals(heir.page, 'inherited')).to.deep.equal(['0'])
    expect(await orphans(heir.page)).to.deep.equal(['entry/old'])
    await heir.page.evaluate(() => Promise.all(taken.map((orphan) => orphan.discard())))
    await stage.kill(heir)
    const last = await open(stage, 'inherited')
    expect(await orphans(last.page)).to.deep.equal(['entry/new'])
  },

  'where databases cannot be listed, journals are found by their notes': async (stage) => {
    const tabs = [await open(stage, 'unlisted'), await open(stage, 'unlisted'), await open(stage, 'unlisted')]
    for (const [i, tab] of tabs.entries()) await append(tab.page, `entry/${i}`, 1, 'x')
    for (const tab of tabs) await stage.kill(tab)
    const { page } = await stage.tab()
    const values = await page.evaluate(async () => {
      const factory = {
        open: (...args) => indexedDB.open(...args),
        deleteDatabase: (name) => indexedDB.deleteDatabase(name),
      }
      const { session, values } = await kit.openAndRead('unlisted', { indexedDB: factory })
      await session.destroy()
      return values
    })
    expect(Object.keys(values)).to.deep.equal(['entry/0', 'entry/1', 'entry/2'])
    expect(await journals(page, 'unlisted')).to.deep.equal([])
  },

  'pagehide puts unfinished entries in localStorage; a page that survives takes them back': async (stage) => {
    const { page } = await open(stage, 'late')
    const answer = await page.evaluate(async () => {
      const prefix = 'kbve-locker/test/late/late/'
      const keys = () =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith(prefix))
          .sort()
      await session.append(kit.entry('entry/done', 1, 'complete already')).done
      const unfinished = session.append(kit.entry('entry/a', 1, 'unfinished'))
      dispatchEvent(new PageTransitionEvent('pagehide'))
      const after = session.append(kit.entry('entry/b', 1, 'after pagehide'))
      const items = keys().map((key) => localStorage.getItem(key))
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      await unfinished.done
      await after.done
      const ids = items.flatMap((item) => JSON.parse(item).map(({ records }) => records[0].id))
      return { ids, left: keys(), items: items.join() }
    })
    expect(answer.ids).to.deep.equal(['entry/a', 'entry/b'])
    expect(answer.left).to.deep.equal([])
    expect(answer.items).not.to.contain('unfinished')
  },

  'late entries are applied, malformed ones break nothing': async (stage) => {
    const { page } = await open(stage, 'late2')
    const values = await page.evaluate(async () => {
      session.append(kit.entry('entry/a', 1, 'was late'))
      dispatchEvent(new PageTransitionEvent('pagehide'))
      const prefix = 'kbve-locker/test/late3/late/'
      const good = localStorage.getItem(Object.keys(localStorage).find((key) => key.includes('/late2/late/')))
      const broken = ['', '{', 'null', '"x"', '[1,null]', '[{"records":[{"id":5}]}]', '[{"records":7}]']
      broken.push(good.replace('"nonce":"', '"nonce":"*'), good.replace('"kind":"json"', '"kind":"other"'))
      for (const [i, text] of broken.entries()) localStorage.setItem(`${prefix}${i}`, text)
      localStorage.setItem(`${prefix}ffffffffffffffff`, `[{"records":[]},${good.slice(1)}`)
      const { values, session: next } = await kit.openAndRead('late3')
      return {
        values,
        again: (await next.orphans()).length,
        left: localStorage.getItem(`${prefix}ffffffffffffffff`),
      }
    })
    expect(values).to.deep.equal({ values: { 'entry/a': 'was late' }, again: 0, left: null })
    expect(await lateKeys(page, 'late3')).to.equal(9)
  },

  'without locks: a heartbeat keeps the journal, a stale one gives it up, an abandoned one goes': async (
    stage,
  ) => {
    const living = await open(stage, 'beat', { locks: null })
    await append(living.page, 'entry/a', 1, 'A')
    const heir = await open(stage, 'beat', { locks: null })
    const names = await journals(heir.page, 'beat')
    expect(names).to.have.length(2)
    for (const name of names) expect(name).to.match(/^[0-9a-f]{16}$/)
    expect(await orphans(heir.page)).to.deep.equal([])
    await stage.kill(living)
    const lastBeat = (age) =>
      heir.page.evaluate((age) => {
        for (const key of Object.keys(localStorage)) {
          if (key.startsWith('kbve-locker/test/beat/journal/')) localStorage.setItem(key, Date.now() - age)
        }
      }, age)
    await lastBeat(11_000)
    expect(await orphans(heir.page)).to.deep.equal(['entry/a'])
    await heir.page.evaluate(() => Promise.all(taken.map((orphan) => orphan.discard())))
    await lastBeat(400_000)
    expect(await orphans(heir.page)).to.deep.equal([])
    await heir.page.waitForFunction(
      async () =>
        (await indexedDB.databases()).filter(({ name }) => name.includes('/beat/journal/')).length === 1,
    )
  },

  'the back/forward cache takes the page, and the journal is had again': async (stage) => {
    const { page } = await open(stage, 'cached')
    await page.evaluate(() => {
      window.shown = []
      addEventListener('pageshow', ({ persisted }) => shown.push(persisted))
      session.append(kit.entry('entry/before', 1, 'before'))
    })
    await page.goto(`${stage.origin('main')}/elsewhere`)
    // Another tab opens the locker meanwhile: it gets journal 0, and the entry.
    const other = await open(stage, 'cached')
    expect(await orphans(other.page)).to.deep.equal(['entry/before'])
    await page.evaluate(() => history.back()).catch(() => {})
    await page.waitForFunction(() => window.shown?.length === 1)
    const answer = await page.evaluate(async () => {
      const inherited = await session.orphans()
      const { done } = session.append(kit.entry('entry/after', 1, 'after'))
      await done
      await session.settle(session.pending())
      const held = (await navigator.locks.query()).held.map(({ name }) => name).sort()
      return { shown, inherited: inherited.length, pending: session.pending().length, held }
    })
    expect(answer).to.deep.equal({
      shown: [true],
      inherited: 0,
      pending: 0,
      held: ['kbve-locker/test/cached/journal/0', 'kbve-locker/test/cached/journal/1'],
    })
    await stage.kill(other)
    expect(await orphans(page)).to.deep.equal([])
  },
}
