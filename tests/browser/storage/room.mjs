/** No room on the disk: told, kept, and written once there is room. */
import { expect } from 'chai'

/**
 * A tab of a site of its own, which has `left` bytes of room. The limit is set before the site opens
 * a database: Chromium remembers for half a minute how much room there was.
 */
async function tightTab(stage, site, left) {
  const tab = await stage.tab(site)
  const cdp = await stage.context.newCDPSession(tab.page)
  const origin = stage.origin(site)
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: left })
  return { ...tab, lift: () => cdp.send('Storage.overrideQuotaForOrigin', { origin }) }
}

export const room = {
  'quota reached: storage_full, pending kept, written by retry() after': async (stage) => {
    const tab = await tightTab(stage, 'full', 300_000)
    const { page } = tab
    const refused = await page.evaluate(async () => {
      window.session = await kit.open('full')
      await session.append(kit.entry('entry/first', 1, 'fits')).done
      const big = kit.bulky('entry/big')
      return {
        append: await kit.codeOf(session.append(big).done),
        transact: await kit.codeOf(session.transact([], () => ({ put: big.records }))),
        retry: await kit.codeOf(session.retry()),
        pending: session.pending().map(({ records }) => records[0].id),
        read: await kit.values(session),
      }
    })
    expect(refused).to.deep.equal({
      append: 'storage_full',
      transact: 'storage_full',
      retry: 'storage_full',
      pending: ['entry/first', 'entry/big'],
      read: {},
    })
    await tab.lift()
    await page.evaluate(() => session.retry())
    await stage.kill(tab)
    const heir = await stage.tab('full')
    const lengths = await heir.page.evaluate(async () => {
      const { session } = await kit.openAndRead('full')
      return [...(await session.load('all')).records].map(([id, { box }]) => [id, box.length])
    })
    expect(lengths).to.deep.equal([
      ['entry/big', 1_000_000],
      ['entry/first', 80],
    ])
  },

  'a refused entry survives the page when localStorage has room for it': async (stage) => {
    const tab = await tightTab(stage, 'left', 300_000)
    const code = await tab.page.evaluate(async () => {
      window.session = await kit.open('full-left')
      return kit.codeOf(session.append(kit.bulky('entry/a')).done)
    })
    expect(code).to.equal('storage_full')
    await tab.page.goto(`${stage.origin('left')}/elsewhere`)
    await tab.lift()
    const heir = await stage.tab('left')
    const length = await heir.page.evaluate(async () => {
      const { session } = await kit.openAndRead('full-left')
      return (await session.load('all')).records.get('entry/a')?.box.length
    })
    expect(length).to.equal(1_000_000)
  },
}
