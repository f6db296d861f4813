/** npm start: builds what is needed, does the page's job once without a browser, then serves the page. */
import { join } from 'node:path'
import { build } from './build.mjs'
import { exec } from './exec.mjs'
import { project } from './paths.mjs'
import { main, say, sinceStart } from './say.mjs'
import { serve } from './serve.mjs'

await main(async () => {
  await build('web')
  say(`ready after ${sinceStart()}\n`)
  await exec(process.execPath, [join(project, 'tools', 'demo.mjs')], {
    cwd: project,
    label: 'The headless run',
  })
  const { url } = await serve(join(project, 'web', 'dist'), Number(process.env.PORT ?? 4173))
  say(`\nThe page is at ${url} (end with Ctrl-C).`)
})
