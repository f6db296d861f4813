/** A connection may be taken away at any time: what the locker's tabs do then. */
import { expect } from 'chai'

async function open(stage, locker, options) {
  const tab = await stage.tab()
  await tab.page.evaluate(
    async ([locker, options]) => {
      window.session = await kit.open(locker, options)
      await session.transact([], ({ header }) => (header ? undefined : { header: kit.header(1) }))
    },
    [locker, options],
  )
  return tab
}

/** How many late entries' items a locker has in localStorage; `late` in the page. */
const countLate = (page, locker) =>
  page.evaluate((prefix) => {
    window.late = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).length
  }, `kbve-locker/test/${locker}/late/`)

const databases = (page, locker) =>
  page.evaluate(
    async (prefix) =>
      (await indexedDB.databases())
        .map(({ name }) => name)
        .filter((name) => name.startsWith(prefix))
        .sort(),
    `kbve-locker/test/${locker}`,
  )

export const connection = {
  'the database deleted under an open locker: evicted, and not made again': async (stage) => {
    const { page } = await open(stage, 'deleted')
    const answer = await page.evaluate(async () => {
      await kit.bare(indexedDB.deleteDatabase('kbve-locker/test/deleted'))
      const codes = [
        await kit.codeOf(session.load('all')),
        await kit.codeOf(session.transact([], () => undefined)),
      ]
      codes.push(await kit.codeOf(() => session.append(kit.entry('entry/a', 1, ''))))
      return { codes, events: kit.events }
    })
    expect(answer.codes).to.deep.equal(['evicted', 'evicted', 'evicted'])
    expect(answer.events).to.deep.equal([{ type: 'evicted' }])
    expect(await databases(page, 'deleted')).to.deep.equal(['kbve-locker/test/deleted/journal/0'])
  },

  'deleted, and another locker made in its place: evicted': async (stage) => {
    const { page } = await open(stage, 'replaced')
    const answer = await page.evaluate(async () => {
      const deleted = kit.bare(indexedDB.deleteDatabase('kbve-locker/test/replaced'))
      const other = kit.open('replaced')
      await deleted
      await (await other).transact([], () => ({ header: kit.header(2) }))
      const code = await kit.codeOf(session.load('all'))
      // Not this session's to destroy.
      await session.destroy()
      return { code, events: kit.events, other: (await (await other).load([])).header.locker_id[0] }
    })
    expect(answer).to.deep.equal({ code: 'evicted', events: [{ type: 'evicted' }], other: 2 })
  },

  'a page nobody touches learns of the deletion too': async (stage) => {
    const { page } = await open(stage, 'untouched')
    const events = await page.evaluate(async () => {
      await kit.bare(indexedDB.deleteDatabase('kbve-locker/test/untouched'))
      await kit.wait(300)
      return kit.events
    })
    expect(events).to.deep.equal([{ type: 'evicted' }])
  },

  'upgraded in another tab: the session goes on, and opening does not mind the number': async (stage) => {
    const { page } = await open(stage, 'newer')
    const answer = await page.evaluate(async () => {
      const upgraded = await kit.bare(indexedDB.open('kbve-locker/test/newer', 2))
      upgraded.close()
      await session.transact([], () => ({ put: [kit.record('entry/a', 1, 'A')] }))
      const fresh = await kit.open('newer')
      return { version: upgraded.version, values: await kit.values(fresh), events: kit.events }
    })
    expect(answer).to.deep.equal({ version: 2, values: { 'entry/a': 'A' }, events: [{ type: 'reopened' }] })
  },

  'upgraded to something without our stores: closed, with a sentence; opening says so too': async (stage) => {
    const { page } = await open(stage, 'foreign')
    const answer = await page.evaluate(async () => {
      const request = indexedDB.open('kbve-locker/test/foreign', 2)
      request.onupgradeneeded = () => request.result.deleteObjectStore('records')
      ;(await kit.bare(request)).close()
      const error = await session.load('all').catch((error) => error)
      const fresh = await kit.open('foreign').catch((error) => error)
      return {
        first: [error.code, error.message],
        second: [fresh.code, fresh.message],
        events: kit.events,
      }
    })
    expect(answer.first[0]).to.equal('storage_closed')
    expect(answer.first[1]).to.contain('Reload the page')
    expect(answer.second).to.deep.equal(answer.first)
    expect(answer.events).to.deep.equal([{ type: 'closed' }])
  },

  'a connection lost in the middle is had again, and the transaction run again': async (stage) => {
    const tab = await open(stage, 'lost')
    await countLate(tab.page, 'lost')
    const answer = await tab.page.evaluate(async () => {
      // As the browser does it: the connection is closed while the locker believes it has it.
      const real = IDBDatabase.prototype.transaction
      let lost = 0
      IDBDatabase.prototype.transaction = function (...args) {
        if (lost === 0) {
          lost += 1
          this.close()
        }
        return real.apply(this, args)
      }
      await session.transact([], () => ({ put: [kit.record('entry/a', 1, 'A')] }))
      lost = 0
      const { done } = session.append(kit.entry('entry/b', 1, 'B'))
      const between = late()
      await done
      IDBDatabase.prototype.transaction = real
      return { values: await kit.values(session), between, after: late(), events: kit.events }
    })
    expect(answer).to.deep.equal({ values: { 'entry/a': 'A' }, between: 1, after: 0, events: [] })
    const heir = await stage.tab()
    await stage.kill(tab)
    const values = await heir.page.evaluate(async () => (await kit.openAndRead('lost')).values)
    expect(values).to.deep.equal({ 'entry/a': 'A', 'entry/b': 'B' })
  },

  'the journal deleted under an open locker: its entries are written again': async (stage) => {
    const tab = await open(stage, 'no-journal')
    await countLate(tab.page, 'no-journal')
    const answer = await tab.page.evaluate(async () => {
      await session.append(kit.entry('entry/a', 1, 'A')).done
      const deleted = kit.bare(indexedDB.deleteDatabase('kbve-locker/test/no-journal/journal/0'))
      // The connection is closing while this is appended.
      const { done } = session.append(kit.entry('entry/b', 1, 'B'))
      await deleted
      await done
      await session.retry()
      return { pending: session.pending().length, late: late() }
    })
    expect(answer).to.deep.equal({ pending: 2, late: 0 })
    await stage.kill(tab)
    const heir = await stage.tab()
    const values = await heir.page.evaluate(async () => (await kit.openAndRead('no-journal')).values)
    expect(values).to.deep.equal({ 'entry/a': 'A', 'entry/b': 'B' })
  },

  'no IndexedDB, and IndexedDB refused: storage_unavailable': async (stage) => {
    const { page } = await stage.tab()
    expect(await page.evaluate(() => kit.codeOf(kit.open('none', { indexedDB: null })))).to.equal(
      'storage_unavailable',
    )
    // A document without an origin has neither IndexedDB nor localStorage nor locks.
    await page.setContent('<iframe sandbox="allow-scripts" src="/"></iframe>')
    await page.waitForFunction(() => frames.length === 1)
    const frame = page.frames().at(-1)
    await frame.waitForFunction(() => 'kit' in window)
    const refused = await frame.evaluate(async () => {
      const { notes } = kit.indexedDBStorage()
      notes.set('a', 'b')
      return [await kit.codeOf(kit.open('refused')), notes.get('a')]
    })
    expect(refused).to.deep.equal(['storage_unavailable', null])
  },

  'destroy clears everything of this locker in every tab, and nothing else': async (stage) => {
    const bystander = await open(stage, 'doomed2')
    const one = await open(stage, 'doomed')
    const two = await open(stage, 'doomed')
    const dead = await open(stage, 'doomed')
    await dead.page.evaluate(() => session.append(kit.entry('entry/a', 1, 'left')).done)
    await stage.kill(dead)
    await two.page.evaluate(() => session.append(kit.entry('entry/a', 2, 'pending')).done)
    await one.page.evaluate(async () => {
      for (const key of ['witness', 'mirror', 'late/0000000000000000']) {
        localStorage.setItem(`kbve-locker/test/doomed/${key}`, '[]')
      }
      localStorage.setItem('kbve-locker/test/doomed2/mirror', 'stays')
      await session.append(kit.entry('entry/a', 3, 'pending')).done
      await session.destroy()
    })
    await two.page.waitForFunction(() => kit.events.length > 0)
    expect(await two.page.evaluate(() => kit.events)).to.deep.equal([{ type: 'evicted' }])
    expect(await two.page.evaluate(() => kit.codeOf(session.retry()))).to.equal('evicted')
    expect(await databases(one.page, 'doomed')).to.deep.equal([
      'kbve-locker/test/doomed2',
      'kbve-locker/test/doomed2/journal/0',
    ])
    const notes = await one.page.evaluate(() =>
      Object.keys(localStorage)
        .filter((key) => key.includes('/doomed'))
        .sort(),
    )
    expect(notes).to.deep.equal(['kbve-locker/test/doomed2/journal/0', 'kbve-locker/test/doomed2/mirror'])
    expect(await bystander.page.evaluate(async () => Object.keys(await kit.values(session)))).to.deep.equal(
      [],
    )
  },

  'destroy against a tab that does not let go: keys gone, an answer in time': async (stage) => {
    const { page } = await open(stage, 'blocked', { destroyLimit: 300 })
    const answer = await page.evaluate(async () => {
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey'])
      await session.transact([], () => ({ keys: new Map([['device', key]]) }))
      const stubborn = await kit.bare(indexedDB.open('kbve-locker/test/blocked'))
      const error = await session.destroy().catch((error) => error)
      const keys = await kit.bare(stubborn.transaction('keys').objectStore('keys').getAllKeys())
      stubborn.close()
      return { code: error.code, message: error.message, keys }
    })
    expect(answer.code).to.equal('storage_closed')
    expect(answer.message).to.match(/Another tab .* keys are deleted/)
    expect(answer.keys).to.deep.equal([])
  },
}
