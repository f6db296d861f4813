/** Every entry in plain node: prints what came of it as JSON. Memory is the disk here. */
import { createLocker } from '@kbve/locker'
import { authWasm, joseWasm, wasm } from '@kbve/locker/inline'
import { LockerProvider, useProfile } from '@kbve/locker/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { profile } from './src/core_job.js'
import { planted } from './src/given.js'
import { jobs } from './src/job.js'

const { locker, stores, ...job } = jobs()
const found = {
  node: process.version,
  profile: await job.profile(),
  store: stores.$profile.get().username === planted,
  tokens: await job.tokens(),
  account: await job.account(),
  passphrase: await job.passphrase(),
}

const inside = jobs({ wasm, joseWasm, authWasm })
found.inline = { profile: await inside.profile(), passphrase: await inside.passphrase() }

const Name = () => createElement('b', null, `[${useProfile().username}]`)
found.html = renderToString(createElement(LockerProvider, { locker }, createElement(Name)))

const given = createLocker({
  wasm: () => import.meta.resolve && new URL(import.meta.resolve('@kbve/locker/wasm/locker.wasm')),
})
found.bySubpath = await profile(given)
console.log(JSON.stringify(found))
