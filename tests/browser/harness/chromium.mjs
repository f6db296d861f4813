/** Chromium with a profile of its own on the disk, and the process behind each of its pages. */

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const binaries = [
  process.env.KBVE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

export async function startChromium({ backForwardCache = false } = {}) {
  const executablePath = binaries.find((path) => path && existsSync(path))
  if (!executablePath) {
    throw new Error(
      'Chromium is not here: install the package chromium, or name the program in KBVE_CHROMIUM.',
    )
  }
  const profile = await mkdtemp(join(tmpdir(), 'kbve-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    ignoreDefaultArgs: backForwardCache ? ['--disable-back-forward-cache'] : [],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // One process per tab and none in reserve, so that a new process is the new tab's.
      '--disable-features=SpareRendererForSitePerProcess,ProcessPerSiteUpToMainFrameThreshold',
    ],
  })
  const cdp = await context.browser().newBrowserCDPSession()

  async function renderers() {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
    return processInfo.filter((p) => p.type === 'renderer').map((p) => p.id)
  }

  let opening = Promise.resolve()

  return {
    name: 'chromium',
    context,
    cdp,
    /** A new tab at this address, with the pid of its renderer. Tabs are opened one after another. */
    open(url, { prepare } = {}) {
      const opened = opening.then(async () => {
        const before = new Set(await renderers())
        const page = await context.newPage()
        await prepare?.(page)
        await page.goto(url)
        const end = Date.now() + 5_000
        for (;;) {
          const fresh = (await renderers()).filter((pid) => !before.has(pid))
          if (fresh.length === 1) return { page, pid: fresh[0] }
          if (Date.now() > end) throw new Error(`${fresh.length} new processes for one new tab`)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      })
      opening = opened.catch(() => {})
      return opened
    },
    /** SIGKILL to the tab's renderer; resolves when the browser has noticed. */
    async kill({ page, pid }) {
      const crashed = new Promise((resolve, reject) => {
        page.once('crash', resolve)
        setTimeout(() => reject(new Error('another process was killed, not that of this tab')), 5_000).unref()
      })
      process.kill(pid, 'SIGKILL')
      await crashed
      await page.close().catch(() => {})
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
