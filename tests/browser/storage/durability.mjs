/** What append() has taken is on the disk, whatever becomes of the page an instant later. */
import { expect } from 'chai'

const TRIES = 20

/** Kills a tab in the task that called `write`; answers how often a new tab found the value. */
async function foundAfterKill(stage, name, write, { rival, patience = 5_000 } = {}) {
  let found = 0
  for (let i = 0; i < TRIES; i++) {
    const locker = `${name}-${i}`
    const tab = await stage.tab()
    await tab.page.evaluate(async (locker) => {
      window.session = await kit.open(locker)
    }, locker)
    const other = rival ? await rival(stage, locker) : undefined
    // Never answered: the tab dies in this task.
    tab.page.evaluate(write, { locker, i }).catch(() => {})
    await stage.heard(`${locker} handed over`)
    await stage.kill(tab)
    await other?.page.close()
    const heir = await stage.tab()
    if (await heir.page.evaluate(inherits, { locker, value: `value ${i}`, patience })) found += 1
    await heir.page.close()
  }
  return found
}

/** The lock of a killed tab's journal may outlive it for some milliseconds, more on a busy machine. */
async function inherits({ locker, value, patience }) {
  const end = performance.now() + patience
  const { session, values } = await kit.openAndRead(locker)
  let theme = values['profile/theme']
  while (theme !== value && performance.now() < end) {
    await kit.wait(50)
    await kit.inherit(session)
    theme = (await kit.values(session))['profile/theme']
  }
  return theme === value
}

function append({ locker, i }) {
  window.session.append(kit.entry('profile/theme', i + 1, `value ${i}`))
  kit.report(`${locker} handed over`)
  kit.toil(20_000)
}

/** The same without the journal's commit(): the proof that these tests see a loss. */
function putOnly({ locker, i }) {
  const transaction = window.bare.transaction('entries', 'readwrite')
  transaction.objectStore('entries').put(kit.entry('profile/theme', i + 1, `value ${i}`))
  kit.report(`${locker} handed over`)
  kit.toil(20_000)
}

/** Another tab that never lets go of the main database. */
async function holdMainDatabase(stage, locker) {
  const tab = await stage.tab()
  await tab.page.evaluate(async (locker) => {
    const database = await kit.bare(indexedDB.open(`kbve-locker/test/${locker}`))
    await new Promise((resolve) => {
      const store = database.transaction(['meta', 'records', 'keys'], 'readwrite').objectStore('records')
      const keepBusy = () => {
        store.get('nothing').onsuccess = keepBusy
        resolve()
      }
      keepBusy()
    })
  }, locker)
  return tab
}

export const durability = {
  'append, then SIGKILL in the same task: 20 of 20 found': async (stage) => {
    expect(await foundAfterKill(stage, 'kill', append)).to.equal(TRIES)
  },

  'the same while another tab holds a readwrite transaction: 20 of 20': async (stage) => {
    expect(await foundAfterKill(stage, 'rival', append, { rival: holdMainDatabase })).to.equal(TRIES)
  },

  'a put without commit() is lost in the same test': async (stage) => {
    const openBare = async (_, locker) => {
      const page = stage.context.pages().at(-1)
      await page.evaluate(async (locker) => {
        window.bare = await kit.bare(indexedDB.open(`kbve-locker/test/${locker}/journal/0`))
      }, locker)
    }
    expect(await foundAfterKill(stage, 'control', putOnly, { rival: openBare, patience: 500 })).to.equal(0)
  },

  'append, then the tab is closed: found': async (stage) => {
    for (let i = 0; i < 5; i++) {
      const tab = await stage.tab()
      await tab.page.evaluate(async (i) => {
        const session = await kit.open(`close-${i}`)
        session.append(kit.entry('entry/a', 1, 'kept'))
      }, i)
      await tab.page.close()
      const heir = await stage.tab()
      const values = await heir.page.evaluate(async (i) => (await kit.openAndRead(`close-${i}`)).values, i)
      expect(values).to.deep.equal({ 'entry/a': 'kept' })
      await heir.page.close()
    }
  },

  'append in pagehide, then a reload: found': async (stage) => {
    const { page } = await stage.tab()
    await page.evaluate(async () => {
      const session = await kit.open('pagehide')
      addEventListener('pagehide', () => session.append(kit.entry('entry/a', 1, 'at the last moment')))
    })
    await page.reload()
    const { values } = await page.evaluate(() =>
      kit.openAndRead('pagehide').then(({ values }) => ({ values })),
    )
    expect(values).to.deep.equal({ 'entry/a': 'at the last moment' })
  },
}
