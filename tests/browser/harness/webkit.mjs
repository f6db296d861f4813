/**
 * WebKitGTK's MiniBrowser, driven over WebDriver, and the process behind each of its pages.
 *
 * The driver gives its session up when a page's process dies, and the browser lives on. So the browser is
 * started here and not by the driver, which is given its address, and after a kill begins another session
 * with the same browser. Tabs have other handles then, and are known again by their window.name.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { Builder, Capabilities } from 'selenium-webdriver'
import { busiest, descendants, end, inTurn, until } from './processes.mjs'

/** MiniBrowser of the newest API version installed; it lies beside the library, in no folder of PATH. */
function miniBrowser() {
  if (process.env.KBVE_MINIBROWSER) return process.env.KBVE_MINIBROWSER
  const libraries = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))
  const found = ['/usr/libexec', '/usr/lib', ...libraries.map((name) => `/usr/lib/${name}`)]
    .flatMap((folder) => ['webkit2gtk-4.1', 'webkit2gtk-4.0'].map((api) => `${folder}/${api}/MiniBrowser`))
    .find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    'MiniBrowser of WebKitGTK is not here: install the package webkit2gtk-driver, or name the program in KBVE_MINIBROWSER.',
  )
}

/** A port of this machine that nobody has. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export async function startWebKit() {
  const [inspector, port] = [await freePort(), await freePort()]
  const settings = {
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${inspector}`,
  }
  // What they print is about killed pages and missing desktop services: both are as wanted.
  const options = { stdio: 'ignore', env: { ...process.env, ...settings } }
  const display = spawn('xvfb-run', ['-a', miniBrowser(), '--automation'], options)
  const driverArgs = [`--port=${port}`, '--host=127.0.0.1', `--target=127.0.0.1:${inspector}`]
  const driverProcess = spawn('WebKitWebDriver', driverArgs, options)
  const missing = new Promise((_, reject) => {
    display.once('error', reject)
    driverProcess.once('error', reject)
  })

  const stop = async () => {
    // From the leaves: xvfb-run clears its display away once the browser has ended.
    const [browser] = descendants(display.pid, ['MiniBrowser'])
    if (browser) await end(browser.pid).catch(() => {})
    driverProcess.kill()
    await until('the display is gone', () => display.exitCode !== null).catch(() => display.kill())
  }

  const capabilities = new Capabilities({ browserName: 'MiniBrowser' })
  const newSession = () =>
    new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build()
  let driver
  try {
    driver = await Promise.race([until('WebKit answers', newSession, 30_000), missing])
  } catch (cause) {
    await stop()
    throw new Error('WebKitGTK could not be started: install webkit2gtk-driver, xvfb and xauth.', { cause })
  }
  await driver.manage().setTimeouts({ script: 60_000 })
  /** By the tab's name: its present handle. The page the browser came with stays, so that there is always one. */
  let handles = new Map([['home', await driver.getWindowHandle()]])
  await driver.executeScript('window.name = "home"')

  const turn = inTurn()
  const contents = () => descendants(display.pid, ['WebKitWebProces']).map(({ pid }) => pid)
  let tabs = 0

  /** Runs in the tab, one after another; a session knows one present tab. */
  const inTab = (name, work) =>
    turn(async () => {
      await driver.switchTo().window(handles.get(name))
      return work()
    })

  /** Another session with the same browser, as soon as that has noticed what happened. */
  const again = () =>
    until('WebKit answers again', async () => {
      await driver.quit().catch(() => {})
      driver = await newSession()
      await driver.manage().setTimeouts({ script: 60_000 })
      const found = new Map()
      for (const handle of await driver.getAllWindowHandles()) {
        await driver.switchTo().window(handle)
        const name = await driver.executeScript('return window.name')
        if (name) found.set(name, handle)
        // What the killed page left: a tab without a page.
        else await driver.close()
      }
      handles = found
      return true
    })

  function testPage(name) {
    const evaluate = async (fn, arg) => {
      const token = `kbve${tabs++}`
      const begin = `return (${begun})(${fn}, ${JSON.stringify(arg) ?? 'undefined'}, '${token}')`
      for (let script = begin; ; script = `return (${ended})('${token}')`) {
        const text = await inTab(name, () => driver.executeScript(script))
        if (text !== null) {
          const { value, error } = JSON.parse(text)
          if (error !== undefined) throw new Error(error)
          return value
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    // The driver answers before modules have run.
    const loaded = () => until('the page is loaded', () => evaluate(() => document.readyState === 'complete'))
    return {
      evaluate,
      reload: () => inTab(name, () => driver.navigate().refresh()).then(loaded),
      goto: (url) => inTab(name, () => driver.get(url)).then(loaded),
      waitForFunction: (fn, arg, { timeout = 30_000 } = {}) =>
        until(`${fn} holds`, () => evaluate(fn, arg), timeout),
      close: () =>
        inTab(name, async () => {
          await driver.close()
          handles.delete(name)
        }),
    }
  }

  return {
    name: 'webkit',
    async open(url) {
      const name = `tab${tabs++}`
      const page = testPage(name)
      const before = new Set(contents())
      await turn(async () => {
        await driver.switchTo().window(handles.get('home'))
        await driver.switchTo().newWindow('tab')
        handles.set(name, await driver.getWindowHandle())
      })
      await page.goto(url)
      await inTab(name, () => driver.executeScript(`window.name = '${name}'`))
      const fresh = contents().filter((pid) => !before.has(pid))
      // A process that a closed tab has left may be used again.
      const pid = fresh.length === 1 ? fresh[0] : await busiest(contents(), () => page.evaluate(toil))
      return { page, pid }
    },
    kill({ pid }) {
      return turn(async () => {
        await driver.switchTo().window(handles.get('home'))
        await end(pid)
        await again()
      })
    },
    async close() {
      await turn(() => driver.quit().catch(() => {}))
      await stop()
    },
  }
}

// What follows runs in the page.

/** Calls `fn`; the JSON text of what it gave, or null when that is to be waited for. */
function begun(fn, arg, token) {
  const told = (outcome) => JSON.stringify(outcome)
  const failed = (error) => told({ error: String(error?.stack ? `${error}\n${error.stack}` : error) })
  try {
    const value = fn(arg)
    if (typeof value?.then !== 'function') return told({ value })
    value.then(
      (value) => {
        globalThis[token] = told({ value })
      },
      (error) => {
        globalThis[token] = failed(error)
      },
    )
    return null
  } catch (error) {
    return failed(error)
  }
}

function ended(token) {
  const text = globalThis[token] ?? null
  if (text !== null) delete globalThis[token]
  return text
}

function toil() {
  const end = performance.now() + 200
  while (performance.now() < end);
}
