/**
 * `npm run size`: what a visitor downloads. Every entry point is bundled and minified as an application's
 * bundler would do it (dependencies of the application, such as nanostores, stay outside), and weighed with
 * gzip -9 and brotli 11.
 */
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { verdict } from './measure.mjs'
import { finish, printSizes } from './report.mjs'

const npmDir = fileURLToPath(new URL('../../npm/', import.meta.url))
const manifest = JSON.parse(readFileSync(join(npmDir, 'package.json'), 'utf8'))
const peers = Object.keys(manifest.peerDependencies ?? {})
const BAR_KB = 72
const ALL_BAR_KB = 96

const kB = (bytes) => Number((bytes / 1000).toFixed(2))

function weigh(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  }
}

const add = (...parts) => {
  const sum = (what) => parts.reduce((total, part) => total + part[what], 0)
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') }
}

/** One file, bundled for a browser; `external` are files that are weighed by themselves. So is what the package
 *  imports on demand: a bundler makes a file of its own of it, and `later` names it. */
async function bundle(entry, external = []) {
  const later = new Set()
  const apart = {
    name: 'apart',
    setup(builder) {
      builder.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === 'seen') return undefined
        if (args.path.startsWith('node:')) return { path: args.path, external: true }
        if (peers.some((name) => args.path === name || args.path.startsWith(`${name}/`))) {
          return { path: args.path, external: true }
        }
        const { path } = await builder.resolve(args.path, {
          resolveDir: args.resolveDir,
          kind: args.kind,
          importer: args.importer,
          pluginData: 'seen',
        })
        if (args.kind === 'dynamic-import' && !external.includes(path)) later.add(path)
        return later.has(path) || external.includes(path) ? { path: args.path, external: true } : undefined
      })
    },
  }
  const { outputFiles, metafile } = await build({
    ...(typeof entry === 'string' ? { entryPoints: [entry] } : { stdin: entry }),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    write: false,
    metafile: true,
    plugins: [apart],
    logLevel: 'error',
  })
  const inputs = Object.keys(metafile.inputs)
  return { bytes: Buffer.from(outputFiles[0].contents), inputs, later }
}

const dist = join(npmDir, 'dist')
const gluePath = join(dist, 'wasm/locker.js')
const wasm = weigh(readFileSync(join(dist, 'wasm/locker.wasm')))
const joseWasm = weigh(readFileSync(join(dist, 'wasm/jose.wasm')))
const authWasm = weigh(readFileSync(join(dist, 'wasm/auth.wasm')))
const glue = weigh((await bundle(gluePath)).bytes)

/** Entry points of the package, by the name people import; the glue is weighed once, by itself. */
const entries = []
const onDemand = new Set()
for (const [name, target] of Object.entries(manifest.exports)) {
  const file = typeof target === 'string' ? target : target.default
  if (!file?.endsWith('.js')) continue
  const { bytes, inputs, later } = await bundle(join(npmDir, file), [gluePath])
  for (const path of later) onDemand.add(path)
  entries.push({ name, file: join(npmDir, file), ...weigh(bytes), files: inputs.length })
}

const kdf = weigh(readFileSync(join(dist, 'wasm/kdf.wasm')))
const worker = weigh((await bundle(join(dist, 'kdf_worker.js'))).bytes)

/** Without what they share with the entry: a bundler does not write that twice. */
const shared = (await bundle(join(npmDir, manifest.exports['.'].default), [gluePath])).inputs
const parts = []
for (const path of onDemand) {
  const seen = shared.map((file) => resolve(file)).filter((file) => file !== path)
  const { bytes, later } = await bundle(path, [gluePath, ...seen])
  for (const next of later) onDemand.add(next)
  parts.push({ name: relative(dist, path), ...weigh(bytes) })
}
const forPassphrase = parts.find(({ name }) => name === 'passphrase_slot.js')
if (!forPassphrase)
  throw new Error('passphrase_slot.js is no longer loaded on demand; weigh it where it is now.')

/** What people load today for the same work, each by itself and with what it depends on. */
const others = [
  ['@supabase/auth-js', `export * from '@supabase/auth-js'`],
  ['appwrite', `export * from 'appwrite'`],
  ['@strapi/client', `export * from '@strapi/client'`],
  [
    'jose',
    `export { CompactEncrypt, compactDecrypt, createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'`,
  ],
]
const peerSizes = []
for (const [name, contents] of others) {
  const { bytes } = await bundle({ contents, resolveDir: join(npmDir, '..') })
  peerSizes.push({ name, ...weigh(bytes) })
}

