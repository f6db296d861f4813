/** webpack 5, without any setting for the package. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { serve } from '../../tools/serve.mjs'
import { consumer, placePage, placeShared } from './harness/consumer.mjs'
import { visit } from './harness/page.mjs'

export const tests = {
  async 'webpack build'({ browser, given }) {
    const { folder, bin, remove } = await consumer('webpack')
    placeShared(join(folder, 'src'), given)
    const dist = join(folder, 'dist')
    placePage(dist, './main.js')
    const { output } = await exec(bin('webpack'), ['--stats', 'errors-warnings'], {
      cwd: folder,
      capture: true,
    })
    const said = output.split('\n').filter((line) => /^(WARNING|ERROR) in /.test(line))
    // webpack's own bar for an entry is 244 KiB without compression, and a .wasm file counts as part of one.
    expect(said.filter((line) => !/size limit|performance/.test(line))).to.deep.equal([])
    const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'))
    for (const name of scripts)
      expect(readFileSync(join(dist, name), 'utf8'), `${name} names a folder of who built it`).not.to.include(
        folder,
      )
    const { url, close } = await serve(dist)
    await visit(browser, url, given)
    await close()
    remove()
  },
}
