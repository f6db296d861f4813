/** Rollup, which leaves addresses as they are: the files are copied beside what it makes. */

import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { serve } from '../../tools/serve.mjs'
import { consumer, copyModules, placePage, placeShared } from './harness/consumer.mjs'
import { visit } from './harness/page.mjs'

export const tests = {
  async 'rollup build'({ browser, given }) {
    const { folder, bin, remove } = await consumer('rollup')
    placeShared(join(folder, 'src'), given)
    const { output } = await exec(bin('rollup'), ['--config', '--silent=false'], {
      cwd: folder,
      capture: true,
    })
    expect(output).not.to.match(/^\(!\)/m)
    copyModules(folder)
    placePage(join(folder, 'dist'), './page.js')
    const { url, close } = await serve(join(folder, 'dist'))
    await visit(browser, url, given)
    await close()
    remove()
  },
}