const main = entries.find((entry) => entry.name === '.')
const jose = entries.find((entry) => entry.name === './jose')
const auth = entries.find((entry) => entry.name === './auth')
const uptime = entries.find((entry) => entry.name === './uptime')
const total = add(wasm, glue, main)

const line = (name, size, more = {}) => ({
  name,
  ours: kB(size.gzip),
  peer: null,
  peerName: '',
  ratio: null,
  unit: 'kB gzip -9',
  raw: kB(size.raw),
  gzip: kB(size.gzip),
  brotli: kB(size.brotli),
  ...more,
})

/** When a part that is loaded on demand is fetched. */
const when = {
  'passphrase_slot.js': 'when a passphrase is used',
  'other_slots.js': 'when a recovery code or a passkey is used',
  'recovery_slot.js': 'when a recovery code is used or made',
  'passkey_slot.js': 'when a passkey is used or made',
  'slots.js': 'when keyslots are listed or changed',
  'backup.js': 'when a backup is made or restored',
  'storage/memory_session.js': 'when memoryStorage() is used, or a backup restored',
  'locks.js': 'when exclusive() is called',
  'repair.js': 'when repair() is called, in any tab',
  'database_locks.js': 'when exclusive() is called in a browser without Web Locks',
  'rekey.js': 'when rekey() is called',
  'storage/upgrade.js': 'when rekey() is called',
  'idle.js': 'where idleLock is set',
  'remember.js': 'where remember is set',
  'large.js': 'when entries.store, load or info is called',
  'parts.js': 'when a large entry is replaced, and at an unlocking where there are some',
  'storage/part_store.js': 'with the two above',
  'expiry.js': 'when a value expires one day',
  'sweep.js': 'while a locker is locked, and with expiry.js',
  'migration.js': 'when values are brought up to a new version',
}

const entryNotes = {
  '.': {},
  './inline': { note: 'all four modules inside, instead of the files; who names one gets that one' },
}

const barred = (name, size, bar, note) =>
  line(name, size, {
    peer: bar,
    peerName: 'the bar',
    ratio: Number((kB(size.gzip) / bar).toFixed(3)),
    ...verdict(kB(size.gzip), { atMost: bar, unit: ' kB' }),
    note,
  })

/** All entries in one: what they share is in it once. Without ./inline, which has again what the files have. */
const bundleOfAll = {
  contents: entries
    .filter(({ name }) => name !== './inline')
    .map(({ file }, i) => `export * as e${i} from ${JSON.stringify(file)}`)
    .join('\n'),
  resolveDir: dist,
}
const everything = add(
  ...[wasm, kdf, joseWasm, authWasm, glue, worker, ...parts],
  weigh((await bundle(bundleOfAll, [gluePath])).bytes),
)

const rows = [
  barred(
    'size-locker',
    total,
    BAR_KB,
    'locker.wasm + glue + entry ., each compressed by itself: what every visitor downloads',
  ),
  line('size-jose', add(joseWasm, jose), { note: 'jose.wasm + entry ./jose; it loads without the locker' }),
  line('size-auth', add(authWasm, auth), { note: 'auth.wasm + entry ./auth; fetched beside the locker' }),
  line('size-uptime', add(authWasm, uptime), {
    note: 'auth.wasm + entry ./uptime; it loads without the locker',
  }),
  barred(
    'size-all',
    everything,
    ALL_BAR_KB,
    'all WASM files + glue + one bundle of all entries + what is loaded on demand, each by itself',
  ),
  line('wasm', wasm),
  line('jose.wasm', joseWasm),
  line('auth.wasm', authWasm, { note: 'accounts and uptime; fetched by who signs in' }),
  line('glue', glue),
  ...entries.map((entry) =>
    line(
      `entry ${entry.name}`,
      entry,
      entryNotes[entry.name] ?? { note: 'with what it shares with the entry .' },
    ),
  ),
  ...parts.map((part) =>
    line(part.name, part, { note: `fetched ${when[part.name] ?? 'outside browsers only'}` }),
  ),
  line('kdf.wasm', kdf, {
    note: 'Argon2id and recovery codes; fetched when a passphrase or such a code is used',
  }),
  line('worker', worker, { note: 'fetched when a passphrase is used' }),
  line('size-with-passphrase', add(total, forPassphrase, kdf, worker), {
    note: 'size-locker and all that a passphrase adds to it',
  }),
  ...peerSizes.map((peer) =>
    line(`peer ${peer.name}`, peer, { note: 'bundled and minified in the same way' }),
  ),
]
printSizes('What a visitor downloads (kB = 1,000 bytes)', rows)
finish(rows)
