/**
 * `npm run bench:page [-- --json FILE]`: the first visit of the page over a slow link, on a slow machine: 1.6 Mbit/s,
 * 150 ms, a processor four times slower, an empty cache. The median of some visits, each with a profile of its own.
 */
import { join } from 'node:path'
import { chromium as playwright } from 'playwright-core'
import { chromium } from '../../tools/browsers.mjs'
import { project } from '../../tools/paths.mjs'
import { serve } from '../../tools/serve.mjs'
import { median } from './measure.mjs'
import { askedFor, finish } from './report.mjs'

const link = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 100_000 }
const slower = 4

/** Runs in the page before its scripts: when its WebAssembly was there, and when it could be called. */
function watch() {
  const times = { asked: 0, ready: 0 }
  window.wasmTimes = times
  const { instantiate, compileStreaming } = WebAssembly
  WebAssembly.compileStreaming = (...given) => {
    times.asked ||= performance.now()
    return compileStreaming.apply(WebAssembly, given)
  }
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate.apply(WebAssembly, given)
    times.ready ||= performance.now()
    return made
  }
}

/** `shown` says when what the visitor came for can be used. */
async function visit(browser, address, shown) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', link)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slower })
  await page.addInitScript(watch)
  await page.goto(address, { waitUntil: 'commit' })
  const usable = await page.evaluate(
    ({ selector }) =>
      new Promise((settle) => {
        const look = () => {
          const found = document.querySelector(selector)
          if (found && !found.disabled) settle(performance.now())
          else requestAnimationFrame(look)
        }
        look()
      }),
    { selector: shown },
  )
  const found = await page.evaluate(() => {
    const wasm = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('.wasm'))
    const paint = performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')
    const all = [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
    return {
      // The bytes may be there before there is anybody to ask for them.
      arrived: Math.max(wasm?.responseEnd ?? 0, window.wasmTimes.asked),
      ready: window.wasmTimes.ready,
      paint: paint?.startTime,
      bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0),
    }
  })
  await context.close()
  return { usable, ...found }
}

const visits = {
  'the form for a passphrase': { hash: '#locker/passphrase', shown: '.gate input[type=password]' },
  'the device’s locker, open': { hash: '', shown: 'input[name=username]' },
}

const bars = { usable: 2500, wasm: 150 }
const { quick } = askedFor()
const rounds = quick ? 3 : 7
const server = await serve(join(project, 'web', 'dist'))
const browser = await playwright.launch({
  executablePath: await chromium(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})
const rows = []
const row = (name, values, bar) => {
  const ours = Math.round(median(values))
  const range = [Math.round(Math.min(...values)), Math.round(Math.max(...values))]
  const holds = bar === undefined || ours <= bar
  rows.push({
    name,
    ours,
    unit: 'ms',
    range: { ours: range },
    ...(bar && { ratio: Number((ours / bar).toFixed(2)), bar: `≤ ${bar} ms`, holds }),
  })
  const judged = bar === undefined ? '' : `  ≤ ${bar} ms ${holds ? 'holds' : 'FAILS'}`
  console.log(`  ${name.padEnd(58)} ${String(ours).padStart(6)} ms  (${range.join(' to ')})${judged}`)
}
try {
  console.log('\nThe first visit: 1.6 Mbit/s, 150 ms, a processor 4 times slower, nothing cached\n')
  for (const [what, { hash, shown }] of Object.entries(visits)) {
    const found = []
    for (let round = 0; round < rounds; round++) found.push(await visit(browser, server.url + hash, shown))
    const of = (pick) => found.map(pick)
    row(
      `first paint: ${what}`,
      of(({ paint }) => paint),
    )
    row(
      `usable: ${what}`,
      of(({ usable }) => usable),
      // The other one is no form: it has to be made first, core and all.
      shown.includes('password') ? bars.usable : undefined,
    )
    if (found.every(({ arrived, ready }) => arrived && ready))
      row(
        `WASM ready after its bytes: ${what}`,
        of(({ arrived, ready }) => Math.max(0, ready - arrived)),
        bars.wasm,
      )
    console.log(`  ${Math.round(median(of(({ bytes }) => bytes)) / 1000)} kB came over the link\n`)
  }
  finish(rows)
} finally {
  await browser.close()
  await server.close()
}
