/**
 * The page's job without a browser: make a locker with a passphrase, fill it, look at what lies on the
 * disk, lock it, try a wrong passphrase, open it again, damage it. Every number is measured in this run.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hexHead, table } from './demo_table.mjs'
import { project } from './paths.mjs'
import { main, Problem, say } from './say.mjs'

const profile = {
  username: 'ann',
  last: 'Example',
  email: 'ann@example.com',
  phone: '+49 151 1234567',
  github: 'ann-example',
  instagram: 'ann.example',
  uuid: '9b2f0c1e-7c39-4a40-9f0e-8d0b6f3f4a11',
  avatar: 'https://example.com/ann.png',
  theme: 'dark',
}
const passphrase = 'four random words here'
const name = { tenant: 'default', name: 'headless' }
const many = 1000

function expect(condition, sentence) {
  if (!condition) throw new Problem(`The headless run went wrong: ${sentence}`)
}

/** Runs `work`, and says how long it took, in all and for each step the locker reported. */
async function timed(locker, work) {
  const steps = {}
  const start = performance.now()
  let current
  const turn = (next) => {
    const now = performance.now()
    if (current) steps[current.step] = (steps[current.step] ?? 0) + now - current.since
    current = next && { step: next, since: now }
  }
  const off = locker.on('status', (status) => {
    if (status.progress?.step !== current?.step) turn(status.progress?.step)
  })
  try {
    await work()
  } finally {
    turn(undefined)
    off()
  }
  return { ...steps, all: performance.now() - start }
}

/** The error's code and sentence, or undefined where there was none. */
async function refusal(work) {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}

/** What the storage holds, read through its own interface, without a key. */
async function disk(storage) {
  const session = await storage.open(name, { writer: new Uint8Array(8), onEvent() {} })
  return {
    session,
    async read() {
      const found = await session.load('all')
      return { header: found.header, root: found.root, records: [...found.records.values()] }
    },
  }
}

/** Every byte of it as one text, in which a value sealed badly would be found. */
function asText(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (typeof value === 'object' && value !== null) return Object.values(value).map(asText).join('\n')
  return String(value)
}

export async function demo() {
  const { createLocker, memoryStorage } = await import('@kbve/locker')
  const storage = memoryStorage()
  const locker = createLocker({ ...name, unlock: 'ask', storage })
  const seen = await disk(storage)
  const rows = []
  const row = (step, ms, note) => rows.push([step, ms < 10 ? ms.toFixed(2) : ms.toFixed(0), note])

  say('\nThe locker, headless: the same job as the page, in node, with memory for a disk.\n')

  const opened = await timed(locker, () => locker.ready)
  expect(locker.status.state === 'absent', `an empty disk was told as "${locker.status.state}".`)
  const created = await timed(locker, () => locker.create({ passphrase }))
  expect(locker.status.state === 'unlocked', `after create() the state is "${locker.status.state}".`)
  const wasmBytes = statSync(join(project, 'npm/dist/wasm/locker.wasm')).size
  const loading = created.loading ?? opened.loading
  const { header } = await seen.read()
  const { kdf } = header.slots[0]
  if (loading !== undefined)
    row('load the core', loading, `${wasmBytes.toLocaleString('en')} bytes of WebAssembly`)
  row(
    'derive the key',
    created.deriving,
    `Argon2id, ${kdf.memory_kib / 1024} MiB, ${kdf.passes} passes, in a worker`,
  )
  row(
    'create, in all',
    created.all,
    `header with ${header.slots.length} slot (${header.slots[0].kind}), sealed root`,
  )

  let start = performance.now()
  locker.patch(profile)
  row('seal the profile', performance.now() - start, 'nine fields in one patch()')
  await locker.flush()

  const { records, root } = await seen.read()
  const text = asText({ header, root, records })
  for (const [field, value] of Object.entries(profile)) {
    // The theme is a common word of four letters, so it is looked for as it would be sealed, with its quotes.
    const clear = field === 'theme' ? JSON.stringify(value) : value
    expect(!text.includes(clear), `${field} lies on the disk in clear.`)
  }

  start = performance.now()
  for (let i = 0; i < many; i++)
    locker.entries.put(`note-${i}`, { text: `note number ${i} `.padEnd(180, '.') })
  const each = (performance.now() - start) / many
  row('seal a note', each, `mean of ${many} put() of about 200 bytes, each sealed and handed over`)
  await locker.flush()

  locker.lock()
  expect(locker.get('username') === '', 'a locked locker still shows a value.')
  const wrong = await refusal(() => locker.unlock({ passphrase: 'four random words her' }))
  expect(wrong?.code === 'wrong_secret', `a wrong passphrase was answered with ${wrong?.code}.`)
  const again = await timed(locker, () => locker.unlock({ passphrase }))
  expect(locker.get('email') === profile.email, 'the email did not come back.')
  row('unlock: derive', again.deriving, 'Argon2id again')
  row('unlock: open', again.opening, `${records.length + many} records opened, root checked`)

  locker.lock()
  await seen.session.transact(['profile/email'], (found) => {
    const record = found.records.get('profile/email')
    const box = record.box.slice()
    box[0] ^= 1
    return { put: [{ ...record, box }] }
  })
  await locker.unlock({ passphrase })
  const { damaged, integrity } = locker.status
  expect(damaged.length === 1 && damaged[0] === 'profile/email', `one flipped bit was told as [${damaged}].`)
  expect(locker.get('username') === profile.username, 'a damaged record took others with it.')

  say(table(['step', 'ms', 'what'], rows, [1]))
  say('\nWhat lies on the disk (of each box the first 16 bytes):\n')
  const sealed = [root, ...records].map((record) => [
    record.id,
    record.box.length,
    record.rev,
    record.epoch,
    hexHead(record.box, 16),
  ])
  say(table(['id', 'box', 'rev', 'epoch', 'sealed bytes'], sealed, [1, 2, 3]))
  say('\nNo value of the profile was found in these bytes. What goes wrong is told apart:\n')
  say(
    table(
      ['case', 'answer'],
      [
        ['wrong passphrase', `${wrong.code}: ${wrong.message}`],
        [
          'one bit of profile/email flipped',
          `damaged: ${damaged.join(', ')}; integrity ${integrity}; username is still "${locker.get('username')}"`,
        ],
      ],
      [],
    ),
  )
  say('')

  await seen.session.close()
  locker[Symbol.dispose]()
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(demo)
