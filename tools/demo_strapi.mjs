/** npm run demo:strapi: the page with a real Strapi behind it, so that its account view has somebody to ask. */
import { join } from 'node:path'
import { build } from './build.mjs'
import { project } from './paths.mjs'
import { main, say, sinceStart } from './say.mjs'
import { serve } from './serve.mjs'
import { startStrapi } from './servers/strapi.mjs'

await main(async () => {
  await build('web')
  say('starting Strapi; the first time it is installed, which takes some minutes')
  const strapi = await startStrapi({ mode: 'body', access: 120 })
  const port = Number(new URL(strapi.url).port)
  const { url, close } = await serve(join(project, 'web', 'dist'), Number(process.env.PORT ?? 4173), {
    '/strapi/': port,
  })
  const end = async () => {
    await close()
    await strapi.stop()
    process.exit()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  say(`ready after ${sinceStart()}: ${url}#account (end with Ctrl-C; its accounts end with it)`)
})
