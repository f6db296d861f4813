/** Vite 8: what `vite build` makes, and the development server, both without any setting for the package. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../../tools/exec.mjs'
import { serve } from '../../tools/serve.mjs'
import { freePort, startProcess } from '../../tools/servers/process.mjs'
import { consumer, placePage, placeShared } from './harness/consumer.mjs'
import { visit, visitWorker } from './harness/page.mjs'

async function project({ given }) {
  const made = await consumer('vite')
  placeShared(join(made.folder, 'src'), given)
  placePage(made.folder, '/src/page.js')
  return made
}

export const tests = {
  async 'vite build'(context) {
    const { folder, bin, remove } = await project(context)
    await exec(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: folder, quiet: true })
    const { url, close } = await serve(join(folder, 'dist'))
    await visit(context.browser, url, context.given)
    await close()
    remove()
  },

  async 'vite build, a web worker'({ browser, given }) {
    const { folder, bin, remove } = await project({ given })
    placePage(folder, '/src/worker_page.js')
    // A worker that loads parts of itself later cannot be of the old kind, which is what Vite makes if nobody says.
    writeFileSync(join(folder, 'vite.config.js'), "export default { worker: { format: 'es' } }\n")
    await exec(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: folder, quiet: true })
    const { url, close } = await serve(join(folder, 'dist'))
    await visitWorker(browser, url, given, 'worker')
    await close()
    remove()
  },

  async 'vite dev'(context) {
    const { folder, bin, remove } = await project(context)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const options = ['--host', '127.0.0.1', '--port', String(port), '--strictPort']
    const ready = async () => (await fetch(url)).ok
    const server = await startProcess('Vite', bin('vite'), options, { cwd: folder, ready })
    await visit(context.browser, url, context.given)
    await server.stop()
    remove()
  },
}
