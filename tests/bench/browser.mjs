/**
 * `npm run bench:browser`: what a page feels, in headless Chromium.
 *   node tests/bench/browser.mjs [--json FILE] [--quick] [locker | unlock | tokens]
 */
import { bundleForBrowser } from '../browser/harness/bundle.mjs'
import { startChromium } from '../browser/harness/chromium.mjs'
import { startServer } from '../browser/harness/server.mjs'
import { row } from './measure.mjs'
import { askedFor, finish, printComparison } from './report.mjs'
import { decodeRows, verifyAlgorithms, verifyRow } from './token_rows.mjs'
import { visitsRow } from './visits.mjs'

const { quick, names: parts } = askedFor()

// Only a page that is isolated from other origins has a clock of 5 µs; otherwise it is 100 µs.
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** Runs one of the functions of browser_page.mjs in a page of its own. */
async function inPage(browser, origin, name, ...options) {
  const page = await browser.context.newPage()
  page.on('pageerror', (error) => console.error(`  page: ${error}`))
  try {
    await page.goto(`${origin}/bench.html`)
    await page.waitForFunction(() => 'kbveBench' in globalThis, undefined, { timeout: 10_000 })
    return await page.evaluate(([what, how]) => globalThis.kbveBench[what](...how), [name, options])
  } finally {
    await page.close()
  }
}

async function tokenRows(browser, origin) {
  const rounds = quick ? 5 : 15
  console.log('  measuring jwt-decode …')
  const rows = decodeRows(await inPage(browser, origin, 'decodeCosts', { rounds }))
  for (const alg of verifyAlgorithms) {
    console.log(`  measuring verify-${alg} …`)
    rows.push(verifyRow(alg, await inPage(browser, origin, 'verifyCosts', alg, { rounds })))
  }
  return rows
}

async function unlockRows(browser) {
  const rounds = quick ? 15 : 41
  console.log('  measuring unlock-device …')
  const unlock = await visitsRow(browser, {
    name: 'unlock-device',
    pages: ['unlock_locker_page', 'unlock_dexie_page'],
    peerName: 'Dexie 4.4.7, plain records, toArray()',
    atMost: 1.5,
    rounds,
    note: 'from the start of the navigation to a nanostores map with all of 1,000 records of 200 bytes, on a returning visit; both pages bundled and minified, their files in the cache',
  })
  console.log('  measuring session-restore …')
  const session = await visitsRow(browser, {
    name: 'session-restore',
    pages: ['session_locker_page', 'session_auth_js_page'],
    peerName: '@supabase/auth-js 2.119.0, getSession() from plain localStorage',
    rounds,
    note: 'from the start of the navigation to a session in a store, on a returning visit; ours lies sealed in a locker with a device slot, the peer’s in clear; neither asks the server',
  })
  return [unlock, session]
}

async function lockerRows(browser, origin) {
  const BARE = 'bare IndexedDB put + commit'
  console.log('  measuring set-handed-over …')
  const handedOver = await inPage(browser, origin, 'handedOver', { rounds: quick ? 20 : 150 })
  console.log('  measuring set-durable …')
  const durable = await inPage(browser, origin, 'durable', { rounds: quick ? 60 : 400 })
  console.log('  measuring memory-after-unlock …')
  const memory = await inPage(browser, origin, 'memoryAfterUnlock')
  return [
    row({
      name: 'set-handed-over',
      ours: handedOver.ours,
      peer: handedOver.peer,
      peerName: `${BARE}, the calls`,
      unit: 'µs',
      faster: false,
      atMost: 2,
      note: `main-thread time of set() with a value of 200 bytes; the peer puts an object of the same shape that is ready (${handedOver.boxBytes} bytes of box)`,
    }),
    row({
      name: 'set-durable',
      ours: durable.ours,
      peer: durable.peer,
      peerName: `${BARE}, until complete`,
      unit: 'ms',
      faster: false,
      atMost: 1.25,
      note: "from the call of set() until the journal's transaction is complete",
    }),
    row({
      name: 'memory-after-unlock',
      ours: [memory.ours],
      peer: [memory.peer],
      peerName: 'hash-wasm 4.13.0 on the page',
      unit: 'MiB',
      faster: false,
      note: `WASM memory of the page after unlock with Argon2id, ${memory.memoryKib / 1024} MiB; bar: ours ≤ 4 MiB`,
    }),
  ].map((found) =>
    found.name === 'memory-after-unlock' ? { ...found, bar: 'ours ≤ 4 MiB', holds: found.ours <= 4 } : found,
  )
}

const web = await bundleForBrowser({ bench: 'tests/bench/browser_page.mjs' })
const server = await startServer(web, { headers: isolation })
const browser = await startChromium()
try {
  const rows = []
  for (const [part, measure] of Object.entries({
    locker: lockerRows,
    unlock: unlockRows,
    tokens: tokenRows,
  })) {
    if (parts.length === 0 || parts.includes(part)) rows.push(...(await measure(browser, server.origin)))
  }
  printComparison(`@kbve/locker in Chromium ${browser.context.browser()?.version() ?? ''}`.trim(), rows)
  finish(rows)
} finally {
  await browser.close()
  await server.close()
}
