/** transact() and load(), on the disk and in memory: the same port, the same answers. */
import { expect } from 'chai'

/** The same test on both storages. */
function onBoth(name, test) {
  return {
    [`${name} (IndexedDB)`]: async (stage) => test((await stage.tab()).page, 'indexeddb'),
    [`${name} (memory)`]: async (stage) => test((await stage.tab()).page, 'memory'),
  }
}

async function prepare(page, kind) {
  await page.evaluate((kind) => {
    const storage = kind === 'memory' ? kit.memoryStorage() : kit.indexedDBStorage()
    window.storage = storage
    window.start = (name) => kit.open(name, {}, storage)
  }, kind)
}

export const transactions = {
  ...onBoth('a new locker is empty, and opening writes no header', async (page, kind) => {
    await prepare(page, kind)
    const found = await page.evaluate(async () => {
      const session = await start('empty')
      const { header, root, attempts, records } = await session.load('all')
      return { header, root, attempts, records: records.size, pending: session.pending().length }
    })
    expect(found).to.deep.equal({
      header: undefined,
      root: undefined,
      attempts: undefined,
      records: 0,
      pending: 0,
    })
  }),

  ...onBoth('what one transaction writes, the next finds; keys too', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const session = await start('write')
      const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey'])
      await session.transact([], () => ({
        header: kit.header(7),
        root: { rev: 5 },
        attempts: { failed: 2 },
        put: [kit.record('entry/a', 1, 'A'), kit.record('entry/b', 1, 'B'), kit.record('entry/c', 1, 'C')],
        keys: new Map([
          ['device', key],
          ['other', key],
        ]),
      }))
      let seen
      await session.transact(['entry/a', 'entry/nothing'], (found) => {
        seen = [...found.records.keys(), found.root.rev, found.attempts.failed, found.header.locker_id[0]]
        return { remove: ['entry/b'], keys: new Map([['other', null]]) }
      })
      return {
        seen,
        values: await kit.values(session),
        device: (await session.key('device')) instanceof CryptoKey,
        other: await session.key('other'),
      }
    })
    expect(answer).to.deep.equal({
      seen: ['entry/a', 5, 2, 7],
      values: { 'entry/a': 'A', 'entry/c': 'C' },
      device: true,
      other: undefined,
    })
  }),

  ...onBoth('what fn throws aborts and comes back as it was', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const session = await start('throw')
      const mine = new DOMException('mine', 'AbortError')
      let calls = 0
      const caught = await session
        .transact([], () => {
          calls += 1
          throw mine
        })
        .catch((error) => error)
      const unclonable = await session
        .transact([], () => ({
          root: { rev: 1 },
          header: { f: () => {} },
          put: [kit.record('entry/a', 1, 'A')],
        }))
        .catch((error) => error.name)
      const { root, records } = await session.load('all')
      return { same: caught === mine, calls, unclonable, root, records: records.size }
    })
    expect(answer).to.deep.equal({
      same: true,
      calls: 1,
      unclonable: 'DataCloneError',
      root: undefined,
      records: 0,
    })
  }),

  ...onBoth('read-modify-write transactions do not lose each other', async (page, kind) => {
    await prepare(page, kind)
    const sum = await page.evaluate(async () => {
      const [one, two] = [await start('count'), await start('count')]
      const add = (session) =>
        session.transact(['entry/n'], (found) => {
          const n = found.records.get('entry/n')?.rev ?? 0
          return { put: [kit.record('entry/n', n + 1, 'n')] }
        })
      await Promise.all(Array.from({ length: 100 }, (_, i) => add(i % 2 ? one : two)))
      return (await one.load(['entry/n'])).records.get('entry/n').rev
    })
    expect(sum).to.equal(100)
  }),

  ...onBoth('what goes in and comes out is a copy, in a buffer of its own', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const session = await start('copies')
      const memory = new Uint8Array(1_000_000)
      const record = { ...kit.record('entry/a', 1, ''), box: memory.subarray(5, 8).fill(1) }
      await session.transact([], () => ({ put: [Object.freeze(record)] }))
      memory.fill(9)
      const first = (await session.load('all')).records.get('entry/a').box
      first.fill(3)
      const second = (await session.load('all')).records.get('entry/a').box
      return { box: [...second], buffer: second.buffer.byteLength }
    })
    expect(answer).to.deep.equal({ box: [1, 1, 1], buffer: 3 })
  }),

  ...onBoth('pending until settled, by what was appended', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const session = await start('pending')
      const entries = [1, 2, 3].map((rev) => kit.entry('entry/a', rev, `v${rev}`))
      const [first, , third] = entries.map((entry) => session.append(entry))
      const before = session.pending().length
      await Promise.all([first.done, third.done])
      await kit.apply(session, entries.slice(0, 2))
      await session.settle(entries.slice(0, 2))
      const same = session.pending()[0] === entries[2]
      const left = session.pending().length
      await session.close()
      const { session: next, values } = await (async () => {
        const session = await start('pending')
        await kit.inherit(session)
        return { session, values: await kit.values(session) }
      })()
      return { before, left, same, values, again: (await next.orphans()).length }
    })
    expect(answer).to.deep.equal({ before: 3, left: 1, same: true, values: { 'entry/a': 'v3' }, again: 0 })
  }),

  ...onBoth('a closed session says so', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const session = await start('closed')
      await session.close()
      return [
        await kit.codeOf(() => session.append(kit.entry('entry/a', 1, ''))),
        await kit.codeOf(session.load('all')),
        await kit.codeOf(session.transact([], () => undefined)),
        await kit.codeOf(session.retry()),
        await kit.codeOf(session.destroy()),
      ]
    })
    expect(answer).to.deep.equal(Array(5).fill('storage_closed'))
  }),

  ...onBoth('destroyed in one session: the other is told, and the next begins empty', async (page, kind) => {
    await prepare(page, kind)
    const answer = await page.evaluate(async () => {
      const [one, two] = [await start('gone'), await start('gone')]
      await one.transact([], () => ({ header: kit.header(1), put: [kit.record('entry/a', 1, 'A')] }))
      two.append(kit.entry('entry/b', 1, 'B'))
      storage.notes.set('kbve-locker/test/gone/mirror', 'dark')
      await one.destroy()
      const codes = [await kit.codeOf(one.load('all')), await kit.codeOf(two.load('all'))]
      const next = await start('gone')
      return {
        codes,
        events: kit.events,
        note: storage.notes.get('kbve-locker/test/gone/mirror'),
        left: (await next.orphans()).length,
        values: await kit.values(next),
      }
    })
    expect(answer).to.deep.equal({
      codes: ['storage_closed', 'evicted'],
      events: [{ type: 'evicted' }],
      note: null,
      left: 0,
      values: {},
    })
  }),

  'reading 100,000 records costs what a bare getAll() costs': async (stage) => {
    const { page } = await stage.tab()
    const answer = await page.evaluate(async () => {
      const count = 100_000
      const session = await kit.open('many')
      for (let at = 0; at < count; at += 10_000) {
        const put = Array.from({ length: 10_000 }, (_, i) =>
          kit.record(`entry/${at + i}`, 1, 'x'.repeat(200)),
        )
        await session.transact([], () => ({ put }))
      }
      const database = await kit.bare(indexedDB.open('kbve-locker/test/many'))
      const best = { ours: Number.POSITIVE_INFINITY, bare: Number.POSITIVE_INFINITY }
      const time = async (who, read) => {
        const begun = performance.now()
        const size = await read()
        best[who] = Math.min(best[who], performance.now() - begun)
        return size
      }
      let size = 0
      for (let i = 0; i < 3; i++) {
        size = await time('ours', async () => (await session.load('all')).records.size)
        await time(
          'bare',
          async () =>
            (await kit.bare(database.transaction('records').objectStore('records').getAll())).length,
        )
      }
      database.close()
      await session.destroy()
      return { size, ...best }
    })
    console.log(`        ours ${answer.ours.toFixed(0)} ms, bare ${answer.bare.toFixed(0)} ms`)
    expect(answer.size).to.equal(100_000)
    expect(answer.ours / answer.bare).to.be.below(1.8)
  },
}
