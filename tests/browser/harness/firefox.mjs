/** Firefox, driven over WebDriver BiDi, and the process behind each of its pages. */
import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import { descendants, end, inTurn, until } from './processes.mjs'

const binaries = [process.env.KBVE_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']

const preferences = {
  // One process per tab and none in reserve or kept for later, so that a new process is the new tab's.
  'dom.ipc.processPrelaunch.enabled': false,
  'dom.ipc.processCount': 100,
  'dom.ipc.processCount.webIsolated': 100,
  'dom.ipc.keepProcessesAlive.webIsolated.max': 0,
  // What the driver turns off, and visitors have.
  'fission.bfcacheInParent': true,
  'network.http.max-persistent-connections-per-server': 32,
}

export async function startFirefox() {
  const executablePath = binaries.find((path) => path && existsSync(path))
  if (!executablePath) {
    throw new Error(
      'Firefox is not here: install the package firefox-esr, or name the program in KBVE_FIREFOX.',
    )
  }
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: preferences,
    // A page loads some sixty files, and telling of each takes longer than loading it.
    networkEnabled: false,
  })
  const root = browser.process().pid
  const contents = () => descendants(root, ['Web Content', 'Isolated Web']).map(({ pid }) => pid)
  const turn = inTurn()

  return {
    name: 'firefox',
    open(url) {
      return turn(async () => {
        const before = new Set(contents())
        const page = await browser.newPage()
        const test = asTestPage(page)
        await test.goto(url)
        const fresh = contents().filter((pid) => !before.has(pid))
        if (fresh.length !== 1) throw new Error(`${fresh.length} new processes for one new tab`)
        return { page: test, pid: fresh[0] }
      })
    },
    async kill({ page, pid }) {
      await end(pid)
      await page.close().catch(() => {})
    },
    close: () => browser.close(),
  }
}

function asTestPage(page) {
  const evaluate = (fn, arg) => page.evaluate(fn, arg)
  // The driver answers before modules have run.
  const loaded = () => until('the page is loaded', () => evaluate(() => document.readyState === 'complete'))
  return {
    evaluate,
    reload: () => page.reload().then(loaded),
    goto: (url) => page.goto(url).then(loaded),
    waitForFunction: (fn, arg, { timeout = 30_000 } = {}) =>
      until(`${fn} holds`, () => evaluate(fn, arg), timeout),
    close: () => page.close(),
  }
}
