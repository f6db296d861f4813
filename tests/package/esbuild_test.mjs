/** esbuild, which leaves addresses as they are: the files are copied beside what it makes, or lie in the script. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { serve } from '../../tools/serve.mjs'
import { consumer, copyModules, placePage, placeShared } from './harness/consumer.mjs'
import { visit, visitWorker } from './harness/page.mjs'

const dist = 'node_modules/@kbve/locker/dist'

/** What is built from the shared files by these arguments, in dist/ with the page of `script`. */
async function built(given, script, args) {
  const made = await consumer('esbuild')
  const { folder, bin } = made
  placeShared(join(folder, 'src'), given)
  const out = join(folder, 'dist')
  await exec(bin('esbuild'), [...args, '--bundle', '--minify', '--outdir=dist', '--log-level=warning'], {
    cwd: folder,
    quiet: true,
  })
  placePage(out, script)
  return { ...made, out }
}

export const tests = {
  async 'esbuild, in parts, the files beside it'({ browser, given }) {
    const args = ['page=src/page.js', `kdf_worker=${dist}/kdf_worker.js`, '--splitting', '--format=esm']
    const { folder, out, remove } = await built(given, './page.js', args)
    copyModules(folder)
    const { url, close } = await serve(out)
    await visit(browser, url, given)
    await close()
    remove()
  },

  async 'esbuild, one file with the WebAssembly in it, from a server and from the disk'({ browser, given }) {
    // Modules are not to be had from file://, so this is a script of the old kind; it has no address to look beside.
    const args = ['src/inline.js', '--format=iife', '--log-override:empty-import-meta=silent']
    const { out, remove } = await built(given, './inline.js', args)
    expect(readdirSync(out).sort()).to.deep.equal(['index.html', 'inline.js'])
    const { url, close } = await serve(out)
    await visit(browser, url, given, { inline: true, worker: false })
    await close()
    placePage(out, './inline.js', { module: false })
    await visit(browser, pathToFileURL(join(out, 'index.html')).href, given, { inline: true, worker: false })
    remove()
  },

  async 'esbuild, a service worker'({ browser, given }) {
    const args = ['src/service_worker.js', 'src/service_page.js', '--format=esm']
    const { folder, out, remove } = await built(given, './service_page.js', args)
    copyModules(folder)
    const { url, close } = await serve(out)
    await visitWorker(browser, url, given, 'service')
    await close()
    remove()
  },
}
