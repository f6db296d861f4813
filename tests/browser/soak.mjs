/**
 * node tests/browser/soak.mjs: four tabs work on one locker for KBVE_SOAK_MINUTES (30) minutes in Chromium: set,
 * patch, put, update, flush, lock and unlock at random, while three of them are killed and reloaded at random.
 *
 * In laps: at the end of each all tabs come to rest, and every value that `set()`, `patch()` or `put()` returned
 * for is on the disk, or a larger (rev, writer) in its place; every tab shows what the disk holds; the locker is
 * whole; no rejection went unhandled.
 *
 * Memory: after each lap, and after a garbage collection, JavaScript heap and WASM memory of the tab that lives
 * from the beginning to the end. The number of ids is fixed, so that it must not grow: the median of the last third
 * of the laps is at most 10 % and 512 KiB above that of the first third, the first lap not counted.
 */
import { expect } from 'chai'
import { bundleForBrowser } from './harness/bundle.mjs'
import { startChromium } from './harness/chromium.mjs'
import { startServer } from './harness/server.mjs'

const minutes = Number(process.env.KBVE_SOAK_MINUTES ?? 30)
if (!(minutes > 0)) throw new Error('KBVE_SOAK_MINUTES is a number of minutes above 0.')
const endsAt = Date.now() + minutes * 60_000
const lapMs = Math.min(20_000, (minutes * 60_000) / 10)
const name = `soak-${Date.now().toString(36)}`
const seed = Date.now() % 1_000_000
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const web = await bundleForBrowser({ page: 'tests/browser/harness/page.ts' })
const server = await startServer(web)
const browser = await startChromium()
const url = `${server.origin}/page.html`
const complaints = []
const total = { laps: 0, returned: 0, kills: 0, reloads: 0 }
let lives = 0

/** In the page: opens the locker, and begins to work. */
const begin = async (page, tab) => {
  const life = `life${lives++}`
  const status = await page.evaluate((at) => kbve.open(at), name)
  // Where another tab has just locked it, the work begins with unlocking.
  expect(status.state, life).to.be.oneOf(['unlocked', 'locked'])
  expect(status, life).to.deep.include({ integrity: 'ok', damaged: [] })
  await work(page, tab, life)
}

const work = (page, tab, life) =>
  page.evaluate(
    (given) => {
      globalThis.kbveStop = false
      const { locker, spy, log } = kbve
      globalThis.kbveWork = kbve.labour({ ...given, locker, spy, log })
      globalThis.kbveWork.catch((error) => log({ what: 'broken', life: given.life, error: String(error) }))
    },
    { tab, life, seed: seed + lives * 7919 },
  )

const prepare = async (page) => {
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.addInitScript(() => {
    addEventListener('unhandledrejection', ({ reason }) => {
      globalThis.kbve?.log({ what: 'unhandled', reason: String(reason) })
    })
  })
}

async function newTab(tab) {
  const opened = await browser.open(url, { prepare })
  await begin(opened.page, tab)
  return opened
}

/** Bytes of the tab that are in use after a collection. */
async function memoryOf(page, cdp) {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return { heap: usedSize, wasm: await page.evaluate(() => kbve.wasmBytes()) }
}

const compare = (a, b) => {
  if (a.rev !== b.rev) return a.rev - b.rev
  const at = a.writer.findIndex((byte, i) => byte !== b.writer[i])
  return at < 0 ? 0 : a.writer[at] - b.writer[at]
}

/** In the page: every value it shows, by id. */
const shown = () => {
  const { username, last } = kbve.locker.profile
  const entries = kbve.locker.entries
    .list()
    .map((entry) => [`entry/${entry}`, kbve.locker.entries.get(entry)])
  return { 'profile/username': username, 'profile/last': last, ...Object.fromEntries(entries) }
}

const inOrder = (values) => JSON.stringify(Object.entries(values).sort())

async function check(tabs) {
  const lines = server.lines.splice(0)
  const broken = lines.filter(({ what }) => what === 'broken' || what === 'unhandled')
  expect([...broken, ...complaints], `seed ${seed}`).to.deep.equal([])
  const [first] = tabs
  const disk = new Map((await first.page.evaluate((at) => kbve.rawRecords(at), name)).map((r) => [r.id, r]))
  const values = await first.page.evaluate(shown)
  const returned = lines.filter(({ what }) => what === 'returned')
  for (const line of returned) {
    const stored = disk.get(line.id)
    if (!stored || compare(line, stored) > 0) {
      throw new Error(`seed ${seed}: ${line.id} has lost "${line.value}", which was returned for`)
    }
    if (compare(line, stored) === 0) expect(values[line.id], `seed ${seed}: ${line.id}`).to.equal(line.value)
  }
  for (const tab of tabs) {
    const limit = Date.now() + 5_000
    while (inOrder(await tab.page.evaluate(shown)) !== inOrder(values)) {
      if (Date.now() > limit) expect(await tab.page.evaluate(shown), `seed ${seed}`).to.deep.equal(values)
      await sleep(50)
    }
    const status = await tab.page.evaluate(() => kbve.status())
    expect(status).to.deep.include({ state: 'unlocked', integrity: 'ok', damaged: [], pending: 0 })
  }
  total.returned += returned.length
}

async function lap(tabs) {
  const ends = Date.now() + lapMs
  while (Date.now() < ends) {
    await sleep(200 + Math.random() * 600)
    const tab = 1 + Math.floor(Math.random() * (tabs.length - 1))
    if (Math.random() < 0.5) {
      total.kills += 1
      await browser.kill(tabs[tab])
      tabs[tab] = await newTab(tab)
    } else {
      total.reloads += 1
      await tabs[tab].page.reload()
      await begin(tabs[tab].page, tab)
    }
  }
  // All have to rest before any of them is opened again: a lock reaches every tab.
  for (const { page } of tabs) {
    await page.evaluate(async () => {
      globalThis.kbveStop = true
      await globalThis.kbveWork
    })
  }
  for (const { page } of tabs) {
    await page.evaluate(async () => {
      await kbve.locker.unlock({ device: true })
      await kbve.locker.flush()
    })
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`

try {
  const tabs = []
  for (let tab = 0; tab < 4; tab++) tabs.push(await newTab(tab))
  const cdp = await browser.context.newCDPSession(tabs[0].page)
  const memory = []
  while (Date.now() < endsAt || memory.length < 4) {
    await lap(tabs)
    await check(tabs)
    const { heap, wasm } = await memoryOf(tabs[0].page, cdp)
    memory.push(heap + wasm)
    total.laps += 1
    console.log(
      `  lap ${total.laps}: ${total.returned} values returned for and found, ${total.kills} kills, ${total.reloads} reloads, heap ${mib(heap)}, WASM ${mib(wasm)}`,
    )
    for (const [tab, { page }] of tabs.entries()) await work(page, tab, `life${lives++}`)
  }
  const counted = memory.slice(1)
  const third = Math.max(1, Math.floor(counted.length / 3))
  const [early, late] = [median(counted.slice(0, third)), median(counted.slice(-third))]
  console.log(`  memory: ${mib(early)} in the first third, ${mib(late)} in the last`)
  expect(late, 'memory is flat').to.be.at.most(early * 1.1 + 512 * 1024)
  expect(total.returned, 'values').to.be.at.least(100)
  console.log('1 passed, 0 failed')
} catch (error) {
  console.error(error.stack ?? error)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
} finally {
  await browser.close()
  await server.close()
}
