/** Plain node, every version at hand: by import, by require, and on the command line. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { exec } from '../../tools/exec.mjs'
import { consumer, placeShared } from './harness/consumer.mjs'

let made
const folder = async (given) => {
  made ??= consumer('node').then((found) => {
    placeShared(join(found.folder, 'src'), given)
    return found
  })
  return (await made).folder
}

/** What it said last, as JSON. */
async function said(program, args, cwd) {
  const { output } = await exec(program, args, { cwd, capture: true, check: false })
  expect(output, args.join(' ')).to.match(/^\{.*\}$/m)
  return JSON.parse(output.trim().split('\n').at(-1))
}

async function works(program, version, given) {
  const cwd = await folder(given)
  const opened = { state: 'unlocked', before: '', after: given.planted, integrity: 'ok' }
  const created = { state: 'absent', before: '' }
  const found = await said(program, ['use.mjs'], cwd)
  expect(found.node).to.match(version)
  expect(found).to.deep.include({
    profile: opened,
    store: true,
    tokens: { decoded: 'ann', verified: 'ann', refused: 'jwt_signature_invalid' },
    account: { state: 'anonymous', capabilities: true },
    passphrase: created,
    inline: { profile: opened, passphrase: created },
    // What a server draws, whatever its own locker holds.
    html: '<b>[]</b>',
    bySubpath: opened,
  })
  expect(await said(program, ['use.cjs'], cwd)).to.deep.equal({ state: 'unlocked', decodeJwt: 'function' })
  const cli = await exec(program, ['node_modules/.bin/kbve-locker', '--version'], { cwd, capture: true })
  expect(cli.output).to.match(/^\d+\.\d+\.\d+/)
}

/** Of those that the recipe names, by the major version; undefined where there is none for this machine. */
async function installed(major, given) {
  const program = join(await folder(given), 'node_modules', `node${major}`, 'bin', 'node')
  return existsSync(program) ? program : undefined
}

export const tests = {
  async 'this node'({ given }) {
    await works(process.execPath, new RegExp(`^${process.version}$`), given)
  },
}
for (const major of [20, 22, 24]) {
  tests[`node ${major}`] = async ({ given, skip }) => {
    const program = await installed(major, given)
    if (!program) return skip('its package has no program for this machine')
    await works(program, new RegExp(`^v${major}\\.`), given)
  }
}
