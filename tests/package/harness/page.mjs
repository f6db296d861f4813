/** A consumer's page in Chromium: what it fetches, what it complains of, and what it leaves on the disk. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { project } from '../../../tools/paths.mjs'

/** The package's modules by their sizes: bundlers give them other names. */
const modules = ['locker', 'kdf', 'jose', 'auth']
const sizes = new Map(
  modules.map((name) => [readFileSync(join(project, 'npm', 'dist', 'wasm', `${name}.wasm`)).length, name]),
)

/** Everything that lies in the page's storage, as one text. Runs in the page; keys that cannot be exported stay out. */
async function readDisk() {
  const text = (value) => {
    if (value instanceof ArrayBuffer) return text(new Uint8Array(value))
    if (ArrayBuffer.isView(value)) return new TextDecoder('latin1').decode(value)
    if (value instanceof CryptoKey) return '(a key)'
    if (typeof value !== 'object' || value === null) return String(value)
    return Object.entries(value)
      .map(([key, inner]) => `${key}=${text(inner)}`)
      .join('\n')
  }
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const parts = [text({ ...localStorage }), text({ ...sessionStorage })]
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      for (const found of await done(database.transaction(store).objectStore(store).getAll())) {
        parts.push(`${name}/${store}: ${text(found)}`)
      }
    }
    database.close()
  }
  return parts.join('\n')
}

/** Opens `url` in a tab. `complaints` is what must be empty at the end. */
export async function openPage(browser, url) {
  const wasm = []
  const complaints = []
  const page = await browser.open()
  page.on('response', (response) => {
    if (/\.wasm($|\?)/.test(response.url()))
      wasm.push(
        response.body().then(
          ({ length }) => sizes.get(length) ?? response.url(),
          // The page went before it was read.
          () => response.url(),
        ),
      )
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`)
  })
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // What a reload cuts off is nobody's fault.
    if (!why.includes('ERR_ABORTED')) complaints.push(`${why} for ${request.url()}`)
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`)
  })
  await page.goto(url)
  return {
    page,
    complaints,
    /** Which modules were fetched, in the order of the alphabet. */
    wasm: async () => [...new Set(await Promise.all(wasm))].sort(),
    run: (name, ...args) => page.evaluate(([name, args]) => globalThis.package[name](...args), [name, args]),
    disk: () => page.evaluate(readDisk),
    /** After a loading: the page's script has run. */
    ready: () =>
      page
        .waitForFunction(() => 'package' in globalThis, undefined, { timeout: 15_000 })
        .catch((cause) => {
          throw new Error(`The page's script did not run: ${complaints.join('; ') || 'nobody says why'}.`, {
            cause,
          })
        }),
    close: () => page.close(),
  }
}

/**
 * The whole path of a visitor: nothing is fetched too early, a value survives, and lies sealed. `inline`: no module is
 * ever fetched; `worker`: whether there is one for a passphrase; `shown`: the page shows values from its beginning.
 */
export async function visit(browser, url, given, { worker = true, inline = false, shown = false } = {}) {
  const tab = await openPage(browser, url)
  const { page } = tab
  await tab.ready()
  await page.waitForLoadState('networkidle')
  if (!shown) expect(await tab.wasm(), 'WebAssembly fetched before first use').to.deep.equal([])

  expect(await tab.run('profile')).to.deep.equal({
    state: 'unlocked',
    before: '',
    after: given.planted,
    integrity: 'ok',
  })
  expect(await tab.wasm(), 'WebAssembly of a locker that opens by itself').to.deep.equal(
    inline ? [] : ['locker'],
  )
  expect(await tab.run('tokens')).to.deep.equal({
    decoded: 'ann',
    verified: 'ann',
    refused: 'jwt_signature_invalid',
  })
  // A page from the disk has no cookies.
  const withCookies = !url.startsWith('file:')
  if (withCookies)
    expect(await tab.run('cookies')).to.deep.equal({ before: '', after: given.planted, plain: 'plain' })
  expect(await tab.run('account')).to.deep.equal({ state: 'anonymous', capabilities: true })
  const workers = []
  page.on('worker', (found) => workers.push(found.url()))
  expect(await tab.run('passphrase')).to.deep.equal({ state: 'absent', before: '' })
  expect(await tab.wasm(), 'WebAssembly of everything').to.deep.equal(inline ? [] : [...modules].sort())
  expect(workers, 'workers for a passphrase').to.have.length(worker ? 1 : 0)

  await page.reload()
  await tab.ready()
  const again = await tab.run('profile')
  expect(again, 'after a reload').to.include({ state: 'unlocked', before: given.planted })
  if (withCookies) expect(await tab.run('cookies')).to.include({ before: given.planted })
  expect(await tab.run('passphrase')).to.deep.equal({ state: 'locked', before: 'ann@example.com' })
  if (await page.evaluate(() => 'show' in globalThis.package)) {
    await tab.run('show')
    await page.getByText(`${given.planted}|auto`).waitFor()
    await page.getByLabel('Email').fill('bob@example.com')
    await page.getByLabel('Email').blur()
  }
  const disk = await tab.disk()
  expect(disk, 'what lies on the disk').to.include('profile/username').and.to.include('box=')
  expect(disk, 'a value in clear').not.to.include(given.planted)
  expect(disk).not.to.include('ann@example.com').and.not.to.include('bob@example.com')
  const jar = await page.evaluate(() => document.cookie)
  if (withCookies)
    expect(jar).to.include('plain=plain').and.to.include('session=').and.not.to.include(given.planted)
  expect(tab.complaints).to.deep.equal([])
  await tab.close()
}

/** A locker outside the page, such as in a worker, which the page's function `name` asks; twice, with a reload between. */
export async function visitWorker(browser, url, given, name) {
  const tab = await openPage(browser, url)
  await tab.ready()
  const tokens = { decoded: 'ann', verified: 'ann', refused: 'jwt_signature_invalid' }
  for (const before of ['', given.planted]) {
    const { found, error } = await tab.run(name)
    expect(error).to.equal(undefined)
    expect(found).to.deep.equal([
      { state: 'unlocked', before, after: given.planted, integrity: 'ok' },
      tokens,
    ])
    await tab.page.reload()
    await tab.ready()
  }
  const disk = await tab.disk()
  expect(disk, 'what lies on the disk').to.include('profile/username').and.to.include('box=')
  expect(disk, 'a value in clear').not.to.include(given.planted)
  expect(tab.complaints).to.deep.equal([])
  await tab.close()
}
