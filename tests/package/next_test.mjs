/** Next.js with the App Router: a component of the server, one of the page, a production build without a setting. */
import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { freePort, startProcess } from '../../tools/servers/process.mjs'
import { consumer, placeShared } from './harness/consumer.mjs'
import { openPage, visit } from './harness/page.mjs'

const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }

async function builtAndServed(given, options, work) {
  const { folder, bin, remove } = await consumer('next')
  placeShared(join(folder, 'src'), given)
  await exec(bin('next'), ['build', ...options], { cwd: folder, quiet: true, env })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const ready = async () => (await fetch(url)).ok
  const args = ['start', '--hostname', '127.0.0.1', '--port', String(port)]
  const server = await startProcess('Next', bin('next'), args, { cwd: folder, ready, env })
  try {
    await work(url)
  } finally {
    await server.stop()
    remove()
  }
}

async function rendersAndHydrates({ browser, given }, url) {
  const html = await (await fetch(url)).text()
  expect(html, 'what the server draws').to.match(/Verified on the server: (<!-- -->)?ann/)
  expect(html).to.include('opening|').and.not.to.include(given.planted)
  await visit(browser, url, given, { shown: true })
  const tab = await openPage(browser, url)
  await tab.page.getByText(`unlocked|${given.planted}`).waitFor()
  expect(await tab.page.getByLabel('Email').inputValue()).to.equal('')
  expect(tab.complaints, 'what React says of a mismatch, too').to.deep.equal([])
  await tab.close()
}

export const tests = {
  'Next.js, Turbopack': (context) =>
    builtAndServed(context.given, [], (url) => rendersAndHydrates(context, url)),
  'Next.js, webpack': (context) =>
    builtAndServed(context.given, ['--webpack'], (url) => rendersAndHydrates(context, url)),
}
